"""PNG, JPEG, BMP and TIFF into scans: upright as EXIF says, every frame, grey or RGB."""

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from fiducial.errors import UnusableInput
from fiducial.scans.scan import Array, Scan, native

FORMATS = ("PNG", "JPEG", "BMP", "TIFF")
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")
_KEPT_MODES = ("L", "I", "I;16", "I;16B", "I;16L", "F", "RGB")
_GREY_MODES = ("1", "LA", "La")


def read_raster(path: Path) -> Scan:
    """Read a PNG, JPEG, BMP or TIFF; palettes and transparency become RGB.

    Raises:
        UnusableInput: another format, cut off, damaged, or so large that it may be a decompression bomb.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # The one warning that matters: an image above Pillow's limit could fill the memory of a worker.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            # By its stream: given a name, Pillow maps an uncompressed TIFF with the sides of the turned image, and
            # one that lies on its side comes out scrambled (seen with Pillow 13.0).
            with path.open("rb") as stream, Image.open(stream, formats=FORMATS) as image:
                return Scan(_frames(image), None, {})
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise UnusableInput(
            f"is too large to be opened safely ({bomb}); make it smaller".replace("Image size ", "")
        ) from bomb
    except UnidentifiedImageError as unknown:
        raise UnusableInput(f"is no image of the formats {', '.join(FORMATS)}") from unknown
    except (OSError, SyntaxError, ValueError, EOFError) as broken:
        raise UnusableInput(_why(path, broken)) from broken


def _frames(image: Image.Image) -> Array:
    frames = [_pixels(frame) for frame in ImageSequence.Iterator(image)]
    if len({frame.shape for frame in frames}) > 1:
        raise UnusableInput(f"holds {len(frames)} images of different sizes; save each as a file of its own")
    return native(np.stack(frames))


def _pixels(frame: Image.Image) -> Array:
    frame.load()
    upright = ImageOps.exif_transpose(frame)
    if upright.mode in _GREY_MODES:
        upright = upright.convert("L")
    elif upright.mode not in _KEPT_MODES:
        upright = upright.convert("RGB")
    return np.asarray(upright)


def _why(path: Path, broken: Exception) -> str:
    if path.exists() and not path.stat().st_size:
        return "is empty (0 bytes)"
    said = " ".join(str(broken).split())
    if isinstance(broken, OSError) and broken.strerror:
        return f"cannot be read ({broken.strerror})"
    if "truncated" in said or "broken" in said or "premature" in said.lower():
        return f"is cut off ({said}); copy the file again"
    return f"is damaged ({said}); copy the file again"
