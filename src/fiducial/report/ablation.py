"""What an ablation leaves behind: ``ablation.html`` with one picture, ``ablation.json`` and ``ablation.csv``."""

from pathlib import Path

import polars as pl
from markupsafe import Markup

from fiducial.claims.ablation import CORNERS, Ablation
from fiducial.claims.evidence import NOTICE
from fiducial.report.charts import draw
from fiducial.report.page import environment
from fiducial.report.saving import save_page

_NUMBERS = ("auroc_baseline", "auroc", "difference", "low", "high", "spread_over_seeds", "p", "p_holm")
_SCHEMA = {
    "variant": pl.String, "finding": pl.String, "studies": pl.Int64, "patients": pl.Int64,
    **dict.fromkeys(_NUMBERS, pl.Float64), "shown": pl.String,
    "rule": pl.String, "corner": pl.String, **dict.fromkeys(CORNERS, pl.Float64),
}  # fmt: skip


def save_ablation(found: Ablation, folder: Path) -> Path:
    """Write the page, the document and the table; gives the path of the page.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    table = pl.DataFrame(found.rows(), schema=_SCHEMA)
    return save_page(folder, "ablation", ablation_html(found), found.document(), ablation=table)


def ablation_html(found: Ablation) -> str:
    """One HTML document that needs nothing else."""
    drawing = Markup(draw(found.forest)) if found.contrasts else None  # noqa: S704  (our own SVG)
    looks = {"better": "holds", "worse": "fails", "no difference shown": "not-shown"}
    return (
        environment()
        .get_template("ablation.html.j2")
        .render(found=found, rows=found.rows(), drawing=drawing, looks=looks, notice=NOTICE)
    )
