"""Averaged weights, batches and scores."""

import numpy as np
import pytest
import torch

from fiducial.learn.networks.classifier import Classifier
from fiducial.learn.training.averaging import Average
from fiducial.learn.training.pictures import Asked, in_batches
from fiducial.learn.training.scoring import auroc, cross_entropy


def test_the_average_moves_by_one_less_the_decay() -> None:
    network = Classifier(("small:2",), 1, 1)
    average = Average(network, 0.5)
    average.steps = 1000  # past its warm-up
    torch.nn.init.zeros_(average.network.head.weight)
    torch.nn.init.ones_(network.head.weight)
    average.update(network)
    assert average.network.head.weight.unique().tolist() == [0.5]


def test_early_on_the_first_steps_are_forgotten() -> None:
    network = Classifier(("small:2",), 1, 1)
    average = Average(network, 0.999)
    torch.nn.init.zeros_(average.network.head.weight)
    torch.nn.init.ones_(network.head.weight)
    average.update(network)
    assert average.network.head.weight.unique().item() == pytest.approx(1 - 2 / 11)


def test_a_last_batch_of_one_joins_the_one_before() -> None:
    asked: list[Asked] = [(place, None) for place in range(9)]
    assert [len(batch) for batch in in_batches(asked, 4)] == [4, 5]


def test_missing_labels_count_neither_in_the_loss_nor_in_the_area() -> None:
    logits, labels = np.array([[0.0], [2.0], [50.0]]), np.array([[0], [1], [np.nan]], np.float32)
    assert cross_entropy(logits, labels) == pytest.approx((np.log(2) + np.log1p(np.exp(-2))) / 2)
    assert auroc(logits, labels) == [1.0]
