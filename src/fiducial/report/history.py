"""A page a claim: its verdicts, rung by rung and audit by audit, its figures over the audits, and every step."""

import json
from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import Any

from markupsafe import Markup

from fiducial.claims.charts import Forest
from fiducial.claims.evidence import NOTICE, Figure
from fiducial.claims.floors import Floor
from fiducial.claims.history import ClaimHistory, History, Step
from fiducial.files.writing import write_text
from fiducial.report.charts import draw
from fiducial.report.comparison import LOOKS, row_of
from fiducial.report.page import environment

DRAWN = ("auroc", "sensitivity", "specificity", "coverage", "calibration_slope", "ece")
RUNGS = {"calibration_slope": "calibration", "ece": "calibration"}  # which rung a figure is taken from


def save_history(found: History, folder: Path) -> tuple[Path, ...]:
    """Write the pages and ``history.json``; gives the paths of the pages.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    told = json.dumps(found.document(), indent=2, ensure_ascii=False, allow_nan=False)
    write_text(folder / "history.json", told + "\n")
    pages = []
    for history in found.claims:
        page = folder / f"{history.claim}.html"
        write_text(page, history_html(history, found))
        pages.append(page)
    return tuple(pages)


def history_html(history: ClaimHistory, found: History) -> str:
    """One claim's page as one HTML document that needs nothing else."""
    return (
        environment()
        .get_template("history.html.j2")
        .render(
            history=history,
            latest=history.steps[-1].evidence,
            unread=found.unread,
            notice=NOTICE,
            drawings=[Markup(draw(chart)) for chart in _forests(history)],  # noqa: S704  (our own SVG)
            steps=[_step(step) for step in history.steps],
        )
    )


def _step(step: Step) -> dict[str, Any]:
    found = step.since
    if found is None:
        return {"one": step, "since": None}
    rows = [row_of(test, 1 - found.confidence) for test in found.tested]
    return {
        "one": step,
        "since": found,
        "look": LOOKS[found.outcome],
        "tests": rows,
        "turned": [turn for turn in found.turns if turn.direction != "same"],
    }


def _forests(history: ClaimHistory) -> Iterator[Forest]:
    """One chart a figure: a row an audit, against the floor of the latest claim."""
    latest = history.steps[-1].evidence.claim
    for name in DRAWN:
        rows = tuple(_rows(history, name))
        floor = latest.floor(name)
        if rows:
            yield Forest(
                f"history-{name}", f"{name}, internal, audit by audit", name, rows, _line(floor), "floor of the last"
            )


def _line(floor: Floor | None) -> float | None:
    """Where the floor stands; None where there is none, or where it is a band and one line would mislead."""
    ends = [] if floor is None else [end for end in (floor.low, floor.high) if isfinite(end)]
    return ends[0] if len(ends) == 1 else None


def _rows(history: ClaimHistory, name: str) -> Iterator[tuple[str, float, float, float, int]]:
    for number, step in enumerate(history.steps, start=1):
        figure = _figure(step, name)
        if figure and figure.interval:
            ends = figure.interval
            yield (f"{number}. {step.name}", figure.value, ends.low, ends.high, figure.n)


def _figure(step: Step, name: str) -> Figure | None:
    rung = RUNGS.get(name, "internal")
    return next(
        (
            figure
            for result in step.evidence.rungs
            if result.rung == rung
            for figure in result.figures
            if (figure.name, figure.subgroup, figure.condition) == (name, "all", "clean")
        ),
        None,
    )
