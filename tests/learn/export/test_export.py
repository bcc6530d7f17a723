"""Graphs, operating points and the files of a bundle."""

import tomllib

import numpy as np
import pytest
import torch
from scipy.special import expit

from fiducial.errors import CannotJudge
from fiducial.learn.export.graph import NotTheSame, parity, to_onnx
from fiducial.learn.export.operating import operating
from fiducial.learn.export.tables import as_npz, as_toml
from fiducial.learn.networks.classifier import Classifier

PICTURES = np.random.default_rng(0).normal(size=(5, 3, 64, 64)).astype(np.float32)


@pytest.mark.parametrize("names", [("small:4", "small:2"), ("timm:efficientnet_b0",), ("monai:densenet121",)])
def test_torch_and_onnx_say_the_same(names: tuple[str, ...]) -> None:
    torch.manual_seed(0)
    network = Classifier(names, 3, 2).eval()
    assert parity(to_onnx(network, (3, 64, 64)), network, PICTURES) <= 1e-4


def test_a_graph_of_other_weights_is_refused() -> None:
    network = Classifier(("small:4",), 3, 2).eval()
    graph = to_onnx(network, (3, 64, 64))
    torch.nn.init.constant_(network.head.bias, 3.0)
    with pytest.raises(NotTheSame, match="differs from the trained network"):
        parity(graph, network, PICTURES)


def test_the_same_network_is_the_same_file_without_a_name_of_this_machine() -> None:
    network = Classifier(("small:4",), 3, 2).eval()
    first, again = (to_onnx(network, (3, 16, 16)) for _ in range(2))
    assert first == again
    assert b"fiducial/learn" not in first


def test_the_threshold_keeps_the_rule_and_missing_labels_do_not_count() -> None:
    logits = np.array([-2.0, -1, 0, 1, 2, 9])
    labels = np.array([0, 0, 1, 0, 1, np.nan], np.float32)
    found = operating(logits, labels, calibrator="none", rule="specificity >= 0.6", finding="x")
    assert found.threshold == pytest.approx(expit(0))


def test_a_rule_that_nothing_meets_is_told() -> None:
    logits, labels = np.array([3.0, 2, 1, 0]), np.array([0, 0, 1, 1], np.float32)
    with pytest.raises(CannotJudge, match="calls nobody"):
        operating(logits, labels, calibrator="none", rule="specificity >= 0.9", finding="x")


def test_toml_is_read_back_as_it_was_written() -> None:
    document = {
        "name": 'a "b"',
        "list": [1.5, 2.0],
        "empty": [],
        "section": {"flag": True, "inner": {"a b": "c"}},
        "many": [{"one": 1}, {"two": 1e-7}],
    }
    assert tomllib.loads(as_toml(document)) == document


def test_an_npz_has_the_same_bytes_whenever_it_is_written() -> None:
    assert as_npz({"a": np.ones(3)}) == as_npz({"a": np.ones(3)})
