"""Every step obeys the laws, with every kind of setting that it has."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiducial import plugins
from fiducial.scans.preparation.contract import Picture, Step
from fiducial.scans.preparation.preparing import parse_steps
from scans.preparation.laws import MIDDLE, grey, head, keeps_places, obeys_the_laws

Made = Callable[..., Picture]

EXAMPLES: tuple[tuple[dict[str, Any], Made], ...] = (
    ({"step": "channels", "repeat": 3}, head),
    ({"step": "channels", "neighbours": 1}, head),
    ({"step": "clahe", "tiles": 4}, grey),
    ({"step": "clip", "low": 0, "high": 200}, head),
    ({"step": "clip", "low": -100, "high": 300, "scaled": True}, head),
    ({"step": "crop", "to": "border", "border": 0.13}, head),
    ({"step": "crop", "to": "centre", "rows": 51, "columns": 60}, head),
    ({"step": "crop", "to": "ct-body", "margin": 0.1}, head),
    ({"step": "crop", "to": "radiograph-body"}, grey),
    ({"step": "levels"}, grey),
    ({"step": "normalise", "mean": [40], "std": [20]}, head),
    ({"step": "normalise", "of": "image"}, head),
    ({"step": "resize", "rows": 64, "columns": 64}, head),
    ({"step": "resize", "rows": 200, "columns": 120, "method": "lanczos", "keep_aspect": True}, head),
    ({"step": "skull-strip"}, head),
    ({"step": "spacing", "mm": [1.5, 3.1], "method": "area"}, head),
    ({"step": "spacing", "mm": [3, 2.5, 2.5]}, head),
    ({"step": "window", "windows": [[40, 80], [80, 200], [600, 2800]]}, head),
)
METHODS = st.sampled_from(["lanczos", "area", "linear"])
every_example = pytest.mark.parametrize(("section", "made"), EXAMPLES, ids=lambda one: str(one) * isinstance(one, dict))


def step(section: dict[str, Any]) -> Step:
    return parse_steps([section], where="here")[0]


def test_every_step_has_an_example() -> None:
    assert {section["step"] for section, _ in EXAMPLES} == set(plugins.names("steps"))


@every_example
def test_a_step_obeys_the_laws(section: dict[str, Any], made: Made) -> None:
    obeys_the_laws(step(section), made(MIDDLE))


@every_example
@settings(max_examples=5)
@given(away=st.tuples(st.just(0.0), st.floats(-14, 14), st.floats(-14, 14)))
def test_a_dot_is_found_where_it_was(section: dict[str, Any], made: Made, away: tuple[float, ...]) -> None:
    z, y, x = (middle + one for middle, one in zip(MIDDLE, away, strict=True))
    keeps_places(step(section), made(), made((z, y, x)), (z, y, x))


@settings(max_examples=12)
@given(
    sides=st.tuples(st.integers(30, 150), st.integers(30, 150)),
    resizing=st.fixed_dictionaries({"method": METHODS, "keep_aspect": st.booleans()}),
    method=METHODS,
    mm=st.tuples(st.floats(2, 6), st.floats(0.7, 4), st.floats(0.7, 4)),
)
def test_a_dot_is_found_behind_all_that_moves_it(
    sides: tuple[int, int], resizing: dict[str, Any], method: str, mm: tuple[float, float, float]
) -> None:
    moved = parse_steps(
        [
            {"step": "crop", "to": "border", "border": 0.07},
            {"step": "spacing", "mm": mm, "method": method},
            {"step": "resize", "rows": sides[0], "columns": sides[1], **resizing},
        ],
        where="here",
    )
    keeps_places(Chain(moved), head(), head(MIDDLE), MIDDLE)


class Chain:
    """Several steps as one."""

    name: ClassVar[str] = "chain"
    says: ClassVar[str] = "all of its steps"

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self.steps = steps

    def apply(self, picture: Picture) -> Picture:
        for one in self.steps:
            picture = one.apply(picture)
        return picture


@every_example
def test_one_channel_and_slice_is_as_good_as_many(section: dict[str, Any], made: Made) -> None:
    flat = section["step"] == "channels" and "neighbours" in section
    if flat or len(section.get("mm", ())) > 2:
        return
    whole = made(MIDDLE)
    single = Picture(whole.pixels[:, 2:3], whole.spacing, whole.source)
    assert step(section).apply(single).pixels.shape[1] == 1
    assert np.isfinite(step(section).apply(single).pixels).all()
