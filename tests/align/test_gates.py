"""Every gate on its own: what it is missed by, and what it is then called."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align.small import OPTIONS, found
from fiducial.align.gates import Gate, PairVerdict, anatomy_gates, extent_gates, verdict
from fiducial.align.measure import Measures
from fiducial.align.options import AlignOptions
from fiducial.align.words import REASONS, in_words

CELL = OPTIONS.cell[0]


def measured() -> Measures:
    taken = found().measures
    assert taken is not None
    return taken


def missed(measures: Measures) -> list[str]:
    gates = (*extent_gates(measures, OPTIONS, CELL), *anatomy_gates(measures, OPTIONS))
    return [gate.reason for gate in gates if not gate.passed]


Change = Callable[[Measures], Measures]
BROKEN: dict[str, tuple[str, Change]] = {
    "short": ("overlap-too-short", lambda one: replace(one, overlap=59.0)),
    "a sliver": ("overlap-too-short", lambda one: replace(one, overlap_share=0.1)),
    "at the boundary": ("best-at-the-boundary", lambda one: replace(one, best=replace(one.best, from_boundary=1))),
    "no maximum": ("best-at-the-boundary", lambda one: replace(one, best=replace(one.best, is_maximum=False))),
    "two places": ("two-places-fit", lambda one: replace(one, best=replace(one.best, second=0.95 * one.best.value))),
    "nothing fits": ("two-places-fit", lambda one: replace(one, best=replace(one.best, value=-0.1))),
    "bones": ("bones-differ", lambda one: replace(one, best=replace(one.best, value=0.3, second=0.1))),
    "outline": ("outline-disagrees", lambda one: replace(one, by_tissue={**one.by_tissue, one.outline: 0.0})),
    "a third": ("parts-disagree", lambda one: replace(one, parts=(*one.parts[:2], one.parts[2] + 40))),
    "no third": ("parts-disagree", lambda one: replace(one, parts=())),
    "slope": ("spacing-differs", lambda one: replace(one, ridge=replace(one.ridge, slope=1.25))),
    "reversed": ("slices-reversed", lambda one: replace(one, ridge=replace(one.ridge, slope=-1.0))),
    "no line": ("slices-find-no-like", lambda one: replace(one, ridge=replace(one.ridge, inliers=0.1))),
    "bodies": ("bodies-differ", lambda one: replace(one, body_dice=0.7)),
    "bone dice": ("bones-do-not-overlap", lambda one: replace(one, bone_dice=0.2)),
    "better place": (
        "overlap-too-short",
        lambda one: replace(one, nearer=replace(one.best, offset=float(one.curves["bone"].offset[10]))),
    ),
}


def test_the_ordinary_pair_misses_nothing() -> None:
    assert missed(measured()) == []


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_broken_is_called_by_its_name(broken: str) -> None:
    reason, change = BROKEN[broken]
    assert reason in missed(change(measured()))


def test_a_slope_that_few_slices_lie_on_says_nothing_of_spacing() -> None:
    ridge = replace(measured().ridge, slope=1.5, inliers=0.1)
    assert missed(replace(measured(), ridge=ridge)) == ["slices-find-no-like"] * 2


def test_a_line_that_could_not_be_drawn_has_no_slope() -> None:
    none = replace(measured().ridge, slope=0.0, inliers=0.0)
    gate = next(one for one in anatomy_gates(replace(measured(), ridge=none), OPTIONS) if one.name == "slope")
    assert (gate.document()["value"], gate.shown, gate.passed) == (None, "none", False)


def test_over_a_short_overlap_the_slope_is_less_certain() -> None:
    ridge = replace(measured().ridge, slope=1.08)
    assert missed(replace(measured(), ridge=ridge)) == ["spacing-differs"]
    assert missed(replace(measured(), ridge=ridge, overlap=60.0)) == []


def test_a_better_place_is_told_with_what_it_shares() -> None:
    curve = measured().curves["bone"]
    nearer = replace(measured().best, offset=float(curve.offset[10]) + 0.2)
    gate = next(extent_gates(replace(measured(), nearer=nearer), OPTIONS, CELL))
    assert (gate.name, gate.value) == ("better_place_mm", float(curve.overlap[10]) * CELL)


@given(st.floats(0, 2), st.floats(0.01, 1), st.sampled_from(["bone_dice", "slope"]), st.floats(0, 0.5))
def test_a_bound_is_kept_nearly_kept_or_missed(value: float, floor: float, name: str, doubt: float) -> None:
    gate = Gate(name, value, floor, "why", "bones-differ")
    assert not (gate.passed and gate.nearly(doubt))
    assert gate.passed == ((value <= floor) if name == "slope" else (value >= floor))


def gate(value: float) -> Gate:
    return Gate("g", value, 1.0, "why", "bones-differ")


@pytest.mark.parametrize(
    ("values", "doubts", "expected"),
    [
        ((1.0, 2.0), (), PairVerdict.VERIFIED),
        ((1.0, 0.9), (), PairVerdict.REVIEW),
        ((0.9, 0.5), (), PairVerdict.DROPPED),
        ((1.0, 2.0), ("posture-differs",), PairVerdict.REVIEW),
        ((0.5, 2.0), ("posture-differs",), PairVerdict.DROPPED),
    ],
)
def test_one_clear_miss_drops_a_near_one_or_a_doubt_is_for_review(
    values: tuple[float, ...], doubts: tuple[str, ...], expected: PairVerdict
) -> None:
    assert verdict(tuple(gate(value) for value in values), doubts, 0.15) is expected


def test_every_reason_has_words_that_say_what_to_do() -> None:
    for reason, _ in BROKEN.values():
        assert in_words(reason).endswith(".")
    assert all(": " in words for words in REASONS.values())


def test_every_bound_gives_its_reason() -> None:
    assert all(field.description for name, field in AlignOptions.model_fields.items())
    assert all(one.why for one in found().gates)
