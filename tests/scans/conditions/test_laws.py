"""Every installed condition on a scan of its modality, on a tiny one, and on what it must refuse."""

from dataclasses import replace

import numpy as np
import pytest

from fiducial import plugins
from fiducial.phantoms.specimens import head, specimen
from fiducial.scans.conditions.stress import condition
from fiducial.scans.scan import Scan
from scans.conditions.laws import (
    grows_with_severity,
    leaves_the_scan_alone,
    refuses_colour,
    replays_exactly,
    says_what_it_does,
)

NAMES = plugins.names("conditions")


OF_THE_HEAD = ("skull-strip",)  # what these are about must be there


def made_for(name: str, side: int = 96) -> Scan:
    if name in OF_THE_HEAD:
        return head(side=max(side, 64))
    return specimen(next(iter(condition(name).modalities), None), side=side)


@pytest.mark.parametrize("name", NAMES)
def test_a_condition_says_what_it_does_and_where_its_numbers_come_from(name: str) -> None:
    says_what_it_does(condition(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_condition_leaves_the_scan_that_it_is_given_alone(name: str) -> None:
    leaves_the_scan_alone(condition(name), made_for(name), 3)


@pytest.mark.parametrize("name", NAMES)
def test_a_drawn_change_replays_exactly(name: str) -> None:
    replays_exactly(condition(name), made_for(name), 4)


@pytest.mark.parametrize("name", NAMES)
def test_the_worst_severity_changes_more_than_the_mildest(name: str) -> None:
    grows_with_severity(condition(name), made_for(name))


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OF_THE_HEAD])
def test_a_tiny_scan_that_is_not_square_and_all_of_one_value_is_no_trouble(name: str) -> None:
    scan = made_for(name)
    flat = replace(scan, array=np.full((2, 16, 19), 900, dtype=scan.array.dtype), spacing=(1.0, 0.7, 1.3))
    leaves_the_scan_alone(condition(name), flat, 5)


@pytest.mark.parametrize("name", NAMES)
def test_pixels_that_are_floating_numbers_stay_so(name: str) -> None:
    scan = made_for(name, side=32)
    leaves_the_scan_alone(condition(name), replace(scan, array=scan.array.astype(np.float32)), 2)


@pytest.mark.parametrize("name", [name for name in NAMES if condition(name).modalities])
def test_colour_is_refused_in_words(name: str) -> None:
    scan = made_for(name, side=32)
    colour = replace(scan, array=np.repeat(scan.array[..., None], 3, axis=-1))
    refuses_colour(condition(name), colour)
