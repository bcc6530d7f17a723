"""Each loss against its published formula, worked out in float64 without torch."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from fiducial import plugins
from fiducial.learn.losses.asymmetric import Asymmetric
from fiducial.learn.losses.bce import BinaryCrossEntropy
from fiducial.learn.losses.class_balanced import ClassBalanced
from fiducial.learn.losses.contract import Counts, total
from fiducial.learn.losses.focal import Focal

LOGITS = torch.tensor([[-3.0], [-0.5], [0.2], [4.0]], dtype=torch.float64)
TRUTH = torch.tensor([[1.0], [0.0], [1.0], [0.0]], dtype=torch.float64)
COUNTS = Counts(torch.tensor([10.0]), torch.tensor([90.0]))
P = expit(LOGITS.numpy())
Y = TRUTH.numpy()
P_T = np.where(Y == 1, P, 1 - P)


def test_bce_is_the_negative_log_likelihood() -> None:
    np.testing.assert_allclose(BinaryCrossEntropy().each(LOGITS, TRUTH, COUNTS), -np.log(P_T))


def test_balanced_bce_weighs_positives_by_the_odds() -> None:
    expected = -np.log(P_T) * np.where(Y == 1, 9, 1)
    np.testing.assert_allclose(BinaryCrossEntropy(balance=True).each(LOGITS, TRUTH, COUNTS), expected)


def test_focal_is_equation_5_of_lin_2017() -> None:
    expected = -np.where(Y == 1, 0.25, 0.75) * (1 - P_T) ** 2 * np.log(P_T)
    np.testing.assert_allclose(Focal(gamma=2, alpha=0.25).each(LOGITS, TRUTH, COUNTS), expected)


def test_asymmetric_is_equations_5_to_7_of_ridnik_2021() -> None:
    shifted = np.maximum(P - 0.05, 0)
    positive, negative = (1 - P) ** 1 * np.log(P), shifted**4 * np.log(1 - shifted)
    found = Asymmetric(gamma_positive=1, gamma_negative=4, margin=0.05).each(LOGITS, TRUTH, COUNTS)
    np.testing.assert_allclose(found, -(Y * positive + (1 - Y) * negative))


def test_class_balanced_weighs_by_the_effective_number_of_cui_2019() -> None:
    weight = {n: (1 - 0.99) / (1 - 0.99**n) for n in (10, 90)}
    scale = 2 / sum(weight.values())
    expected = -np.log(P_T) * scale * np.where(Y == 1, weight[10], weight[90])
    np.testing.assert_allclose(ClassBalanced(beta=0.99).each(LOGITS, TRUTH, COUNTS), expected, rtol=1e-6)


@pytest.mark.parametrize("name", plugins.names("losses"))
def test_a_missing_label_changes_neither_value_nor_gradient(name: str) -> None:
    loss = plugins.load("losses", name)()
    logits = LOGITS.clone().requires_grad_()
    truth = TRUTH.clone()
    truth[1] = torch.nan
    found = total(loss, logits, truth, COUNTS)
    found.backward()
    without = total(loss, LOGITS[[0, 2, 3]], TRUTH[[0, 2, 3]], COUNTS)
    assert found.item() == pytest.approx(without.item())
    assert logits.grad is not None
    assert logits.grad[1] == 0


@pytest.mark.parametrize("name", plugins.names("losses"))
@given(logit=st.floats(-60, 60), label=st.sampled_from([0.0, 1.0]))
def test_a_loss_is_finite_and_never_negative(name: str, logit: float, label: float) -> None:
    found = plugins.load("losses", name)().each(torch.tensor([[logit]]), torch.tensor([[label]]), COUNTS)
    assert torch.isfinite(found).all()
    assert found >= 0
