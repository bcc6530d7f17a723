"""What a reader study leaves behind: ``readers.html``, ``readers.json`` and every figure as CSV."""

from pathlib import Path
from typing import Any

import polars as pl
from markupsafe import Markup

from fiducial.claims.charts import Curves, Forest
from fiducial.claims.evidence import NOTICE, RungResult
from fiducial.claims.reader_evidence import ReaderEvidence
from fiducial.report.charts import draw
from fiducial.report.numbers import chart_table
from fiducial.report.page import environment
from fiducial.report.saving import save_page


def save_readers(found: ReaderEvidence, folder: Path) -> Path:
    """Write the page, the document and the table; gives the path of the page.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    return save_page(folder, "readers", _render("readers.html.j2", found), found.document(), figures=_figures(found))


def readers_summary(found: ReaderEvidence) -> str:
    """For a notebook: one row a metric."""
    return _render("readers_summary.html.j2", found)


def _render(template: str, found: ReaderEvidence) -> str:
    return (
        environment()
        .get_template(template)
        .render(
            found=found,
            notice=NOTICE,
            confidence=found.provenance.confidence,
            asked=[_section(one, asked=True) for one in found.results],
            beside=[_section(one, asked=False) for one in found.beside],
        )
    )


def _section(one: RungResult, *, asked: bool) -> dict[str, Any]:
    return {
        "one": one,
        "asked": asked,
        "drawings": [
            {"svg": Markup(draw(chart)), "title": chart.title, "numbers": chart_table(chart)}  # noqa: S704  (our own SVG)
            for chart in one.charts
            if isinstance(chart, Curves | Forest)
        ],
    }


def _figures(found: ReaderEvidence) -> pl.DataFrame:
    rows = [
        {"question": one.rung, **figure.document()} for one in (*found.results, *found.beside) for figure in one.figures
    ]
    numbers = dict.fromkeys(("value", "low", "high"), pl.Float64)
    schema = dict.fromkeys(("question", "name"), pl.String) | numbers | {"n": pl.Int64}
    return pl.DataFrame(rows, schema=schema | dict.fromkeys(("unit", "subgroup", "condition"), pl.String))
