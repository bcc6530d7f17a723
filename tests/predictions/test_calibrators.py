"""Calibrators: what their sources promise, and how a bundle writes them down."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy.special import expit, logit

from fiducial.predictions.calibrator_specs import CalibratorSpec
from fiducial.predictions.calibrators import Beta, Calibrator, fit_beta, fit_isotonic, fit_platt, fit_temperature

Scores = npt.NDArray[np.float64]
SPECS: TypeAdapter[CalibratorSpec] = TypeAdapter(CalibratorSpec)
WRITTEN = [
    {"kind": "temperature", "temperature": 2.0},
    {"kind": "platt", "intercept": -1.0, "slope": 0.5},
    {"kind": "beta", "a": 1.0, "b": 0.5, "c": 0.2},
    {"kind": "isotonic", "scores": [0.0, 0.5, 1.0], "probabilities": [0.1, 0.1, 0.8]},
]


def patients(count: int = 20_000) -> tuple[npt.NDArray[np.bool_], Scores]:
    """Whether each is ill, and the probability with which that was so."""
    rng = np.random.default_rng(0)
    p = expit(rng.normal(-1, 1.5, count))
    return rng.random(count) < p, p


def calibrator(written: dict[str, object]) -> Calibrator:
    return SPECS.validate_python(written).calibrator()


def test_temperature_undoes_overconfidence() -> None:
    # Guo et al. 2017, section 4.2: an overconfident network is one whose logits are too large by one factor.
    truth, p = patients()
    found = fit_temperature(truth, expit(3 * logit(p)))
    assert found.temperature == pytest.approx(3, rel=0.05)
    assert np.abs(found.apply(expit(3 * logit(p))) - p).max() < 0.02


def test_beta_with_one_slope_each_is_the_identity() -> None:
    # Kull et al. 2017, section 3: a = b = 1, c = 0 is the identity, which Platt's curve of raw scores cannot be.
    score = np.linspace(0.01, 0.99, 50)
    assert Beta(1, 1, 0).apply(score) == pytest.approx(score)
    truth, p = patients()
    assert np.abs(fit_beta(truth, p).apply(p) - p).max() < 0.02


def test_beta_undoes_what_platt_cannot() -> None:
    truth, p = patients()
    bent = p**3  # only log p is stretched: a = 1/3 and a curve of its own towards 1
    beta, platt = (np.abs(fit(truth, bent).apply(bent) - p).mean() for fit in (fit_beta, fit_platt))
    assert beta < platt


def test_a_slope_that_comes_out_negative_is_left_out() -> None:
    truth, p = patients(2000)
    found = fit_beta(truth, np.where(p > 0.5, 0.9 - p / 4, p))
    assert min(found.a, found.b) >= 0


def test_isotonic_gives_the_share_of_the_ill() -> None:
    truth, p = patients()
    fitted = fit_isotonic(truth, p).apply(p)
    assert fitted.mean() == pytest.approx(truth.mean())
    assert (np.diff(fitted[np.argsort(p)]) >= 0).all()


@pytest.mark.parametrize("fit", [fit_temperature, fit_beta, fit_platt, fit_isotonic])
def test_one_class_alone_is_refused(fit: object) -> None:
    with pytest.raises(ValueError, match="both classes"):
        fit(np.ones(4, bool), np.linspace(0.1, 0.9, 4))  # type: ignore[operator]  # a function


@pytest.mark.parametrize("written", WRITTEN, ids=lambda one: one["kind"])
@given(st.lists(st.floats(0, 1), min_size=2, max_size=9))
def test_probabilities_rise_with_the_score(written: dict[str, object], scores: list[float]) -> None:
    found = calibrator(written).apply(np.sort(scores))
    assert (np.diff(found) >= -1e-12).all()
    assert found.min() >= 0
    assert found.max() <= 1


@pytest.mark.parametrize("written", WRITTEN, ids=lambda one: one["kind"])
def test_what_a_bundle_writes_comes_back(written: dict[str, object]) -> None:
    assert calibrator(written).name == written["kind"]
    assert SPECS.dump_python(SPECS.validate_python(written), mode="json") == written


REFUSED = [
    ({"kind": "temperature", "temperature": 0.0}, "greater than 0"),
    ({"kind": "beta", "a": -1.0, "b": 1.0, "c": 0.0}, "greater than or equal to 0"),
    ({"kind": "isotonic", "scores": [0.0, 1.0], "probabilities": [0.5]}, "must be as many"),
    ({"kind": "isotonic", "scores": [1.0, 0.0], "probabilities": [0.1, 0.5]}, "must rise"),
    ({"kind": "isotonic", "scores": [0.0, 1.0], "probabilities": [0.5, 1.5]}, "from 0 to 1"),
    ({"kind": "spline"}, "does not match any of the expected tags"),
]


@pytest.mark.parametrize(("written", "told"), REFUSED)
def test_what_is_no_calibrator_is_refused(written: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        SPECS.validate_python(written)
