"""Errors of JPEG, and of JPEG alone."""

import io

import numpy as np
from PIL import Image

from scans.conditions.radiographs import change, picture, radiograph, stressed


def test_8_bits_that_use_their_range_come_back_as_from_a_file() -> None:
    image = picture()
    image[0, :2] = 0, 255
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "JPEG", quality=50)
    assert np.array_equal(stressed("jpeg", radiograph(image), 3).array[0], np.asarray(Image.open(stream)))


def test_a_step_finer_than_8_bits_survives() -> None:
    deep = np.full((64, 64), 1000, dtype=np.uint16)
    deep[:, 32:], deep[0, 0], deep[0, 1] = 1001, 0, 60000
    kept = stressed("jpeg", radiograph(deep), 1).array[0].astype(int)
    assert (kept[32, 40:] - kept[32, :24].mean()).mean() == 1


def test_a_lower_quality_does_more_harm() -> None:
    errors = [change("jpeg", radiograph(), one).std() for one in (1, 3, 5)]
    assert errors == sorted(errors)
