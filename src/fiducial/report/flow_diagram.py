"""The flow of a selection as a STARD diagram: who was identified, who went at each step and why, who is in.

Source: Bossuyt et al. 2015, STARD 2015, BMJ 351:h5527, doi:10.1136/bmj.h5527, item 19.
"""

from collections.abc import Sequence

from fiducial.cohort.compare import Loudness
from fiducial.cohort.flow import Classes, Counts, Flow, FlowStep
from fiducial.cohort.losses import Loss
from fiducial.report.boxes import LINE, Box, Line, arrow, line, picture, wrapped

_WIDTH, _EDGE = 860, 14
_MAIN, _SIDE = 330, 432  # widths of the column of those who stay, and of those who go
_GAP = 26
_TABLE = 560  # width of the labels' table
_NAMED = 3  # variables in a warning


def flow_svg(flow: Flow, losses: Sequence[Loss] = ()) -> str:
    """An ``<svg>`` element; ``losses`` (by the names of the steps) add a warning where bias is likely."""
    warnings = {loss.step: _warning(loss) for loss in losses}
    box = Box(_EDGE, _EDGE, _MAIN, _standing(f"Identified in {flow.table}", flow.identified), shaded=True)
    parts = [box.svg()]
    for step in flow.steps:
        drawn, box = _step(box, step, warnings.get(step.name, ""))
        parts += drawn
    drawn, bottom = _classes(box, flow.final)
    said = f"{flow.identified.rows:,} rows identified, {flow.final.rows:,} left after {len(flow.steps)} steps."
    return picture([*parts, *drawn], _WIDTH, bottom + _EDGE, f"Flow of {flow.table} by {flow.criteria}", said)


def _step(above: Box, step: FlowStep, warning: str) -> tuple[list[str], Box]:
    """The box of those who go at the side, the box of those who stay below, and the arrows to both."""
    aside = Box(_WIDTH - _EDGE - _SIDE, above.bottom + _GAP / 2, _SIDE, _gone(step, warning))
    below = Box(_EDGE, aside.bottom + _GAP / 2, _MAIN, _standing(step.name, step.after), shaded=True)
    across = aside.y + aside.height / 2
    return [
        arrow(above.middle, above.bottom, below.middle, below.y),
        arrow(above.middle, across, aside.x, across),
        aside.svg(),
        below.svg(),
    ], below


def _standing(title: str, counts: Counts) -> tuple[Line, ...]:
    patients = "" if counts.patients is None else f", {counts.patients:,} patients"
    lines = (*wrapped(title, _MAIN, "head"), Line(f"{counts.rows:,} rows{patients}"))
    if len(counts.labels) != 1:
        return lines
    return (*lines, *wrapped(f"{counts.labels[0].positive:,} with {counts.labels[0].finding}", _MAIN, "quiet"))


def _gone(step: FlowStep, warning: str) -> tuple[Line, ...]:
    said = [f"{step.rule}: {step.asked}"]
    if step.missing_dropped:
        said.append(f"{step.missing_dropped:,} of them for want of a value")
    if step.missing_kept:
        said.append(f"{step.missing_kept:,} without a value stay in")
    if step.patients_lost:
        said.append(f"{step.patients_lost:,} patients lost with all their rows")
    return (
        *wrapped(f"Excluded: {step.dropped.rows:,} rows", _SIDE, "head"),
        *wrapped(step.reason, _SIDE),
        *(part for words in said for part in wrapped(words, _SIDE, "quiet")),
        *(wrapped(warning, _SIDE, "alarm") if warning else ()),
    )


def _warning(loss: Loss) -> str:
    found = loss.loud[Loudness.LIKELY_BIAS]
    if not found:
        return ""
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return f"! Likely bias: {', '.join(one.variable for one in found[:_NAMED])}{more}"


def _classes(above: Box, final: Counts) -> tuple[list[str], float]:
    """Those who are in, by label: boxes of one finding, a table of several; and where the picture ends."""
    if not final.labels:
        return [], above.bottom
    if len(final.labels) > 1:
        head = Line("Who is in, by label", "head", ("with", "without", "unlabelled"))
        box = Box(_EDGE, above.bottom + _GAP, _TABLE, (head, *map(_row, final.labels)))
        return [arrow(above.middle, above.bottom, above.middle, box.y), box.svg()], box.bottom
    boxes = _fan(above.bottom + 2 * LINE, final.labels[0])
    rail = above.bottom + LINE
    drawn = [line(above.middle, above.bottom, above.middle, rail)]
    drawn.append(line(min(above.middle, boxes[0].middle), rail, boxes[-1].middle, rail))
    drawn += [arrow(box.middle, rail, box.middle, box.y) + box.svg() for box in boxes]
    return drawn, max(box.bottom for box in boxes)


def _fan(y: float, of: Classes) -> list[Box]:
    """One box a class of the finding, side by side."""
    groups = [(f"with {of.finding}", of.positive), (f"without {of.finding}", of.negative)]
    groups += [(f"no label for {of.finding}", of.unlabelled)] if of.unlabelled else []
    width = (_WIDTH - 2 * _EDGE - _GAP * (len(groups) - 1)) / len(groups)
    return [
        Box(_EDGE + place * (width + _GAP), y, width, (*wrapped(words, width, "head"), Line(f"{number:,} rows")))
        for place, (words, number) in enumerate(groups)
    ]


def _row(of: Classes) -> Line:
    return Line(of.finding, cells=tuple(f"{number:,}" for number in (of.positive, of.negative, of.unlabelled)))
