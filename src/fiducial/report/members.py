"""What each member of an ensemble buys: a page with its picture of gain, of cost, and of who errs with whom."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from fiducial.claims.charts import Curves, Forest, Series
from fiducial.claims.evidence import NOTICE, Figure
from fiducial.predictions.fusion.worth import Pair, Step, Worth
from fiducial.report.charts import draw
from fiducial.report.page import environment
from fiducial.report.saving import save_page

MEMBERS_SCHEMA = "fiducial.members/1"


def save_members(found: Sequence[Worth], folder: Path, name: str = "members") -> Path:
    """Write ``<name>.html`` and ``<name>.json`` for every finding; gives the path of the page.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    document = {"schema": MEMBERS_SCHEMA, "notice": NOTICE, "findings": [one.document() for one in found]}
    html = (
        environment()
        .get_template("members.html.j2")
        .render(found=[_section(one) for one in found], notice=NOTICE, paleness=paleness)
    )
    return save_page(folder, name, html, document)


def summary(worth: Worth) -> str:
    """One or two sentences: what all reach, what the best reaches alone, and where adding stops to help."""
    best = max(worth.members, key=lambda one: one.alone.value)
    told = (
        f"All {len(worth.members)} together reach an AUROC of {worth.whole.value:.3f}, "
        f"{best.name} alone {best.alone.value:.3f}."
    )
    if not worth.steps:
        return told
    helped = [number for number, step in enumerate(worth.steps) if step.gain is not None and _surely_above(step.gain)]
    last = helped[-1] if helped else 0
    rest = worth.steps[last + 1 :]
    if not rest:
        return f"{told} Each one added brings a gain that is shown."
    names = ", ".join(step.added for step in rest)
    saved = _saved(worth.steps, last)
    return f"{told} After {worth.steps[last].added} no gain is shown: {names} could be left out{saved}."


def _saved(steps: Sequence[Step], last: int) -> str:
    kept, whole = steps[last].seconds, steps[-1].seconds
    return "" if kept is None or whole is None else f", and a study would take {kept:.3g} s instead of {whole:.3g} s"


def _surely_above(gain: Figure) -> bool:
    return gain.interval is not None and gain.interval.low > 0


def _section(worth: Worth) -> dict[str, Any]:
    return {
        "worth": worth,
        "summary": summary(worth),
        "drawings": [
            Markup(draw(chart))  # noqa: S704  (our own SVG; matplotlib escapes its text)
            for chart in (_gains(worth), _added(worth), _costs(worth))
            if chart is not None
        ],
        "together": {(one.first, one.second): one for one in worth.pairs},
    }


def paleness(pair: Pair) -> int:
    """How far two members' errors are from being the same, 0 to 100: how pale their cell is drawn."""
    return 100 if pair.correlation is None else round(100 * (1 - max(pair.correlation.value, 0.0)))


def _gains(worth: Worth) -> Forest | None:
    rows = tuple(
        (one.name, one.gain.value, one.gain.interval.low, one.gain.interval.high, one.gain.n)
        for one in worth.members
        if one.gain is not None and one.gain.interval is not None
    )
    if not rows:
        return None
    title = "What is lost without it"
    return Forest("gain", title, "AUROC of all minus that of the rest", rows, floor=0.0, line="nothing")


def _added(worth: Worth) -> Forest | None:
    """Every step of adding, its own AUROC with its interval."""
    rows = tuple(
        (f"{'+ ' if number else ''}{step.added}", step.auroc.value, *_ends(step.auroc), step.auroc.n)
        for number, step in enumerate(worth.steps)
    )
    return Forest("added", "Added one by one", "AUROC of those so far", rows) if rows else None


def _costs(worth: Worth) -> Curves | None:
    """AUROC against seconds: the ensemble as it grows, and each member alone."""
    grown = [(step.seconds, step.auroc) for step in worth.steps if step.seconds is not None]
    alone = [(one.name, one.seconds, one.alone) for one in worth.members if one.seconds is not None]
    if not alone:
        return None
    lines = [_line("as members are added", grown)] if grown else []
    lines += [_line(f"{name} alone", [(seconds, auroc)]) for name, seconds, auroc in alone]
    title = "Against what it costs"
    return Curves("cost", title, "seconds of computing a study", "AUROC", tuple(lines), diagonal=False, close=True)


def _line(label: str, points: Sequence[tuple[float, Figure]]) -> Series:
    ends = [_ends(auroc) for _, auroc in points]
    return Series(
        label,
        tuple(seconds for seconds, _ in points),
        tuple(auroc.value for _, auroc in points),
        tuple(low for low, _ in ends),
        tuple(high for _, high in ends),
    )


def _ends(figure: Figure) -> tuple[float, float]:
    return (figure.interval.low, figure.interval.high) if figure.interval else (figure.value, figure.value)
