"""The case: what several rungs look at is made once, and never for another case."""

from dataclasses import replace

import pytest

from audit.studies import make_study
from fiducial.audit.case import Case
from fiducial.audit.gather import gather
from fiducial.audit.rivals import rivals_of


@pytest.fixture
def case() -> Case:
    study = make_study(400)
    return gather(study.claim, study.cohort, study.predictions, seed=0, resamples=50, confidence=0.95).case


def test_what_several_rungs_look_at_is_made_once(case: Case) -> None:
    calls: list[int] = []
    case.once("x", lambda: calls.append(1))
    case.once("x", lambda: calls.append(1))
    assert len(calls) == 1


def test_a_case_made_from_another_begins_without_what_was_made(case: Case) -> None:
    case.once("x", lambda: "of the first")
    other = replace(case, decisions=case.decisions.unanswered_as_errors())
    assert other.once("x", lambda: "of the other") == "of the other"


def test_the_rungs_speak_of_the_same_rivals(case: Case) -> None:
    first, again = rivals_of(case)[0], rivals_of(case)[0]
    assert first
    assert all(one is other for one, other in zip(first, again, strict=True))


def test_another_case_has_rivals_of_its_own(case: Case) -> None:
    half = replace(case, decisions=case.decisions.where(case.decisions.patient % 2 == 0))
    assert rivals_of(case)[0][0].score.size > rivals_of(half)[0][0].score.size > 0
