"""What lies beside the body becomes air, the body stays."""

import numpy as np

from scans.conditions.radiographs import picture, radiograph, stressed


def test_a_letter_beside_the_body_goes_and_the_body_stays() -> None:
    image = picture(240, 200)
    image[6:14, 6:12] = 255
    masked = stressed("mask-outside-body", radiograph(image), 5).array[0]
    assert masked[6:14, 6:12].max() < 40
    assert np.array_equal(masked[60:180, 50:150], image[60:180, 50:150])


def test_the_table_of_a_ct_becomes_air() -> None:
    hounsfield = np.full((80, 80), -1000, dtype=np.int16)
    hounsfield[20:50, 20:60], hounsfield[70:72, 10:70] = 40, 200
    masked = stressed("mask-outside-body", radiograph(hounsfield, Modality="CT"), 4).array[0]
    assert masked[70:72].max() == -1000
    assert masked[20:50, 20:60].min() == 40


def test_a_picture_of_one_value_has_no_outside() -> None:
    flat = radiograph(np.full((40, 40), 7, dtype=np.uint8))
    assert np.array_equal(stressed("mask-outside-body", flat, 5).array, flat.array)
