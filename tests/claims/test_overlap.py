"""What a claim may say of overlap, and what it may not."""

import pytest

from fiducial.claims.claim import Claim
from fiducial.claims.overlap import Overlap, parse_overlap


@pytest.mark.parametrize("text", ["iou:0.5", "iobb:0.25", "centre", "iou:1"])
def test_an_overlap_is_written_as_it_is_read(text: str) -> None:
    assert str(parse_overlap(text)) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("iobbs:0.5", "Did you mean 'iobb'"),
        ("iou", "needs a share above 0 up to 1"),
        ("iou:0", "above 0"),
        ("iobb:50", "up to 1"),
        ("iou:half", "got 'iou:half'"),
        ("centre:0.5", "takes no share"),
    ],
)
def test_another_overlap_is_refused_with_what_may_stand_there(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse_overlap(text)


def test_any_overlap_at_all_counts_around_a_centre() -> None:
    assert Overlap("centre").least == 0.0


@pytest.mark.parametrize("key", [{"lesion_overlap": "iou"}, {"froc_at": 0}, {"repeated_marks": "no"}, {"undrawn": 0}])
def test_a_claim_cannot_say_what_cannot_be_counted(key: dict[str, object]) -> None:
    statement = {"name": "c", "finding": "x", "threshold": {"value": 0.5}}
    with pytest.raises(ValueError, match=next(iter(key))):
        Claim.model_validate({"claim": statement, "evidence": key})
