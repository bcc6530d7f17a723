"""Facts as JSON and back, ``fiducial.facts/1``: a decision that was made can be made again, and comes out alike."""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fiducial.errors import UnusableInput
from fiducial.rules.facts import Box, Facts, Found, Given, Marked

SCHEMA = "fiducial.facts/1"


def facts_document(facts: Facts) -> dict[str, Any]:
    """Everything in them; masks are packed to a bit a pixel and compressed."""
    return {
        "schema": SCHEMA,
        "study": facts.study,
        "scores": _given(facts.scores),
        "measurements": _given(facts.measurements),
        "metadata": _given(facts.metadata),
        "regions": {name: asdict(one) for name, one in facts.regions.items()},
        "masks": {name: {"area": _area(one.area), "reason": one.reason} for name, one in facts.masks.items()},
    }


def facts_of_document(document: Mapping[str, Any]) -> Facts:
    """The facts that were saved.

    Raises:
        UnusableInput: the document is none of ours.
    """
    if document.get("schema") != SCHEMA:
        raise UnusableInput(f"facts must be of schema {SCHEMA}; got {document.get('schema')!r}.")
    return Facts(
        document["study"],
        {name: Given(**one) for name, one in document["scores"].items()},
        {name: _found(one) for name, one in document["regions"].items()},
        {name: Marked(_area_of(one["area"]), one["reason"]) for name, one in document["masks"].items()},
        {name: Given(**one) for name, one in document["measurements"].items()},
        {name: Given(**one) for name, one in document["metadata"].items()},
    )


def _given(named: Mapping[str, Given]) -> dict[str, Any]:
    return {name: asdict(one) for name, one in named.items()}


def _found(one: Mapping[str, Any]) -> Found:
    return Found(**{**one, "boxes": tuple(Box(**box) for box in one["boxes"])})


def _area(area: Box | NDArray[np.bool_] | None) -> dict[str, Any] | None:
    if area is None:
        return None
    if isinstance(area, Box):
        return {"box": asdict(area)}
    bits = zlib.compress(np.packbits(area).tobytes(), level=1)
    return {"shape": list(area.shape), "bits": b64encode(bits).decode()}


def _area_of(saved: Mapping[str, Any] | None) -> Box | NDArray[np.bool_] | None:
    if saved is None:
        return None
    if "box" in saved:
        return Box(**saved["box"])
    shape = tuple(saved["shape"])
    packed = np.frombuffer(zlib.decompress(b64decode(saved["bits"])), np.uint8)
    return np.unpackbits(packed, count=int(np.prod(shape))).reshape(shape).astype(np.bool_)
