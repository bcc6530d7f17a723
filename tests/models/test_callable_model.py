"""A function as a model: what it gives is checked, what it raises is a reason."""

import pytest

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.models.callable_model import CallableModel
from fiducial.models.contract import Answer, Shown, Study
from fiducial.scans.preparation.preparing import parse_steps
from fiducial.scans.scan import Scan
from scans.conditions.radiographs import radiograph

STEPS = parse_steps([{"step": "window", "windows": [[50, 101]]}], where="here")


def shown(scan: Scan | None = None) -> Shown:
    return Shown(Study("a", ()), lambda: radiograph() if scan is None else scan)


def answered(given: object, *findings: str) -> Answer:
    return CallableModel("f", findings or ("x",), lambda _scan: given).answer([shown()])[0]  # type: ignore[arg-type,return-value]  # what strangers give


def test_one_number_is_the_score_of_the_first_finding() -> None:
    assert answered(0.25).scores == {"x": 0.25}
    assert answered({"y": 1, "x": 0, "z": 0.5}, "x", "y").scores == {"x": 0.0, "y": 1.0}


BAD = [(float("nan"), "gave nan for x"), (1.5, "gave 1.5"), (None, "gave nan"), ({"y": 1.0}, "gave no score for x")]


@pytest.mark.parametrize(("given", "told"), BAD)
def test_what_is_no_score_is_a_reason(given: object, told: str) -> None:
    assert told in str(answered(given).reason)
    assert not answered(given).scores


def test_what_it_raises_is_the_reason_of_that_study() -> None:
    def fails(scan: Scan) -> float:
        raise ValueError(f"no lungs\nin {scan.array.ndim} axes")

    assert CallableModel("f", ("x",), fails).answer([shown()])[0].reason == (
        "the function raised ValueError: no lungs in 3 axes"
    )


def test_with_steps_it_is_given_prepared_pixels() -> None:
    seen = []

    def look(pixels: object) -> float:
        seen.append(pixels)
        return 0.5

    CallableModel("f", ("x",), look, STEPS).answer([shown()])
    assert (seen[0].shape, str(seen[0].dtype)) == ((1, 1, 200, 160), "float32")  # type: ignore[attr-defined]  # an array


def test_what_cannot_be_read_is_not_asked_about() -> None:
    def absent() -> Scan:
        raise UnusableInput("no such file")

    answer = CallableModel("f", ("x",), lambda _scan: 0.5, STEPS).answer([Shown(Study("a", ()), absent)])[0]
    assert answer.reason == "no such file"


def test_another_version_or_preparation_is_another_model() -> None:
    known = {CallableModel("f", ("x",), abs, steps, version).identity for steps in (None, STEPS) for version in "12"}
    assert len(known) == 4


def test_without_a_finding_there_is_no_model() -> None:
    with pytest.raises(WrongUsage, match="names no finding"):
        CallableModel("f", (), abs)
