"""Sections become steps, steps a picture; and steps have one hash."""

import tracemalloc
from typing import Any

import numpy as np
import pytest

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.hashes import hash_bytes
from fiducial.scans.preparation.preparing import describe, parse_steps, preparation_hash, prepare
from fiducial.scans.scan import Scan
from scans.preparation.laws import picture_of

BRAIN: list[dict[str, Any]] = [
    {"step": "window", "windows": [[40, 80], [80, 200], [600, 2800]]},
    {"step": "resize", "rows": 32, "columns": 24},
    {"step": "normalise", "of": "imagenet"},
]


def scan(array: Any) -> Scan:  # noqa: ANN401  (arrays of any type)
    return Scan(np.asarray(array), None, {})


def hash_of(*sections: dict[str, Any]) -> str:
    return preparation_hash(parse_steps(sections, where="here"))


def test_steps_follow_each_other() -> None:
    found = prepare(scan(np.arange(600).reshape(1, 20, 30)), parse_steps(BRAIN, where="here"))
    assert found.pixels.shape == (3, 1, 32, 24)
    assert found.source == (20, 30)


def test_what_a_model_is_shown_lies_in_one_piece() -> None:
    steps = parse_steps([{"step": "crop", "to": "border", "border": 0.2}, {"step": "channels", "repeat": 3}], where="a")
    found = prepare(scan(np.zeros((2, 10, 10), np.int16)), steps).pixels
    assert found.flags.c_contiguous
    assert found.flags.writeable


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint16, np.float32])
def test_the_same_values_give_the_same_bytes_however_they_are_stored(kind: type) -> None:
    steps, values = parse_steps(BRAIN, where="here"), np.arange(200).reshape(1, 10, 20)
    assert prepare(scan(values.astype(kind)), steps).pixels.tobytes() == prepare(scan(values), steps).pixels.tobytes()


def test_a_description_makes_the_same_steps_again() -> None:
    steps = parse_steps(BRAIN, where="here")
    assert parse_steps(describe(steps), where="there") == steps


# A change of this orphans every bundle that was written before.
def test_the_hash_is_that_of_sorted_json_with_every_default() -> None:
    told = b'[{"columns":24,"keep_aspect":false,"method":"linear","padding":0.0,"rows":32,"step":"resize"}]'
    assert hash_of(BRAIN[1]) == hash_bytes(told)


def test_the_hash_sees_settings_and_order_and_not_how_they_were_written() -> None:
    written = {"rows": 24, "columns": 24.0, "method": "linear", "step": "resize"}
    assert hash_of(written) == hash_of({"step": "resize", "rows": 24, "columns": 24})
    assert len({hash_of(*BRAIN), hash_of(*BRAIN[::-1]), hash_of(*BRAIN[:2]), hash_of(written)}) == 4


def test_no_step_at_all_is_a_preparation_too() -> None:
    assert prepare(scan([[[1, 2]]]), ()).pixels.tolist() == [[[[1, 2]]]]


def test_a_step_that_no_version_knows_is_answered_with_the_nearest() -> None:
    with pytest.raises(WrongUsage, match=r"model.toml: preparation 2: .*'resise'. Did you mean 'resize'"):
        parse_steps([BRAIN[0], {"step": "resise"}], where="model.toml")


def test_an_unknown_setting_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnusableInput, match=r"\(resize\).*\n.*colums: unknown key. Did you mean 'columns'"):
        parse_steps([{"step": "resize", "rows": 2, "columns": 2, "colums": 2}], where="model.toml")


@pytest.mark.parametrize("section", [{}, {"step": 3}, {"name": "resize"}])
def test_a_section_without_a_step_is_told_how_to_begin(section: dict[str, Any]) -> None:
    with pytest.raises(UnusableInput, match=r'preparation 1: names no step; begin it with step = "..."'):
        parse_steps([section], where="model.toml")


@pytest.mark.parametrize(
    ("array", "why"),
    [(np.zeros((0, 4, 4)), r"has no pixels \(0 x 4 x 4\)"), (np.full((1, 2, 2), np.nan), "NaN or infinite")],
)
def test_an_image_that_shows_nothing_is_refused(array: object, why: str) -> None:
    with pytest.raises(UnusableInput, match=why):
        prepare(scan(array), ())


@pytest.mark.parametrize(
    "section",
    [
        *BRAIN[:2],
        {"step": "clip", "low": 0, "high": 80, "scaled": True},
        {"step": "normalise", "of": "image"},
        {"step": "channels", "neighbours": 1},
        {"step": "spacing", "mm": [2, 1, 1]},
        {"step": "crop", "to": "border", "border": 0.1},
    ],
    ids=lambda section: str(section["step"]),
)
def test_four_thousand_slices_are_never_copied_whole(section: dict[str, Any]) -> None:
    series = picture_of(np.random.default_rng(0).random((4000, 24, 24), np.float32), (1, 1, 1))
    step = parse_steps([section], where="here")[0]
    tracemalloc.start()
    made = step.apply(series).pixels
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < (0 if np.shares_memory(made, series.pixels) else made.nbytes) + 0.1 * series.pixels.nbytes
