"""What a comparison of starts leaves behind: ``starts.html`` with its picture, ``starts.json`` and ``starts.csv``."""

from pathlib import Path

import polars as pl
from markupsafe import Markup

from fiducial.claims.evidence import NOTICE
from fiducial.claims.starts import Starts
from fiducial.report.charts import draw
from fiducial.report.page import environment
from fiducial.report.saving import save_page

_NUMBERS = ("difference", "difference_low", "difference_high", "spread_over_seeds", "p", "p_holm")
_SCHEMA = {
    "finding": pl.String, "share": pl.Float64, "patients_with_labels": pl.Int64, "start": pl.String,
    "auroc": pl.Float64, "low": pl.Float64, "high": pl.Float64, "patients_judged": pl.Int64,
    **dict.fromkeys(_NUMBERS, pl.Float64), "shown": pl.String,
}  # fmt: skip


def save_starts(found: Starts, folder: Path) -> Path:
    """Write the page, the document and the table; gives the path of the page.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    table = pl.DataFrame(found.rows(), schema=_SCHEMA)
    return save_page(folder, "starts", starts_html(found), found.document(), starts=table)


def starts_html(found: Starts) -> str:
    """One HTML document that needs nothing else."""
    drawings = [Markup(draw(one)) for one in found.curves]  # noqa: S704  (our own SVG)
    looks = {"better": "holds", "worse": "fails", "no difference shown": "not-shown"}
    return (
        environment()
        .get_template("starts.html.j2")
        .render(found=found, rows=found.rows(), drawings=drawings, looks=looks, notice=NOTICE)
    )
