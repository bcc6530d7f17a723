"""NIfTI into scans: (slices, rows, columns) as stored, after the slope and intercept of its header."""

from pathlib import Path

import SimpleITK as sitk  # noqa: N813  (its own documentation calls it so)

from fiducial.errors import UnusableInput
from fiducial.scans.dicom import short
from fiducial.scans.scan import GREY_AXES, Scan, native

SUFFIXES = (".nii", ".nii.gz")
_DESCRIBED = {
    "descrip": "Description",
    "intent_name": "IntentName",
    "qform_code": "QformCode",
    "sform_code": "SformCode",
}

sitk.ProcessObject.GlobalWarningDisplayOff()  # what matters ends in pixels or in a reason


def read_nifti(path: Path) -> Scan:
    """Read a NIfTI file, plain or gzipped; time points follow one another as further slices.

    Raises:
        UnusableInput: absent, cut off, not NIfTI, or with axes that are not perpendicular.
    """
    reader = sitk.ImageFileReader()
    reader.SetImageIO("NiftiImageIO")
    reader.SetFileName(str(path))
    try:
        image = reader.Execute()
        array = native(sitk.GetArrayFromImage(image))
    except (RuntimeError, MemoryError) as wrong:
        raise UnusableInput(_why(str(wrong))) from wrong
    x, y, z = (*image.GetSpacing(), *(float("nan"),) * 2)[:3]
    colour = image.GetNumberOfComponentsPerPixel() > 1
    while array.ndim < GREY_AXES + colour:
        array = array[None]
    rows_at = 2 + colour
    header = {
        keyword: image.GetMetaData(key).strip() for key, keyword in _DESCRIBED.items() if image.HasMetaDataKey(key)
    }
    stacked = array.reshape(-1, *array.shape[-rows_at:])
    return Scan(stacked, (z, y, x), {name: value for name, value in header.items() if value})


def _why(said: str) -> str:
    text = " ".join(said.split())
    if "orthonormal" in text or "direction cosines" in text:
        return "has axes that are not perpendicular (its sform shears); resample it onto a plain grid"
    if "Short" in text or ("read" in text.lower() and "bytes" in text):
        return "is cut off; copy the file again"
    return f"cannot be read as NIfTI ({short(RuntimeError(text.rsplit('ERROR: ', 1)[-1]))}); copy the file again"
