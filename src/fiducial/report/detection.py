"""What a detector's boxes leave behind: ``froc.html``, ``froc.json``, and figures, misses and vain marks as CSV."""

from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
from markupsafe import Markup
from PIL import Image

from fiducial.claims.charts import Chart, Curves, Forest
from fiducial.claims.detection_evidence import DetectionEvidence, FoundLesions, MarkedImage
from fiducial.claims.evidence import NOTICE
from fiducial.errors import FiducialError
from fiducial.report.charts import draw
from fiducial.report.numbers import chart_table
from fiducial.report.page import environment
from fiducial.report.saving import save_page
from fiducial.scans.thumbnail import thumbnail

SIDE = 220  # pixels of a picture
LISTED = 20  # boxes of each kind on the page; the files hold all


def save_detection(found: DetectionEvidence, folder: Path) -> Path:
    """Write the page, the document and the tables; gives the path of the page.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    return save_page(
        folder,
        "froc",
        _render("froc.html.j2", found),
        found.document(),
        figures=_figures(found),
        missed=_listed(found, "missed"),
        false_positives=_listed(found, "false_positives"),
    )


def detection_summary(found: DetectionEvidence) -> str:
    """For a notebook: one row a finding."""
    return _render("froc_summary.html.j2", found)


def _render(template: str, found: DetectionEvidence) -> str:
    return (
        environment()
        .get_template(template)
        .render(
            found=found,
            notice=NOTICE,
            confidence=found.provenance.confidence,
            parts=[_part(one, found.images) for one in found.findings],
        )
    )


def _part(one: FoundLesions, folder: Path) -> dict[str, Any]:
    return {
        "one": one,
        "by_name": one.by_name,
        "drawings": [
            {"svg": _svg(chart), "title": chart.title, "numbers": chart_table(chart)}
            for chart in one.charts
            if isinstance(chart, Curves | Forest)
        ],
        "missed": one.missed.head(LISTED).to_dicts(),
        "false_positives": one.false_positives.head(LISTED).to_dicts(),
        "pictures": [_picture(image, folder) for image in one.shown],
    }


def _svg(chart: Chart) -> Markup:
    return Markup(draw(chart)) if isinstance(chart, Curves | Forest) else Markup()  # noqa: S704  (our own SVG)


def _picture(image: MarkedImage, folder: Path) -> dict[str, Any]:
    """The image as JPEG, or why there is none; boxes are drawn over it by the page."""
    told: dict[str, Any] = {"one": image, "address": None, "reason": None}
    if image.path is None or image.size is None:
        told["reason"] = "the cohort has no path of it" if image.path is None else "nobody knows its size"
        return told
    try:
        grey = thumbnail(folder / image.path, SIDE)
    except FiducialError as reason:
        return told | {"reason": str(reason)}
    stream = BytesIO()
    Image.fromarray(grey).save(stream, "JPEG", quality=80)
    return told | {"address": f"data:image/jpeg;base64,{b64encode(stream.getvalue()).decode()}"}


def _figures(found: DetectionEvidence) -> pl.DataFrame:
    rows = [{"finding": one.finding, **figure.document()} for one in found.findings for figure in one.figures]
    numbers = dict.fromkeys(("value", "low", "high"), pl.Float64)
    schema = dict.fromkeys(("finding", "name"), pl.String) | numbers | {"n": pl.Int64}
    return pl.DataFrame(rows, schema=schema | dict.fromkeys(("unit", "subgroup", "condition"), pl.String))


def _listed(found: DetectionEvidence, kind: str) -> pl.DataFrame:
    tables = [getattr(one, kind).select(pl.lit(one.finding).alias("finding"), pl.all()) for one in found.findings]
    return pl.concat(tables, how="diagonal_relaxed") if tables else pl.DataFrame({"finding": []})
