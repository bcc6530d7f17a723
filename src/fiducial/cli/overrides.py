"""``fiducial overrides``: what the readers of a service set right, as a table for the next audit."""

from pathlib import Path
from typing import Annotated

import typer

import fiducial as fd
from fiducial.cli.output import note


def overrides(
    out: Annotated[Path, typer.Argument(help="Where the table is written: .parquet or .csv.")],
    data: Annotated[Path, typer.Option(help="Folder of the service's data.")] = Path("fiducial-data"),
    store: Annotated[str | None, typer.Option(help="postgresql://...; default: SQLite in the folder.")] = None,
) -> None:
    """Write every override with its reader, time and coded reason; `fiducial rules labels` makes labels of it."""
    found = fd.export_overrides(store or data / "store.sqlite", out)
    note(f"{out}: {len(found)} overrides. Not a medical device.")
