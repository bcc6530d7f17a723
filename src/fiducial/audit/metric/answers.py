"""What a metric can tell from the prediction, and what it cannot: verdicts and words for one reading.

Telling two images apart is a forced choice: of the true pair and the alternative, which scores better? Half of the
choices are right by chance; three in four is where discrimination is said to begin.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fiducial.audit.metric.observed import Observed, told
from fiducial.audit.metric.plan import (
    AIR,
    BODY,
    COPY,
    MEAN,
    OTHER_PATIENT,
    OTHER_SLICE,
    SHIFTED,
    TRUE,
    Condition,
    Reading,
)
from fiducial.claims.charts import Chart, Curves, Forest, Series
from fiducial.claims.evidence import Figure, RungResult, Verdict
from fiducial.claims.likeness import MetricReading
from fiducial.stats.intervals import Interval

RIGHT = 0.75  # the threshold of a two-alternative choice: Green and Swets 1966, Signal Detection Theory, chapter 4
CHANCE = 0.5

ALTERNATIVES = {
    OTHER_SLICE: ("another slice", "volumes of more than one slice 20 mm apart, or a row for each slice"),
    OTHER_PATIENT: ("another patient", "a second patient"),
    COPY: ("the unchanged input", "results.input (the scan that the model was given)"),
    AIR: ("an image of air", "a target"),
    MEAN: ("the mean of other patients", "a second patient"),
}


@dataclass(frozen=True, slots=True)
class Ask:
    """``see``: the shift in mm that a metric must see. ``lacking``: why there are no intervals, if so."""

    see: float
    lacking: str | None


def answer(reading: Reading, seen: Observed, ask: Ask) -> MetricReading:
    """Every question about one reading."""
    tellings = [_telling(seen, one, ask) for one in ALTERNATIVES]
    shifts = [_shift(seen, axis, ask) for axis in SHIFTED]
    score = seen.means([TRUE])[0]
    window = reading.view.window
    return MetricReading(
        reading.likeness.name,
        reading.view.region,
        (window.low, window.high),
        reading.likeness.higher_is_better,
        score,
        (*tellings, *shifts),
        _sentence(reading, score, tellings, shifts),
        tuple(_charts(reading, seen)),
    )


def title(reading: Reading) -> str:
    """``Full-frame SSIM, window -1024 to 3071``."""
    where = "Body" if reading.view.region == BODY else "Full-frame"
    return f"{where} {reading.likeness.called}, window {reading.view.window}"


def amount(value: float, unit: str) -> str:
    """A score as its unit is written: 0.671, 24.31 dB, 41.7 HU."""
    return f"{value:.3f}" if unit == "1" else f"{value:.2f} dB" if unit == "dB" else f"{value:.1f} {unit}"


def _telling(seen: Observed, condition: Condition, ask: Ask) -> RungResult:
    called, needed = ALTERNATIVES[condition]
    if condition not in seen:
        return RungResult(condition.kind, Verdict.NOT_SHOWN, (), f"Not shown: needs {needed}.", missing=(needed,))
    is_null = condition in {OTHER_SLICE, OTHER_PATIENT}
    score, change = seen.means([condition])[0], seen.means([condition], minus_true=True)[0]
    right = seen.right(condition, "percentile" if is_null else "right_choices")
    wrong = seen.wrong(condition)
    figures = (score, change, right, wrong)
    if right.interval is None:
        return RungResult(condition.kind, Verdict.NOT_SHOWN, figures, f"Not shown: {ask.lacking}.")
    verdict = _weighed(right.interval)
    words = f"{called} scores {amount(score.value, seen.unit)}; {_told_right(right)}"
    return RungResult(condition.kind, verdict, figures, f"{_JUDGED[_kind(right, wrong)]}: {words}.")


def _weighed(right: Interval) -> Verdict:
    if right.low >= RIGHT:
        return Verdict.HOLDS
    return Verdict.FAILS if right.high < RIGHT else Verdict.UNDECIDED


_JUDGED = {
    "tells": "Tells it from the prediction",
    "cannot": "Cannot tell it from the prediction",
    "above": "Puts it above the prediction",
    "undecided": "Undecided on these patients",
}


def _kind(right: Figure, wrong: Figure) -> str:
    if right.interval is None or wrong.interval is None:
        return "not shown"
    verdict = _weighed(right.interval)
    if verdict is Verdict.FAILS:
        return "above" if wrong.interval.low > CHANCE else "cannot"
    return "tells" if verdict is Verdict.HOLDS else "undecided"


def _told_right(right: Figure) -> str:
    ends = right.interval or Interval(right.value, right.value)
    return (
        f"the prediction is preferred in {100 * right.value:.0f}% of choices "
        f"({100 * ends.low:.0f} to {100 * ends.high:.0f}%)"
    )


def _shift(seen: Observed, axis: str, ask: Ask) -> RungResult:
    """Does the metric peak where the images lie on one another, and from how far off does it notice?"""
    tried = sorted((one for one in seen.scores if one.kind == axis and one in seen), key=lambda one: one.mm)
    if not tried or max(abs(one.mm) for one in tried) < ask.see:
        needed = f"a shift of {ask.see:g} mm or more {axis} in whole voxels"
        return RungResult(axis, Verdict.NOT_SHOWN, (), f"Not shown: needs {needed}.", missing=(needed,))
    rights, wrongs = {one: seen.right(one) for one in tried}, {one: seen.wrong(one) for one in tried}
    blind = _blind(rights, seen.patients)
    peak = seen.peak(tried)
    figures = (blind, peak, *rights.values(), *wrongs.values(), *seen.means(tried, minus_true=True))
    if ask.lacking or blind.interval is None:
        return RungResult(axis, Verdict.NOT_SHOWN, figures, f"Not shown: {ask.lacking}.")
    preferred = [one for one, wrong in wrongs.items() if wrong.interval and wrong.interval.low > CHANCE]
    if preferred:
        told_ = (
            f"Does not peak at 0: it prefers the target moved by "
            f"{', '.join(f'{one.mm:+g}' for one in preferred)} mm to the target in place."
        )
        return RungResult(axis, Verdict.FAILS, figures, told_)
    if blind.interval.high < ask.see:
        verdict = Verdict.HOLDS
    else:
        verdict = Verdict.FAILS if blind.interval.low >= ask.see else Verdict.UNDECIDED
    return RungResult(axis, verdict, figures, _told_blind(blind, tried))


def _blind(rights: dict[Condition, Figure], patients: int) -> Figure:
    """The largest shift tried, either way, that is not told from none; the interval is by what is sure."""

    def largest(values: Iterator[float]) -> float:
        return max(values, default=0.0)

    value = largest(abs(one.mm) for one, right in rights.items() if right.value < RIGHT)
    ends = [(abs(one.mm), right.interval) for one, right in rights.items() if right.interval]
    interval = (
        Interval(
            largest(mm for mm, of in ends if of.high < RIGHT),
            largest(mm for mm, of in ends if of.low < RIGHT),
        )
        if ends
        else None
    )
    return Figure("cannot_see", value, interval, patients, "mm")


def _told_blind(blind: Figure, tried: list[Condition]) -> str:
    ends = blind.interval or Interval(blind.value, blind.value)
    if not blind.value:
        doubt = f", but is not sure of those up to {ends.high:g} mm" if ends.high else ""
        return f"Sees every shift tried, from {min(abs(one.mm) for one in tried):g} mm{doubt}."
    return f"Cannot see shifts of up to {blind.value:g} mm ({ends.low:g} to {ends.high:g})."


def _sentence(reading: Reading, score: Figure, tellings: list[RungResult], shifts: list[RungResult]) -> str:
    unit = score.unit
    parts = [f"{title(reading)}, gives the prediction {amount(score.value, unit)}."]
    grouped: dict[str, list[str]] = {}
    for condition, one in zip(ALTERNATIVES, tellings, strict=True):
        kind = _kind(*one.figures[2:]) if one.figures else "not shown"
        value = f" ({amount(one.figures[0].value, unit)})" if one.figures else ""
        grouped.setdefault(kind, []).append(ALTERNATIVES[condition][0] + value)
    for kind, opening in _OPENINGS.items():
        if kind in grouped:
            parts.append(f"{opening} {', '.join(grouped[kind])}.")
    alike: dict[str, list[str]] = {}
    for one in shifts:
        if one.verdict is not Verdict.NOT_SHOWN:
            alike.setdefault(one.sentence, []).append(one.rung.removeprefix("along "))
    parts += [f"Along {' and '.join(axes)}: {told_[0].lower()}{told_[1:]}" for told_, axes in alike.items()]
    return " ".join(parts)


_OPENINGS = {
    "above": "It puts above it",
    "cannot": "It cannot tell it from",
    "undecided": "On these patients it is undecided about",
    "tells": "It tells it from",
    "not shown": "Not shown for",
}


def _charts(reading: Reading, seen: Observed) -> Iterator[Chart]:
    name = f"{reading.likeness.name}-{reading.view.region.replace(' ', '-')}-{reading.view.window.width:g}"
    label = f"{reading.likeness.called} ({'higher' if reading.likeness.higher_is_better else 'lower'} is better)"
    if seen.unit != "1":
        label = label.replace("(", f"in {seen.unit} (")
    shown = [TRUE, *(one for one in ALTERNATIVES if one in seen)]
    figures = seen.means(shown)
    rows = tuple(
        (ALTERNATIVES[one][0] if one != TRUE else "the prediction", figure.value, *_ends(figure), figure.n)
        for one, figure in zip(shown, figures, strict=True)
    )
    yield Forest(f"{name}-scores", "Prediction and alternatives", label, rows, figures[0].value, "prediction")
    curves = tuple(_curve(seen, axis) for axis in SHIFTED if any(one.kind == axis for one in seen.scores))
    if curves:
        change = f"change of {label}"
        yield Curves(f"{name}-shift", "The target moved", "mm", change, curves, diagonal=False)


def _curve(seen: Observed, axis: str) -> Series:
    tried = sorted((one for one in seen.scores if one.kind == axis and one in seen), key=lambda one: one.mm)
    figures = seen.means(tried, minus_true=True)
    points = [(one.mm, figure.value, *_ends(figure)) for one, figure in zip(tried, figures, strict=True)]
    x, y, low, high = zip(*sorted([*points, (0.0, 0.0, 0.0, 0.0)]), strict=True)
    return Series(axis, x, y, low, high)


def _ends(figure: Figure) -> tuple[float, float]:
    return (figure.interval.low, figure.interval.high) if figure.interval else (figure.value, figure.value)


__all__ = ["Ask", "amount", "answer", "title", "told"]
