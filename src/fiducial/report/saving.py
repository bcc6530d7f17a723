"""What most verbs leave behind: a page, the document behind it, and a table of its numbers."""

import json
from pathlib import Path
from typing import Any

import polars as pl

from fiducial.files.tables import write_table
from fiducial.files.writing import write_text


def save_page(folder: Path, name: str, html: str, document: dict[str, Any], **tables: pl.DataFrame) -> Path:
    """Write ``<name>.json``, each table as ``<its name>.csv``, and ``<name>.html`` last; gives the path of the page.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    told = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    write_text(folder / f"{name}.json", told + "\n")
    for of, table in tables.items():
        write_table(table, folder / f"{of}.csv")
    page = folder / f"{name}.html"
    write_text(page, html)
    return page
