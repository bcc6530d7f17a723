"""Geometry and header tell the same lie."""

from dataclasses import replace

import pytest

from fiducial.errors import UnusableInput
from scans.conditions.radiographs import radiograph, stressed


def test_geometry_and_header_tell_the_same() -> None:
    wrong = stressed("wrong-spacing", radiograph(PixelSpacing="1\\1", Rows="200"), 5)
    assert wrong.spacing is not None
    assert wrong.header["PixelSpacing"] == f"{wrong.spacing[1]:g}\\{wrong.spacing[2]:g}"
    assert wrong.header["Rows"] == "200"


def test_chance_makes_it_larger_or_smaller() -> None:
    seen = {stressed("wrong-spacing", radiograph(), 4, seed).spacing[1] for seed in range(8)}  # type: ignore[index]  # it has one
    assert seen == {0.5, 2.0}


def test_a_file_without_spacing_is_refused_in_words() -> None:
    with pytest.raises(UnusableInput, match="no pixel spacing"):
        stressed("wrong-spacing", replace(radiograph(), spacing=None), 1)
