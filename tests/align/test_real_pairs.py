"""Real scans cut, moved and changed by a known amount are found again; real impostors are never verified."""

from pathlib import Path

import pytest

from fiducial.align.gates import PairVerdict
from fiducial.align.pair import align_pair
from proofs.align_cases import real_outcome
from proofs.real_pairs import abdomen_pairs, impostors, lung_pairs, read_off_pairs

pytestmark = pytest.mark.real


def test_two_dates_of_one_lung_are_found_within_a_slice(real_data: Path) -> None:
    found = [real_outcome(pair) for pair in lung_pairs(real_data)]
    assert all(one.is_verified for one in found), [(one.kind, one.reasons) for one in found]
    assert all(one.error is not None and abs(one.error) < one.slice_mm for one in found)


def test_an_abdomen_is_found_within_a_slice_through_noise_contrast_and_another_spacing(real_data: Path) -> None:
    found = [real_outcome(pair) for pair in abdomen_pairs(real_data)]
    assert all(one.is_verified for one in found), [(one.kind, one.reasons) for one in found]
    assert all(one.error is not None and abs(one.error) < one.slice_mm for one in found)


def test_no_real_impostor_is_verified(real_data: Path) -> None:
    found = [real_outcome(pair) for pair in impostors(real_data)]
    assert len(found) > 30
    assert [one.kind for one in found if one.verdict is not PairVerdict.DROPPED] == []


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [("told 1.25 times", "spacing-differs"), ("told 0.8 times", "spacing-differs"), ("lost", "parts-disagree")],
)
def test_the_reason_says_what_is_wrong(real_data: Path, wrong: str, reason: str) -> None:
    found = [real_outcome(pair) for pair in impostors(real_data) if wrong in pair.name]
    assert all(reason in one.reasons for one in found), [(one.kind, one.reasons) for one in found]


def test_a_single_coronal_layer_lands_near_what_was_read_off_and_is_never_verified(real_data: Path) -> None:
    for pair in read_off_pairs(real_data):
        found = align_pair(pair.moving, pair.fixed)
        assert found.verdict is not PairVerdict.VERIFIED
        assert "one-layer" in found.reasons
        assert found.shift is not None
        assert abs(found.shift[2] - pair.shift) <= 2 * pair.error, pair.patient
