"""Scores moved from the prevalence that they were fitted at to that of use."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.special import expit

import fiducial as fd
from fiducial.models.contract import Shown, Study
from fiducial.models.manifest import Finding, PriorShift
from fiducial.predictions.calibrator_specs import spec_of
from fiducial.predictions.calibrators import fit_platt
from fiducial.scans.scan import Scan
from fiducial.stats.calibration import expected_calibration_error
from models.making import CLASSIFIER, write_bundle

SHARES = st.floats(0.01, 0.99)


def odds(share: float) -> float:
    return share / (1 - share)


@given(SHARES, SHARES, SHARES)
def test_odds_are_multiplied_by_the_ratio_of_prior_odds(score: float, fitted: float, deployed: float) -> None:
    found = Finding(name="bleed", prevalence=PriorShift(fitted=fitted, deployed=deployed)).probability(score)
    assert odds(found) == pytest.approx(odds(score) * odds(deployed) / odds(fitted), rel=1e-6)


@given(SHARES, SHARES, SHARES)
def test_there_and_back_again_is_where_it_was(score: float, fitted: float, deployed: float) -> None:
    there = Finding(name="bleed", prevalence=PriorShift(fitted=fitted, deployed=deployed)).probability(score)
    back = Finding(name="bleed", prevalence=PriorShift(fitted=deployed, deployed=fitted)).probability(there)
    assert back == pytest.approx(score, abs=1e-4)


def test_an_emergency_room_of_3_percent_gets_right_probabilities_from_a_balanced_training() -> None:
    """Elkan 2001: a posterior at one base rate is that of another by its odds; here against simulated patients."""
    rng = np.random.default_rng(3)

    def draw(n: int, prevalence: float) -> tuple[np.ndarray, np.ndarray]:
        ill = rng.random(n) < prevalence
        return ill, expit(3 * (rng.normal(size=n) + 1.5 * ill - 0.75))  # twice too sure of itself

    fitted_on, raw = draw(20_000, 0.5)
    calibrator = spec_of(fit_platt(fitted_on, raw))
    plain = Finding(name="bleed", calibrator=calibrator)
    moved = Finding(name="bleed", calibrator=calibrator, prevalence=PriorShift(fitted=0.5, deployed=0.03))
    ill, score = draw(20_000, 0.03)
    scored = (np.array([one.probability(value) for value in score]) for one in (plain, moved))
    before, after = (expected_calibration_error(ill, one) for one in scored)
    assert before > 0.15
    assert after < 0.01


@pytest.mark.parametrize("deployed", [0, 1, 1.2])
def test_nobody_and_everybody_are_no_prevalence(deployed: float) -> None:
    with pytest.raises(ValidationError, match="deployed"):
        PriorShift(fitted=0.5, deployed=deployed)


def test_a_bundle_at_work_moves_its_scores(tmp_path: Path) -> None:
    scan = Scan(np.full((1, 4, 4), 60.0, np.float32), None, {})
    told = 'name = "bright"\nprevalence = { fitted = 0.5, deployed = 0.03 }\n\n[[preparation]]'
    moved = CLASSIFIER.replace('name = "bright"\n\n[[preparation]]', told)
    bundles = (write_bundle(tmp_path / name, text) for name, text in (("as", CLASSIFIER), ("moved", moved)))
    before, after = (
        fd.open_model(one).answer([Shown(Study("s", ()), lambda: scan)])[0].scores["bright"] for one in bundles
    )
    assert odds(after) == pytest.approx(odds(before) * odds(0.03), rel=1e-5)
