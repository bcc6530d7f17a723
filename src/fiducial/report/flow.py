"""What a selection leaves behind: ``flow.html``, ``flow.svg``, ``selection.json``, and every number as CSV."""

import json
from pathlib import Path
from typing import Any

import polars as pl
from markupsafe import Markup

from fiducial.claims.charts import Forest
from fiducial.claims.evidence import NOTICE
from fiducial.cohort.flow import Counts, FlowStep
from fiducial.cohort.losses import Loss
from fiducial.cohort.selection import Selection
from fiducial.files.tables import write_table
from fiducial.files.writing import write_text
from fiducial.report.charts import draw
from fiducial.report.flow_diagram import flow_svg
from fiducial.report.page import environment

_DRAWN = 16  # variables in a chart: the largest differences


def save_flow(selection: Selection, folder: str | Path) -> Path:
    """Write the page, the diagram and the tables; gives the path of the page.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    place = Path(folder)
    write_text(place / "flow.svg", flow_svg(selection.flow, selection.losses))
    write_text(place / "selection.json", json.dumps(selection.document(), indent=2, ensure_ascii=False) + "\n")
    write_table(selection.exclusions, place / "exclusions.csv")
    write_table(_counts(selection), place / "counts.csv")
    write_table(_differences(selection), place / "losses.csv")
    page = place / "flow.html"
    write_text(page, flow_html(selection))
    return page


def flow_html(selection: Selection) -> str:
    """The diagram, who was lost and how the selection matches the claim, as one self-contained HTML document."""
    flow = selection.flow
    template = environment().get_template("flow.html.j2")
    return template.render(
        flow=flow,
        notice=NOTICE,
        diagram=Markup(flow_svg(flow, selection.losses)),  # noqa: S704  (our own SVG; its text is escaped)
        points=[("identified", None, flow.identified), *((step.name, step, step.after) for step in flow.steps)],
        losses=[{"loss": loss, "chart": _chart(loss)} for loss in selection.losses],
        findings=selection.findings,
        notes=selection.notes,
    )


def _chart(loss: Loss) -> Markup | None:
    """The largest differences with an interval; what the step chose by would dwarf them."""
    drawable = (one for one in loss.differences if not loss.designed(one))
    rows = tuple(
        (one.variable, one.found.value, interval.low, interval.high, one.n_first + one.n_second)
        for one in drawable
        if (interval := one.found.interval) is not None
    )[:_DRAWN]
    if not rows:
        return None
    title = f"{loss.step}: lost minus kept"
    return Markup(draw(Forest(loss.step, title, "standardised mean difference", rows)))  # noqa: S704  (as above)


def _counts(selection: Selection) -> pl.DataFrame:
    flow = selection.flow
    rows = [{"step": "identified", **_count(flow.identified)}, *map(_step, flow.steps)]
    return pl.DataFrame(rows, infer_schema_length=None)


def _step(step: FlowStep) -> dict[str, Any]:
    return {
        "step": step.name,
        "rule": step.rule,
        "asked": step.asked,
        "reason": step.reason,
        "dropped": step.dropped.rows,
        "missing_dropped": step.missing_dropped,
        "missing_kept": step.missing_kept,
        "patients_lost": step.patients_lost,
        **_count(step.after),
    }


def _count(counts: Counts) -> dict[str, int | None]:
    labels: dict[str, int | None] = {}
    for one in counts.labels:
        labels |= {f"positive.{one.finding}": one.positive, f"unlabelled.{one.finding}": one.unlabelled}
    return {"rows": counts.rows, "patients": counts.patients, **labels}


def _differences(selection: Selection) -> pl.DataFrame:
    rows = [
        {"step": loss.step, **one.document(), "by_design": loss.designed(one)}
        for loss in selection.losses
        for one in loss.differences
    ]
    text = ("step", "variable", "level", "first", "second", "loudness")
    schema = dict.fromkeys(text, pl.String) | dict.fromkeys(("smd", "low", "high"), pl.Float64)
    frame = pl.DataFrame(rows, schema_overrides=schema, infer_schema_length=None)
    return frame.rename({"first": "lost", "second": "kept", "n_first": "n_lost", "n_second": "n_kept"}, strict=False)
