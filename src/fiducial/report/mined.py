"""Hard negatives for a reviewer: one picture each beside what the model looked at, by group, and a list to fill in."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from fiducial.claims.evidence import NOTICE
from fiducial.report.page import environment
from fiducial.report.saving import save_page

MINED_SCHEMA = "fiducial.mined/1"
LIST_SCHEMA: dict[str, type[pl.DataType]] = {
    "study": pl.String,
    "patient": pl.String,
    "finding": pl.String,
    "score": pl.Float64,
    "loss": pl.Float64,
    "called": pl.Boolean,
    "looks_at": pl.String,
    "energy": pl.Float64,
    "decision": pl.String,  # keep or drop, by who looked
    "note": pl.String,
}


@dataclass(frozen=True, slots=True)
class MinedCard:
    """``row``: of the list. ``jpeg``: the image and the same under its saliency, side by side."""

    row: dict[str, Any]
    jpeg: bytes

    @property
    def picture(self) -> str:
        """As a ``data:`` address."""
        return f"data:image/jpeg;base64,{b64encode(self.jpeg).decode()}"


def save_mined(cards: Sequence[MinedCard], told: dict[str, Any], out: Path) -> Path:
    """Write the list ``out`` (.csv) and, beside it, its page and document; gives the path of the page.

    ``told``: bundle, finding, how many were looked at, and what failed.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    groups: dict[str, list[MinedCard]] = {}
    for card in cards:
        groups.setdefault(card.row["looks_at"], []).append(card)
    rows = [card.row for card in cards]
    document = {"schema": MINED_SCHEMA, "notice": NOTICE, **told, "negatives": rows}
    html = (
        environment()
        .get_template("mined.html.j2")
        .render(groups=groups, told=told, notice=NOTICE, columns=list(LIST_SCHEMA), rows=rows, file=out.name)
    )
    return save_page(out.parent, out.stem, html, document, **{out.stem: pl.DataFrame(rows, schema=LIST_SCHEMA)})
