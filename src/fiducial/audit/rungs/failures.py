"""Rung: where do its errors concentrate?

Failure modes (a subgroup and a kind of error) are counted against the rest and ranked by what they cost; slices are
searched by a tree on one half of the patients and counted in the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from fiducial.audit.accuracy import shown_case
from fiducial.audit.case import Case
from fiducial.audit.failure_modes import AtRisk, Mode, at_risk, modes, too_small, weighted_excess
from fiducial.audit.gaps import holm
from fiducial.audit.slices import Slice, find_slices, smallest_slice
from fiducial.claims.charts import Forest
from fiducial.claims.evidence import Figure, RungResult, ShownCase, Verdict
from fiducial.claims.floors import Floor
from fiducial.errors import CannotJudge
from fiducial.report.words import p_value
from fiducial.stats.intervals import wilson_clustered

FLOOR = "worst_slice_gap"
NEGLIGIBLE = 0.01  # a subgroup below this share of its class may be too small without holding the claim up
SHOWN, CASES = 6, 4  # modes in the gallery, and cases of each
DRAWN = 15  # rows of a chart


@dataclass(frozen=True, slots=True)
class Ranked:
    """A mode or slice, with its p adjusted by Holm within its kind of search."""

    mode: Mode
    p: float
    is_slice: bool

    def called(self, alpha: float) -> bool:
        """Whether it is beyond chance."""
        return self.p < alpha


@dataclass(frozen=True, slots=True)
class Failures:
    """Failure modes by subgroup and slices by tree, of the internal split."""

    name: ClassVar[str] = "failures"
    asks: ClassVar[str] = "Where do its errors concentrate?"
    needs: ClassVar[tuple[str, ...]] = ("predictions.score", "cohort.label", "cohort.patient", "split.internal")

    def judge(self, case: Case) -> RungResult:
        """Weigh every gap between a group and the rest against ``worst_slice_gap``.

        Raises:
            CannotJudge: nothing was answered, or nothing is known by which patients could be grouped.
        """
        decisions = case.internal.only_answered()
        if not len(decisions):
            raise CannotJudge("the model answered no decision of the internal split")
        classes = list(at_risk(case, decisions))
        counted = [mode for one in classes for mode in modes(case, one)]
        searched, unsearched = _search(case, classes, counted)
        if not counted and not searched:
            raise CannotJudge("no column groups the patients into two groups that are large enough to be compared")
        alpha = 1 - case.confidence
        found = [*_ranked(counted, is_slice=False), *_ranked(searched, is_slice=True)]
        found.sort(key=lambda one: (not one.called(alpha), -one.mode.excess))
        small = [told for one in classes for told in too_small(case, one, NEGLIGIBLE)]
        hidden = list(_hidden(case, unsearched))
        notes = [*unsearched.values(), *hidden]
        if small:
            notes.append(f"Too small to be compared with the rest, so the rung cannot hold: {'; '.join(small)}.")
        return RungResult(
            self.name,
            _verdict(case, found, complete=not small and not hidden and len(classes) == 2),
            tuple(_figures(case, classes, found)),
            _sentence(case, classes, found, alpha, searched=len(unsearched) < len(classes)),
            tuple(_charts(case, classes, found)),
            _cases(classes, found),
            notes=(*_notes(case, found, alpha), *notes),
            gallery="Errors by failure mode, costliest first",
        )


def _search(case: Case, classes: list[AtRisk], counted: list[Mode]) -> tuple[list[Mode], dict[AtRisk, str]]:
    """Slices that are no failure mode already, which are counted on all patients; and which class was not searched."""
    slices, unsearched = [], {}
    for one in classes:
        found = find_slices(
            one.decisions.columns, one.wrong, one.decisions.patient, case.rng(f"{Failures.name}.{one.kind.figure}")
        )
        if found.reason:
            unsearched[one] = f"The {one.kind.people} were not searched for slices: {found.reason}."
        known = [mode.member for mode in counted if mode.kind is one.kind]
        slices += [
            Mode(one.kind, leaf.words, leaf.member, leaf.shares, _excess_of(one, leaf))
            for leaf in found.slices
            if not any(np.array_equal(member, leaf.member) for member in known)
        ]
    return slices, unsearched


def _hidden(case: Case, unsearched: dict[AtRisk, str]) -> Iterator[str]:
    """Where nobody looked for slices: whether all errors of the class, in one slice, would be beyond the floor."""
    floor = case.claim.floor(FLOOR)
    for one in unsearched:
        errors, smallest = int(one.wrong.sum()), smallest_slice(one.wrong.size)
        if floor and errors > floor.high * smallest:
            yield (
                f"The rung cannot hold: were the {errors} {one.kind.people} who are {one.kind.verb} of one slice of "
                f"{smallest}, the smallest that a search would tell, it would not clear the floor ({floor})."
            )


def _excess_of(given: AtRisk, found: Slice) -> float:
    """Seen in the half that was not searched, told for all rows of the slice."""
    kept = replace(
        given,
        decisions=given.decisions.where(found.counted),
        wrong=given.wrong[found.counted],
        weight=given.weight[found.counted],
    )
    inside = found.member[found.counted]
    return weighted_excess(kept, inside) * int(found.member.sum()) / int(inside.sum())


def _ranked(found: list[Mode], *, is_slice: bool) -> list[Ranked]:
    if not found:
        return []
    adjusted = holm([mode.shares.p_beyond() for mode in found], len(found))
    return [Ranked(mode, float(p), is_slice) for mode, p in zip(found, adjusted, strict=True)]


def _verdict(case: Case, found: list[Ranked], *, complete: bool) -> Verdict:
    floor = case.claim.floor(FLOOR)
    if floor is None:
        return Verdict.NOT_SHOWN
    beyond = holm([one.mode.shares.p_beyond(floor.high) for one in found], len(found))
    if beyond.min() < 1 - case.confidence:
        return Verdict.FAILS
    held = complete and all(floor.cleared_by(one.mode.shares.interval(case.confidence)) for one in found)
    return Verdict.HOLDS if held else Verdict.UNDECIDED


def _figures(case: Case, classes: list[AtRisk], found: list[Ranked]) -> Iterator[Figure]:
    for one in classes:
        yield _overall(case, one)
    for ranked in found:
        mode, shares = ranked.mode, ranked.mode.shares
        name = f"slice_{mode.kind.figure}" if ranked.is_slice else mode.kind.figure
        n = shares.trials[0]
        yield Figure(name, shares.inside, shares.of_inside(case.confidence), n, subgroup=mode.label)
        interval = shares.interval(case.confidence)
        yield Figure(f"{name}_gap", shares.apart, interval, sum(shares.trials), subgroup=mode.label)
        yield Figure(f"{name}_excess", mode.excess, None, int(mode.member.sum()), "weighted errors", mode.label)


def _overall(case: Case, one: AtRisk) -> Figure:
    interval = wilson_clustered(one.wrong, one.decisions.patient, case.confidence)
    return Figure(one.kind.figure, float(one.wrong.mean()), interval, one.wrong.size)


def _sentence(case: Case, classes: list[AtRisk], found: list[Ranked], alpha: float, *, searched: bool) -> str:
    counts = " and ".join(
        f"{int(one.wrong.sum())} of {one.wrong.size:,} {one.kind.people} are {one.kind.verb}" for one in classes
    )
    called = [one for one in found if one.called(alpha)]
    if called:
        told = f"{counts}. Most is lost where {_told(case, called[0])}."
    else:
        patients = case.internal.only_answered().patients
        looked = "subgroup or slice" if searched else "subgroup"
        told = f"{counts}. No {looked} errs more than the rest, as far as {patients:,} patients can show."
    return told if case.claim.floor(FLOOR) else f"{told} The claim demands nothing of slices ({FLOOR})."


def _told(case: Case, ranked: Ranked) -> str:
    """``sex=F: 34% missed (21-49) against 9% elsewhere, n = 120``."""
    mode, shares = ranked.mode, ranked.mode.shares
    ends = shares.of_inside(case.confidence)
    half = " in the half that was not searched" if ranked.is_slice else ""
    return (
        f"{mode.label}: {100 * shares.inside:.0f}% {mode.kind.verb} ({100 * ends.low:.0f}-{100 * ends.high:.0f}) "
        f"against {100 * shares.outside:.0f}% elsewhere, n = {shares.trials[0]:,}{half}"
    )


def _notes(case: Case, found: list[Ranked], alpha: float) -> Iterator[str]:
    for one in found:
        if one.called(alpha):
            kind = "Slice" if one.is_slice else "Failure mode"
            errors = "errors" if case.labels is None else "errors by significance"
            beyond = f"{one.mode.excess:.1f} {errors} more than the rate elsewhere would give"
            yield f"{kind}: {_told(case, one)} (p {p_value(one.p)} after Holm; {beyond})."
    yield from _unmet(case, found, case.claim.floor(FLOOR))


def _unmet(case: Case, found: list[Ranked], floor: Floor | None) -> Iterator[str]:
    open_ = [one for one in found if floor and not floor.cleared_by(one.mode.shares.interval(case.confidence))]
    if floor and open_:
        widest = max(open_, key=lambda one: one.mode.shares.interval(case.confidence).high)
        high = widest.mode.shares.interval(case.confidence).high
        yield (
            f"{len(open_)} of {len(found)} gaps do not clear the floor ({floor}); the farthest interval reaches "
            f"{high:.2f}, {widest.mode.words}."
        )


def _charts(case: Case, classes: list[AtRisk], found: list[Ranked]) -> Iterator[Forest]:
    for one in classes:
        overall = _overall(case, one).value
        for is_slice, what in ((False, "subgroup by subgroup"), (True, "slice by slice")):
            rows = tuple(
                _row(case, ranked) for ranked in found if ranked.mode.kind is one.kind and ranked.is_slice is is_slice
            )[:DRAWN]
            if rows:
                name = f"{'slices' if is_slice else 'modes'}-{one.kind.figure}"
                title = f"{one.kind.people.capitalize()} who are {one.kind.verb}, {what}"
                yield Forest(name, title, f"share {one.kind.verb}", rows, overall, "all")


def _row(case: Case, ranked: Ranked) -> tuple[str, float, float, float, int]:
    shares = ranked.mode.shares
    ends = shares.of_inside(case.confidence)
    return (ranked.mode.label, shares.inside, ends.low, ends.high, shares.trials[0])


def _cases(classes: list[AtRisk], found: list[Ranked]) -> tuple[ShownCase, ...]:
    by_kind = {one.kind: one for one in classes}
    told = [one.mode for one in found if one.mode.excess > 0][:SHOWN]
    return tuple(case for mode in told for case in _worst(by_kind[mode.kind], mode))


def _worst(given: AtRisk, mode: Mode) -> Iterator[ShownCase]:
    """The most significant errors of a mode first, then the surest ones."""
    wrong = np.flatnonzero(given.wrong & mode.member)
    distance = np.abs(given.decisions.score - given.decisions.threshold)[wrong]
    order = np.lexsort((-distance, -given.weight[wrong]))
    for index in wrong[order][:CASES].tolist():
        yield shown_case(given.decisions, index, mode.words)
