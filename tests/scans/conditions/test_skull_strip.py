"""The stripped skull: brain stays, bone and scalp go, and a rim goes with them as wide as is said."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from fiducial.errors import UnusableInput
from fiducial.phantoms.specimens import head, specimen
from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.skull_strip import SkullStrip, Stripped
from fiducial.scans.physical import physical
from fiducial.scans.preparation.preparing import parse_steps, prepare
from fiducial.scans.scan import Scan

SCAN = head(side=240)


def kept(rim: float, scan: Scan = SCAN) -> npt.NDArray[np.bool_]:
    return np.asarray(physical(Stripped(rim).apply(scan))[1] > -1000)


def test_bone_and_scalp_are_gone_and_the_brain_is_as_it_was() -> None:
    found, before = physical(Stripped(0).apply(SCAN)), physical(SCAN)
    assert found.max() < 400  # the soft edge of the inner table, no bone
    np.testing.assert_array_equal(found[:, 90:150, 90:150], before[:, 90:150, 90:150])
    assert (found[:, :20] == -1000).all()


@pytest.mark.parametrize("rim", [2, 5, 10])
def test_the_rim_is_as_wide_as_it_is_called(rim: int) -> None:
    whole, rest = (np.count_nonzero(kept(mm)[120]) for mm in (0, rim))  # pixels of 1 mm along the middle row
    assert whole - rest == pytest.approx(2 * rim, abs=2)


def test_blood_against_the_skull_survives_a_perfect_strip_and_not_one_of_ten_millimetres() -> None:
    blood = (physical(SCAN)[1] > 55) & (physical(SCAN)[1] < 90)
    blood[:, 70:] = False
    blood[:, :55] = False
    assert kept(0)[blood].mean() > 0.9
    assert kept(10)[blood].mean() < 0.35


def test_the_mildest_severity_is_what_the_step_of_a_bundle_does() -> None:
    step = prepare(SCAN, parse_steps([{"step": "skull-strip"}], where="a test")).pixels[0]
    np.testing.assert_array_equal(physical(Stripped(SkullStrip.severities[0]).apply(SCAN)), step)


@pytest.mark.parametrize("severity", [1, 5])
def test_an_abdomen_is_refused_in_words(severity: Severity) -> None:
    change = SkullStrip().draw(SCAN, severity, np.random.default_rng(0))
    with pytest.raises(UnusableInput, match="no closed skull"):
        change.apply(specimen("CT"))


def test_a_scan_without_spacing_is_refused_in_words() -> None:
    with pytest.raises(UnusableInput, match="no spacing in mm"):
        Stripped(1).apply(replace(SCAN, spacing=None))
