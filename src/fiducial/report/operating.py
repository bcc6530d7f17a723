"""What a choice of threshold leaves behind: ``operating-point.html``, ``operating-point.json`` and ``curve.csv``."""

import json
from pathlib import Path
from typing import Any, Protocol

import polars as pl
from markupsafe import Markup

from fiducial.claims.charts import Curves
from fiducial.claims.evidence import NOTICE, Figure
from fiducial.files.tables import write_table
from fiducial.files.writing import write_text
from fiducial.report.charts import draw
from fiducial.report.page import environment
from fiducial.stats.intervals import Interval


class Chosen(Protocol):
    """What the page tells of a chosen threshold."""

    @property
    def finding(self) -> str:
        """What is scored."""
        ...

    @property
    def split(self) -> str:
        """Where it was chosen."""
        ...

    @property
    def rule(self) -> object:
        """How, in words."""
        ...

    @property
    def threshold(self) -> float:
        """``score >= threshold`` is a positive call."""
        ...

    @property
    def spread(self) -> Interval | None:
        """Of the threshold over resamples."""
        ...

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The corners there."""
        ...

    @property
    def curve(self) -> pl.DataFrame:
        """One row a threshold."""
        ...

    @property
    def charts(self) -> tuple[Curves, ...]:
        """Shares and corners along the threshold."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know of it."""
        ...

    @property
    def toml(self) -> str:
        """The line for the claim."""
        ...

    def document(self) -> dict[str, Any]:
        """``operating-point.json``."""
        ...


def save_operating(found: Chosen, folder: Path) -> Path:
    """Write the page, the document and the curve; gives the path of the page.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    told = json.dumps(found.document(), indent=2, ensure_ascii=False, allow_nan=False)
    write_text(folder / "operating-point.json", told + "\n")
    write_table(found.curve, folder / "curve.csv")
    page = folder / "operating-point.html"
    # Our own SVG; matplotlib escapes its text.
    drawings = [Markup(draw(chart)) for chart in found.charts]  # noqa: S704
    text = (
        environment()
        .get_template("operating.html.j2")
        .render(
            found=found,
            notice=NOTICE,
            drawings=drawings,
            counts={one.name: int(one.value) for one in found.figures if one.unit == "decisions"},
            shares=[one for one in found.figures if one.unit != "decisions"],
        )
    )
    write_text(page, text)
    return page
