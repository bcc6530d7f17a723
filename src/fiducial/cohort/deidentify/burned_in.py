"""Pixels that may bear a name in letters: which headers say so, and how such pixels are masked."""

from dataclasses import dataclass

import numpy as np
from pydicom.dataset import FileDataset
from pydicom.pixels.utils import pixel_array, set_pixel_data
from pydicom.uid import UID

from fiducial.errors import UnusableInput
from fiducial.scans.dicom import quiet, short
from fiducial.scans.headers import texts

_CAPTURES = ("Secondary Capture", "Ultrasound", "Encapsulated", "Endoscopic", "Video", "Ophthalmic Photography")
_SCREENS = frozenset({"SCREEN SAVE", "SCREEN_SAVE", "DOSE_INFO", "DOSE INFO", "LABEL", "OVERVIEW"})


@dataclass(frozen=True, slots=True)
class Mask:
    """What is blackened in every frame: so many pixels along each border, and boxes (x0, y0, x1, y1) in pixels."""

    borders: int = 0
    boxes: tuple[tuple[int, int, int, int], ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is masked at all."""
        return bool(self.borders or self.boxes)


def suspect(dataset: FileDataset) -> str | None:
    """Why the pixels may bear letters that identify someone, from the header alone; None where nothing says so."""
    header = texts(dataset)
    if header.get("BurnedInAnnotation", "").upper() == "YES":
        return "BurnedInAnnotation is YES"
    kind = UID(header.get("SOPClassUID", "")).name
    if any(word in kind for word in _CAPTURES):
        return f"it is {kind}, where names are often burned in"
    screens = _SCREENS & {word.strip().upper() for word in header.get("ImageType", "").split("\\")}
    if screens:
        return f"its ImageType says {min(screens)}"
    return None


def blacken(dataset: FileDataset, mask: Mask) -> None:
    """Set masked pixels to black in every frame and store all pixels uncompressed.

    Raises:
        UnusableInput: the pixels cannot be decoded or stored, or the mask covers them all.
    """
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    inside = _inside(mask, rows, columns)
    if not inside.any():
        raise UnusableInput(f"the mask covers all of its {rows} x {columns} pixels")
    try:
        with quiet():
            array = pixel_array(dataset, raw=dataset.get("SamplesPerPixel", 1) == 1).copy()
            frames = array.reshape(-1, rows, columns, int(dataset.get("SamplesPerPixel", 1)))
            frames[:, ~inside] = _black(dataset, array)
            colour = "RGB" if dataset.get("SamplesPerPixel", 1) == 3 else str(dataset.PhotometricInterpretation)
            _store(dataset, frames.reshape(array.shape), colour)
    except Exception as wrong:  # every decoder has errors of its own
        raise UnusableInput(f"its pixels cannot be masked ({type(wrong).__name__}: {short(wrong)})") from wrong


def _inside(mask: Mask, rows: int, columns: int) -> np.ndarray:
    inside = np.zeros((rows, columns), dtype=bool)
    inside[mask.borders : rows - mask.borders, mask.borders : columns - mask.borders] = True
    for x0, y0, x1, y1 in mask.boxes:
        inside[y0:y1, x0:x1] = False
    return inside


def _black(dataset: FileDataset, array: np.ndarray) -> int:
    return int(array.max() if dataset.get("PhotometricInterpretation") == "MONOCHROME1" else array.min())


def _store(dataset: FileDataset, array: np.ndarray, colour: str) -> None:
    if colour == "PALETTE COLOR":
        raise UnusableInput("palette colour is not masked; convert it to grey or RGB first")
    set_pixel_data(dataset, array, colour, int(dataset.BitsStored), generate_instance_uid=False)
