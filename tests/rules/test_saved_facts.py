"""Facts as JSON and back."""

import json

import numpy as np
import pytest

from fiducial.errors import UnusableInput
from fiducial.rules.facts import Box, Facts, Found, Given, Marked
from fiducial.rules.saved_facts import facts_document, facts_of_document

MASK = np.random.default_rng(0).random((3, 5, 7)) > 0.5
FACTS = Facts(
    "s1",
    {"pneumothorax": Given(0.25, None, "cnn", "1"), "edema": Given(None, "abstained")},
    {"nodule": Found((Box(1, 2, 3, 4, 0.5, 100, 90),), None, "boxes", "2"), "tube": Found((), "was too slow")},
    {"left": Marked(Box(0, 0, 5, 5)), "lung": Marked(MASK), "heart": Marked(None, "gave no mask")},
    {"volume.lung": Given(12.5)},
    {"view": Given("PA"), "portable": Given(value=True)},
)


def again(facts: Facts) -> Facts:
    return facts_of_document(json.loads(json.dumps(facts_document(facts))))


def test_what_was_saved_is_what_was_known() -> None:
    found = again(FACTS)
    for name in ("study", "scores", "regions", "measurements", "metadata"):
        assert getattr(found, name) == getattr(FACTS, name)


def test_every_pixel_of_a_mask_comes_back() -> None:
    area = again(FACTS).masks["lung"].area
    assert isinstance(area, np.ndarray)
    assert np.array_equal(area, MASK)


def test_a_named_box_and_a_reason_come_back() -> None:
    found = again(FACTS).masks
    assert (found["left"].area, found["heart"].reason) == (Box(0, 0, 5, 5), "gave no mask")


def test_another_document_is_refused() -> None:
    with pytest.raises(UnusableInput, match="must be of schema"):
        facts_of_document({"schema": "fiducial.decision/1"})
