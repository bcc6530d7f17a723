"""What a metric check leaves behind: ``metric-check.html``, ``metric-check.json`` and every figure as CSV."""

from pathlib import Path
from typing import Any

import polars as pl
from markupsafe import Markup

from fiducial.claims.charts import Chart, Curves, Forest
from fiducial.claims.evidence import NOTICE, Figure, RungResult
from fiducial.claims.likeness import MetricEvidence, MetricReading
from fiducial.report.charts import draw
from fiducial.report.numbers import chart_table
from fiducial.report.page import environment
from fiducial.report.saving import save_page


def save_metric(found: MetricEvidence, folder: Path) -> Path:
    """Write the page, the document and the table; gives the path of the page.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    return save_page(
        folder, "metric-check", _render("metric.html.j2", found), found.document(), figures=_figures(found)
    )


def metric_summary(found: MetricEvidence) -> str:
    """For a notebook: one row a reading."""
    return _render("metric_summary.html.j2", found)


def _render(template: str, found: MetricEvidence) -> str:
    return (
        environment()
        .get_template(template)
        .render(
            found=found,
            notice=NOTICE,
            confidence=found.provenance.confidence,
            readings=[_reading(number, one) for number, one in enumerate(found.readings)],
        )
    )


def _reading(number: int, reading: MetricReading) -> dict[str, Any]:
    return {
        "one": reading,
        "anchor": f"reading-{number}",
        "cells": [
            {"text": text, "verdict": question.verdict}
            for text, question in zip(reading.short, reading.questions, strict=True)
        ],
        "title": f"{reading.metric.upper()}, {reading.region}, {reading.window[0]:g} to {reading.window[1]:g}",
        "drawings": [
            {"svg": _svg(chart), "title": chart.title, "numbers": chart_table(chart)}
            for chart in reading.charts
            if isinstance(chart, Curves | Forest)
        ],
        "figures": [
            *([reading.score] if reading.score else []),
            *(f for one in reading.questions for f in one.figures),
        ],
    }


def _svg(chart: Chart) -> Markup:
    return Markup(draw(chart)) if isinstance(chart, Curves | Forest) else Markup()  # noqa: S704  (our own SVG)


def _figures(found: MetricEvidence) -> pl.DataFrame:
    rows = [
        {
            "metric": reading.metric,
            "region": reading.region,
            "window": f"{reading.window[0]:g} to {reading.window[1]:g}",
            "question": question,
            **figure.document(),
        }
        for reading in found.readings
        for question, figure in _asked(reading)
    ]
    rows += [_of_contrast(found.contrast, figure) for figure in found.contrast.figures]
    numbers = dict.fromkeys(("value", "low", "high"), pl.Float64)
    text = ("metric", "region", "window", "question", "name")
    schema = dict.fromkeys(text, pl.String) | numbers | {"n": pl.Int64}
    return pl.DataFrame(rows, schema=schema | dict.fromkeys(("unit", "subgroup", "condition"), pl.String))


def _of_contrast(contrast: RungResult, figure: Figure) -> dict[str, Any]:
    return {"metric": None, "region": "body", "window": None, "question": contrast.rung, **figure.document()}


def _asked(reading: MetricReading) -> list[tuple[str, Figure]]:
    own = [("score", reading.score)] if reading.score else []
    return [*own, *((one.rung, figure) for one in reading.questions for figure in one.figures)]
