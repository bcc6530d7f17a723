"""Scores that are meant for another prevalence are judged as what they mean."""

import numpy as np
import pytest

import fiducial as fd
from audit.studies import Study, make_study
from fiducial.claims.evidence import RungResult
from fiducial.predictions.calibrators import shift_prevalence

HERE, THERE = 0.5, 0.03


@pytest.fixture
def honest() -> Study:
    """Probabilities that are right among these rows."""
    rng = np.random.default_rng(4)
    study = make_study(2000)
    study.score = rng.random(2000)
    study.columns["label.x"] = (rng.random(2000) < study.score).astype(int)
    return study


def judged(study: Study, scores_at: float | None) -> RungResult:
    claim = study.claim.model_copy(update={"claim": study.claim.claim.model_copy(update={"scores_at": scores_at})})
    return fd.climb(claim, cohort=study.cohort, predictions=study.predictions, resamples=100)["calibration"]


def intercept(found: RungResult) -> float:
    return next(one.value for one in found.figures if one.name == "calibration_intercept" and one.subgroup == "all")


def test_scores_for_three_percent_are_right_where_the_claim_says_so(honest: Study) -> None:
    plain = intercept(judged(honest, None))
    honest.score = shift_prevalence(honest.score, HERE, THERE)
    assert intercept(judged(honest, THERE)) == pytest.approx(plain, abs=0.1)
    assert intercept(judged(honest, None)) > 2  # as if a bleed in two were a bleed in thirty


def test_the_rung_tells_that_it_moved_them(honest: Study) -> None:
    assert any("claim.scores_at" in note for note in judged(honest, THERE).notes)


def test_no_call_changes(honest: Study) -> None:
    claim = honest.claim.model_copy(update={"claim": honest.claim.claim.model_copy(update={"scores_at": THERE})})
    found = fd.climb(claim, cohort=honest.cohort, predictions=honest.predictions, resamples=100)
    plain = fd.climb(honest.claim, cohort=honest.cohort, predictions=honest.predictions, resamples=100)
    assert found["internal"].figures == plain["internal"].figures
