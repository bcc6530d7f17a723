"""What servers do wrong is told as the server's fault, and only the studies that were asked about pay for it."""

from typing import Any

import numpy as np
import pytest

from fiducial.errors import UnusableInput
from fiducial.models.kserve import KServeGraph
from models.making import bright_graph
from models.server import serving

BATCH = np.full((1, 1, 4, 4), 0.5, np.float32)
OUTPUT = {"name": "logits", "datatype": "FP32", "shape": [1, 1], "data": [0.0]}

FAULTS: list[tuple[Any, str]] = [
    (b"<html>", "another protocol than KServe v2"),
    ({"error": "none"}, "another protocol than KServe v2"),
    ({"outputs": []}, "has no output 'logits'; it gave none"),
    ({"outputs": [OUTPUT | {"datatype": "BYTES"}]}, "comes as BYTES, without numbers"),
    ({"outputs": [OUTPUT | {"shape": [1, 3]}]}, "does not fill its shape"),
    (503, r"refuses \(503\)"),
]


def test_a_server_gives_what_the_graph_gives() -> None:
    with serving(bright_graph()) as url:
        found = KServeGraph(f"{url}/", "image").run(BATCH, ["logits", "features"])
    assert found["logits"].tolist() == [[0.0]]
    assert found["features"].tolist() == [[0.5, 0.5]]


@pytest.mark.parametrize(("reply", "told"), FAULTS)
def test_a_fault_of_the_server_is_told(reply: Any, told: str) -> None:  # noqa: ANN401  (whatever servers say)
    with serving(bright_graph(), reply) as url, pytest.raises(UnusableInput, match=told):
        KServeGraph(url, "image").run(BATCH, ["logits"])


def test_a_model_that_the_server_does_not_have_is_told() -> None:
    with serving(bright_graph()) as url, pytest.raises(UnusableInput, match=r"models/dark refuses \(404\)"):
        KServeGraph(url.replace("bright", "dark"), "image").run(BATCH, ["logits"])


def test_no_server_at_all_is_told() -> None:
    with serving(bright_graph()) as url:
        pass
    with pytest.raises(UnusableInput, match=r"does not answer .*; see that the server runs"):
        KServeGraph(url, "image").run(BATCH, ["logits"])
