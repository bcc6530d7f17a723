"""What a comparison leaves behind: ``comparison.html``, ``comparison.json`` and the tests as CSV."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
from markupsafe import Markup

from fiducial.claims.charts import Forest
from fiducial.claims.comparison import Comparison, Moved, Outcome, Tested
from fiducial.claims.evidence import NOTICE
from fiducial.report.charts import draw
from fiducial.report.page import COUNTS, environment
from fiducial.report.saving import save_page
from fiducial.report.words import p_value

LOOKS = {Outcome.WORSE: "fails", Outcome.UNDECIDED: "undecided", Outcome.NOT_WORSE: "holds"}  # class names of the page


def save_comparison(found: Comparison, folder: Path) -> Path:
    """Write the page, the document and the table; gives the path of the page.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    return save_page(folder, "comparison", comparison_html(found), found.document(), tests=_tests(found))


def comparison_html(found: Comparison) -> str:
    """The whole comparison as one HTML document that needs nothing else."""
    return (
        environment()
        .get_template("comparison.html.j2")
        .render(
            found=found,
            notice=NOTICE,
            look=LOOKS[found.outcome],
            alpha=1 - found.confidence,
            tests=[row_of(test, 1 - found.confidence) for test in found.tested],
            drawings=[Markup(draw(chart)) for chart in _forests(found)],  # noqa: S704  (our own SVG)
            moved=_by_rung(found),
            turned=[turn for turn in found.turns if turn.direction != "same"],
        )
    )


def comparison_summary(found: Comparison) -> str:
    """For a notebook: the outcome, why, and one row a test."""
    return (
        environment()
        .get_template("comparison_summary.html.j2")
        .render(found=found, notice=NOTICE, tests=[row_of(test, 1 - found.confidence) for test in found.tested])
    )


def row_of(test: Tested, alpha: float) -> dict[str, Any]:
    """One test as a page writes it."""
    return {
        "one": test,
        "p": "" if test.p is None else p_value(test.p),
        "adjusted": "" if test.adjusted is None else p_value(test.adjusted),
        "told": _told(test, alpha),
        "turned": "" if test.lost is None else f"{test.lost} lost, {test.gained} gained",
    }


def _told(test: Tested, alpha: float) -> str:
    if test.unchanged:
        return "unchanged"
    if test.p is None:
        return "follows from the others"
    return "worse" if test.is_worse(alpha) else "better" if test.is_better(alpha) else "not told apart"


def _forests(found: Comparison) -> Iterator[Forest]:
    """Differences of what is better when it is more; one chart a split, so that no interval dwarfs another."""
    for split in dict.fromkeys(test.split for test in found.tested):
        rows = tuple(
            (_name(test), test.difference, test.interval.low, test.interval.high, test.n)
            for test in found.tested
            if test.split == split and test.more_is_better
        )
        if rows:
            title = f"{split}: after minus before"
            yield Forest(f"difference-{split}", title, "left of the line is a loss", rows, 0.0, "no change")


def _name(test: Tested) -> str:
    return test.metric if test.labels == "both" else f"{test.metric}, labels {test.labels}"


def _by_rung(found: Comparison) -> list[tuple[str, list[Moved]]]:
    rungs = dict.fromkeys(one.rung for one in found.moved)
    shown = [one for one in found.moved if one.figure.unit != COUNTS]
    return [(rung, rows) for rung in rungs if (rows := [one for one in shown if one.rung == rung])]


def _tests(found: Comparison) -> pl.DataFrame:
    rows = [
        {
            **{name: told for name, told in test.document().items() if name != "bootstrap"},
            "bootstrap_low": test.resampled.low if test.resampled else None,
            "bootstrap_high": test.resampled.high if test.resampled else None,
        }
        for test in found.tested
    ]
    text = ("split", "metric", "labels", "method")
    whole = ("n", "patients", "lost", "gained")
    numbers = ("before", "after", "difference", "low", "high", "bootstrap_low", "bootstrap_high", "p", "p_holm")
    schema = dict.fromkeys(text, pl.String) | dict.fromkeys(numbers, pl.Float64) | dict.fromkeys(whole, pl.Int64)
    return pl.DataFrame(rows, schema=schema)
