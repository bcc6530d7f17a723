"""The rung ``seal``: what it says of looks, and what it can never say."""

from dataclasses import replace

import pytest

from audit.studies import Study
from fiducial.audit.case import Case
from fiducial.audit.gather import gather
from fiducial.audit.ladder import judged
from fiducial.audit.rungs.internal import Internal
from fiducial.audit.rungs.seal import Seal
from fiducial.audit.sealed import Sealed
from fiducial.claims.evidence import RungResult, Verdict
from fiducial.claims.floors import mistaken_bound


@pytest.fixture
def case(study: Study) -> Case:
    study.floors |= {"looks": 2}
    return gather(study.claim, study.cohort, study.predictions, resamples=100).case


def of(case: Case, sealed: Sealed | None) -> RungResult:
    return judged(Seal(), replace(case, sealed=sealed))


@pytest.mark.parametrize(("different", "verdict"), [(1, "holds"), (2, "holds"), (3, "fails")])
def test_different_looks_are_weighed_against_the_floor(case: Case, different: int, verdict: str) -> None:
    assert of(case, Sealed(9, looks=5, different=different)).verdict == verdict


def test_without_a_floor_nothing_is_shown(case: Case, study: Study) -> None:
    del study.floors["looks"]
    found = of(replace(case, claim=study.claim), Sealed(9))
    assert found.verdict is Verdict.NOT_SHOWN
    assert found.sentence.endswith("The claim sets no limit to looks (floors.looks), so nothing is shown.")


def test_without_a_seal_it_says_how_to_make_one(case: Case) -> None:
    found = of(case, None)
    assert (found.verdict, found.figures) == (Verdict.NOT_SHOWN, ())
    assert "fiducial cohort seal claim.toml" in found.missing[0]


def test_looks_are_told_in_words(case: Case) -> None:
    assert of(case, Sealed(1200)).sentence == (
        "This is the first look since 1,200 judged studies and the claim were sealed, and both are as they were. "
        "The claim allows 2 different ones."
    )
    assert of(case, Sealed(9, looks=5, different=2)).sentence.startswith("This is look 5 (2 of them different) since 9")


def test_a_broken_seal_is_an_alarm_and_never_holds(case: Case) -> None:
    found = of(case, Sealed(9, doubts=("label.x of judged studies changed (1): s1",)))
    assert (found.verdict, found.alarms) == (
        Verdict.NOT_SHOWN,
        ("The seal is broken: label.x of judged studies changed (1): s1.",),
    )


def test_something_tuned_on_judged_studies_is_an_alarm_and_fails(case: Case) -> None:
    found = of(case, Sealed(9, tuned_on_judged=("scaler (mean) was fitted on 9 rows: 9 in test.",)))
    assert found.verdict is Verdict.FAILS
    assert found.alarms == ("Tuned on studies that are judged: scaler (mean) was fitted on 9 rows: 9 in test.",)


def test_what_was_tuned_is_told_among_the_notes(case: Case) -> None:
    assert of(case, Sealed(9, tuned=("The threshold of 0.5 was chosen on tune, says the claim.",))).notes == (
        "The threshold of 0.5 was chosen on tune, says the claim.",
    )


def test_a_broken_seal_lets_no_other_rung_hold(case: Case) -> None:
    assert judged(Internal(), replace(case, sealed=Sealed(9))).verdict is Verdict.HOLDS
    found = judged(Internal(), replace(case, sealed=Sealed(9, doubts=("one", "two"))))
    assert found.verdict is Verdict.NOT_SHOWN
    assert found.notes[0] == "The seal is broken, so the figures show nothing: one (and 1 more: see the rung seal)."
    assert found.figures


@pytest.mark.parametrize("bound", [0, 1.5, (1, 2)])
def test_a_floor_for_looks_is_a_whole_number(bound: float | tuple[float, float]) -> None:
    assert mistaken_bound("looks", bound)
    assert mistaken_bound("looks", 3) is None
