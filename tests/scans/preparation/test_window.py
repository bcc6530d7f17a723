"""Windows as the standard has them, and as pydicom shows them."""

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_windowing

from fiducial.errors import UnusableInput
from fiducial.scans.preparation.window import Window
from scans.preparation.laws import head, picture_of


# DICOM PS3.3 C.11.2.1.2.1, LINEAR: 129.114 and 255 of 255 for 40 and 79 HU in C40/W80.
@pytest.mark.parametrize(("hu", "shown"), [(40, 129.1139 / 255), (79, 1.0), (0, 0.0), (-1000, 0.0), (3000, 1.0)])
def test_a_brain_window_matches_the_standard(hu: float, shown: float) -> None:
    found = Window(windows=((40, 80),)).apply(picture_of([[[hu]]])).pixels.item()
    assert found == pytest.approx(shown, abs=1e-6)


@pytest.mark.parametrize(("center", "width"), [(40, 80), (80, 200), (600, 2800), (-600, 1500), (37.5, 2)])
def test_a_window_agrees_with_pydicom(center: float, width: float) -> None:
    hu = np.arange(-1100, 3100, dtype=np.int16).reshape(1, 1, -1)
    header = Dataset()
    header.WindowCenter, header.WindowWidth, header.PhotometricInterpretation = center, width, "MONOCHROME2"
    header.BitsStored, header.PixelRepresentation = 16, 1
    theirs = (apply_windowing(hu, header) + 32768) / 65535
    assert Window(windows=((center, width),)).apply(picture_of(hu)).pixels[0] == pytest.approx(theirs, abs=1e-6)


def test_every_window_becomes_a_channel() -> None:
    both = Window(windows=((40, 80), (80, 200))).apply(head())
    alone = Window(windows=((80, 200),)).apply(head())
    assert np.array_equal(both.pixels[1], alone.pixels[0])


def test_windows_of_channels_are_refused() -> None:
    step = Window(windows=((40, 80), (80, 200)))
    with pytest.raises(UnusableInput, match="several channels"):
        step.apply(step.apply(head()))
