"""What two headers say of each other."""

from dataclasses import replace

import numpy as np
import pytest

from align.small import fixed, moving
from fiducial.align.headers import doubts, refuse, stated_shift
from fiducial.errors import UnusableInput
from fiducial.scans.volume import Volume


def named(volume: Volume, **header: str) -> Volume:
    return replace(volume, header=header)


def test_two_patients_are_refused_without_naming_them() -> None:
    with pytest.raises(UnusableInput, match="PatientID differs") as told:
        refuse(named(moving(), PatientID="smith"), named(fixed(), PatientID="jones"))
    assert "smith" not in str(told.value)


def test_one_series_twice_is_refused() -> None:
    with pytest.raises(UnusableInput, match="are one series"):
        refuse(named(moving(), SeriesInstanceUID="1.2"), named(fixed(), SeriesInstanceUID="1.2"))


def test_the_same_pixels_twice_are_refused() -> None:
    with pytest.raises(UnusableInput, match="hold the same pixels"):
        refuse(moving(), replace(moving(), affine=np.eye(4)))


def test_headers_that_say_nothing_raise_no_doubt() -> None:
    refuse(named(moving()), named(fixed(), PatientID="jones"))
    assert stated_shift(named(moving()), named(fixed())) is None
    assert doubts(named(moving()), named(fixed(), PatientPosition="HFS"), -140, 5) == ()


def test_one_frame_of_reference_states_no_shift() -> None:
    one, other = named(moving(), FrameOfReferenceUID="1"), named(fixed(), FrameOfReferenceUID="1")
    assert stated_shift(one, other) == 0
    assert stated_shift(one, named(fixed(), FrameOfReferenceUID="2")) is None
    assert doubts(one, other, 4.9, 5) == ()
    assert doubts(one, other, -5.1, 5) == ("frame-of-reference-disagrees",)


def test_two_postures_are_a_doubt() -> None:
    one, other = named(moving(), PatientPosition="HFS"), named(fixed(), PatientPosition="FFS")
    assert doubts(one, other, 0, 5) == ("posture-differs",)
