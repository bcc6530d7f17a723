"""Sureness is measured from the threshold, whatever the threshold is."""

from dataclasses import replace

import numpy as np
import pytest

from audit.studies import Study
from fiducial.audit.case import Decisions
from fiducial.audit.confidences import sureness
from fiducial.audit.gather import gather


def decisions(study: Study, threshold: float) -> Decisions:
    return replace(gather(study.claim, study.cohort, study.predictions).case.decisions, threshold=threshold)


def test_at_one_half_it_is_the_larger_of_both_probabilities(study: Study) -> None:
    found = decisions(study, 0.5)
    np.testing.assert_allclose(sureness(found), np.maximum(found.score, 1 - found.score))


@pytest.mark.parametrize("threshold", [0.0, 0.05, 0.9, 1.0])
def test_at_any_threshold_it_lies_from_one_half_to_one(study: Study, threshold: float) -> None:
    found = sureness(decisions(study, threshold))
    assert found.min() >= 0.5
    assert found.max() <= 1


def test_a_score_just_above_a_low_threshold_is_no_sure_call(study: Study) -> None:
    study.score = np.where(np.arange(2000) == 0, 0.06, 0.0)
    assert sureness(decisions(study, 0.05))[:2] == pytest.approx([0.505, 1.0], abs=0.001)
