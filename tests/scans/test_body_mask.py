"""The body, without the table and with its lungs."""

import numpy as np

from fiducial.scans.body_mask import body_mask


def slice_with_table() -> np.ndarray[tuple[int, int, int], np.dtype[np.int16]]:
    made = np.full((1, 80, 80), -1000, dtype=np.int16)
    made[0, 20:60, 10:70] = 40
    made[0, 30:50, 20:35] = -840  # a lung
    made[0, 66:70, 5:75] = 60  # the table
    return made


def test_the_body_is_filled_and_the_table_left_out() -> None:
    mask = body_mask(slice_with_table())[0]
    assert mask[30:50, 20:35].all()
    assert not mask[63:].any()
    assert mask.sum() >= 0.98 * 40 * 60


def test_where_there_is_no_body_the_mask_is_empty() -> None:
    assert not body_mask(np.full((2, 30, 30), -1000, dtype=np.int16)).any()
