"""True pairs as far apart as in life are found to the millimetre; what is no pair is dropped for its own reason."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from fiducial.align.pair import Alignment, align_pair
from fiducial.phantoms.build import Build
from fiducial.phantoms.ct import Arms, Field, Lying, scan
from fiducial.phantoms.pairs import FALSE, TRUE, draw_pair
from fiducial.scans.volume import Volume

FIELD = Field((200, 96, 116), (2.0, 4.0, 4.0), 30.0)
PLAIN = Lying(couch=300.0)
CONTRAST = Lying(contrast=1.0, left=10.0, back=-8.0, turned=1.0, couch=-120.0)
TRUTH = -420.0  # mm: from one couch to the other


@cache
def person(seed: int) -> Build:
    return Build.draw(np.random.default_rng(seed))


@cache
def taken(lying: Lying, field: Field, patient: int = 1) -> Volume:
    return scan(person(patient), lying, field, np.random.default_rng(abs(round(lying.couch))))


def higher(by: float, spacing: float = 2.0) -> Field:
    return replace(FIELD, above=FIELD.above + by, spacing=(spacing, 4.0, 4.0), shape=(round(400 / spacing), 96, 116))


def check_true(alignment: Alignment, truth: float = TRUTH) -> None:
    assert alignment.verdict == "verified", alignment.reasons
    assert alignment.shift is not None
    assert alignment.shift[2] == pytest.approx(truth, abs=1)


@pytest.mark.parametrize("apart", [150.0, 170.0, 190.0])
@pytest.mark.parametrize("spacing", [1.6, 3.0])
def test_plain_and_contrast_are_found_to_the_millimetre(apart: float, spacing: float) -> None:
    check_true(align_pair(taken(PLAIN, FIELD), taken(CONTRAST, higher(apart, spacing))))


def test_a_breath_of_25_mm_moves_the_air_and_not_the_place() -> None:
    alignment = align_pair(taken(PLAIN, FIELD), taken(replace(CONTRAST, breath=25.0), higher(170)))
    check_true(alignment)
    assert alignment.breathing is not None
    assert alignment.breathing > 10


@pytest.mark.parametrize(
    ("moving", "fixed"),
    [
        (replace(PLAIN, arms=Arms.DOWN), replace(CONTRAST, arms=Arms.UP)),
        (replace(PLAIN, metal=True), replace(CONTRAST, metal=True)),
        (PLAIN, replace(CONTRAST, metal=True)),
        (replace(PLAIN, table=118.0), replace(CONTRAST, table=150.0)),
        (replace(PLAIN, table=None), CONTRAST),
    ],
    ids=["arms", "metal", "metal since", "table", "no table"],
)
def test_arms_metal_and_the_table_do_not_mislead(moving: Lying, fixed: Lying) -> None:
    check_true(align_pair(taken(moving, FIELD), taken(fixed, higher(150))))


def test_a_field_of_the_spine_alone_is_enough() -> None:
    narrow = Field((180, 24, 22), (2.0, 4.0, 4.0), 110.0, (0.0, 40.0))
    still, moved = (replace(one, table=None, left=0.0, back=0.0) for one in (CONTRAST, PLAIN))
    check_true(align_pair(taken(moved, narrow), taken(still, replace(narrow, above=220.0))))


def test_sixty_slices_are_found_in_six_hundred() -> None:
    long = Field((600, 96, 116), (1.2, 4.0, 4.0), 0.0)
    check_true(align_pair(taken(PLAIN, replace(FIELD, shape=(60, 96, 116), above=300.0)), taken(CONTRAST, long)))


def check_dropped(moving: Volume, fixed: Volume, reason: str) -> None:
    alignment = align_pair(moving, fixed)
    assert alignment.verdict == "dropped"
    assert reason in alignment.reasons


@pytest.mark.parametrize("patient", [2, 3, 4])
def test_two_people_differ_in_their_bones(patient: int) -> None:
    check_dropped(taken(PLAIN, FIELD), taken(CONTRAST, higher(100), patient), "bones-do-not-overlap")


def test_ranges_that_do_not_meet_have_no_like_slices() -> None:
    low, high = replace(FIELD, shape=(110, 96, 116)), replace(FIELD, shape=(130, 96, 116), above=420.0)
    check_dropped(taken(PLAIN, low), taken(CONTRAST, high), "bones-differ")


@pytest.mark.parametrize("apart", [40.0, 80.0, 150.0])
def test_slices_in_reverse_order_are_called_so(apart: float) -> None:
    whole = taken(CONTRAST, higher(apart))
    check_dropped(taken(PLAIN, FIELD), replace(whole, array=whole.array[::-1].copy()), "slices-reversed")


def test_prone_bones_do_not_cover_supine_ones() -> None:
    turned = replace(taken(replace(CONTRAST, prone=True), higher(120)), header={"PatientPosition": "HFS"})
    check_dropped(taken(PLAIN, FIELD), turned, "bones-do-not-overlap")


def test_a_spacing_of_1_6_that_is_called_2_is_seen_in_the_slope() -> None:
    wrong = taken(CONTRAST, higher(60, 1.6))
    affine = wrong.affine.copy()
    affine[2, 0] = 2.0
    check_dropped(taken(PLAIN, FIELD), replace(wrong, affine=affine), "spacing-differs")


def test_forty_millimetres_of_lost_slices_part_the_thirds() -> None:
    whole = taken(CONTRAST, higher(80))
    torn = np.concatenate([whole.array[:80], whole.array[100:]])
    check_dropped(taken(PLAIN, FIELD), replace(whole, array=torn), "parts-disagree")


def test_an_overlap_of_50_mm_is_too_short_where_60_are_asked_for() -> None:
    check_dropped(taken(PLAIN, FIELD), taken(CONTRAST, higher(350)), "overlap-too-short")


@pytest.mark.parametrize(("share", "above"), [(52.0, 102.0), (38.0, 200.0), (53.0, 300.0)])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_place_one_vertebra_off_is_never_verified(seed: int, share: float, above: float) -> None:
    """The true place shares too little to be looked at; one vertebra further bones fit nearly as well, over enough."""
    still, moved = (replace(one, table=None, left=0.0, back=0.0) for one in (CONTRAST, PLAIN))
    low = Field((90, 24, 22), (2.0, 4.0, 4.0), above, (0.0, 40.0))
    pair = taken(moved, low, seed), taken(still, replace(low, above=above + 180 - share), seed)
    assert align_pair(*pair).verdict == "dropped"


def test_screws_that_fall_between_thick_slices_do_not_move_the_place() -> None:
    pair = draw_pair("metal in the spine", np.random.default_rng([17, 4, 21]))
    assert pair.shift is not None
    check_true(align_pair(pair.moving, pair.fixed), pair.shift)


@pytest.mark.parametrize("seed", [11, 12])
@pytest.mark.parametrize("kind", TRUE)
def test_a_random_true_pair_is_verified(kind: str, seed: int) -> None:
    pair = draw_pair(kind, np.random.default_rng(seed))
    assert pair.shift is not None
    check_true(align_pair(pair.moving, pair.fixed), pair.shift)


@pytest.mark.parametrize("seed", [11, 12])
@pytest.mark.parametrize("kind", FALSE)
def test_a_random_impostor_is_dropped(kind: str, seed: int) -> None:
    pair = draw_pair(kind, np.random.default_rng(seed))
    assert pair.shift is None
    assert align_pair(pair.moving, pair.fixed).verdict == "dropped"
