"""Real scans cut, moved and changed by a known amount are found again; real impostors are never verified."""

from pathlib import Path

import pytest

from fiducial.align.gates import PairVerdict
from fiducial.align.pair import align_pair
from proofs.align_cases import Outcome, real_outcome
from proofs.real_pairs import abdomen_pairs, impostors, lung_pairs, read_off_pairs

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def no_pairs(real_data: Path) -> list[Outcome]:
    """What became of every impostor."""
    return [real_outcome(pair) for pair in impostors(real_data)]


def test_two_dates_of_one_lung_are_found_within_a_slice(real_data: Path) -> None:
    found = [real_outcome(pair) for pair in lung_pairs(real_data)]
    assert all(one.is_verified for one in found), [(one.kind, one.reasons) for one in found]
    assert all(one.error is not None and abs(one.error) < one.slice_mm for one in found)


def test_an_abdomen_is_found_within_a_slice_through_noise_contrast_and_another_spacing(real_data: Path) -> None:
    found = [real_outcome(pair) for pair in abdomen_pairs(real_data)]
    assert all(one.is_verified for one in found), [(one.kind, one.reasons) for one in found]
    assert all(one.error is not None and abs(one.error) < one.slice_mm for one in found)


def test_no_real_impostor_is_verified(no_pairs: list[Outcome]) -> None:
    assert len(no_pairs) > 30
    assert [one.kind for one in no_pairs if one.verdict is not PairVerdict.DROPPED] == []


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [("told 1.25 times", "spacing-differs"), ("told 0.8 times", "spacing-differs"), ("lost", "parts-disagree")],
)
def test_the_reason_says_what_is_wrong(no_pairs: list[Outcome], wrong: str, reason: str) -> None:
    found = [one for one in no_pairs if wrong in one.kind]
    assert len(found) == 6
    assert all(reason in one.reasons for one in found), [(one.kind, one.reasons) for one in found]


def test_a_single_coronal_layer_lands_near_what_was_read_off_and_is_never_verified(real_data: Path) -> None:
    for pair in read_off_pairs(real_data):
        found = align_pair(pair.moving, pair.fixed)
        assert found.verdict is not PairVerdict.VERIFIED
        assert "one-layer" in found.reasons
        assert found.shift is not None
        assert abs(found.shift[2] - pair.shift) <= 2 * pair.error, pair.patient
