"""How large an image is and which way up it lies, from its header alone."""

from pathlib import Path

from PIL import ExifTags, Image, TiffImagePlugin
from pydicom import dcmread

from fiducial.errors import UnusableInput
from fiducial.scans.dicom import quiet, short
from fiducial.scans.orientation import Frame
from fiducial.scans.raster import FORMATS

_WIDTH, _HEIGHT = 256, 257  # TIFF 6.0: ImageWidth, ImageLength


def frame_of(path: Path) -> Frame:
    """The frame of a PNG, JPEG, BMP, TIFF or DICOM file; no pixels are decoded where the format allows it.

    Raises:
        UnusableInput: the header does not say how large the image is.
    """
    try:
        with quiet(), Image.open(path, formats=FORMATS) as image:
            return _of_raster(image)
    except (Image.DecompressionBombError, OSError, SyntaxError, ValueError, EOFError):
        return _of_dicom(path)


def _of_raster(image: Image.Image) -> Frame:
    # A TIFF gives its size already turned; its own tags tell how it is stored.
    tags = image.tag_v2 if isinstance(image, TiffImagePlugin.TiffImageFile) else {}
    columns, rows = int(tags.get(_WIDTH, image.width)), int(tags.get(_HEIGHT, image.height))
    orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    return Frame(rows, columns, orientation if isinstance(orientation, int) else 1)


def _of_dicom(path: Path) -> Frame:
    try:
        with quiet():
            dataset = dcmread(path, force=True, specific_tags=["Rows", "Columns"], stop_before_pixels=True)
            return Frame(int(dataset.Rows), int(dataset.Columns))
    except Exception as wrong:  # pydicom raises what its converters raise
        raise UnusableInput(f"does not say how large its image is ({short(wrong)})") from wrong
