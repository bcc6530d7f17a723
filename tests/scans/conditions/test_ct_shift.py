"""Every pixel lies off by the same HU, either way."""

import numpy as np

from fiducial.scans.conditions.ct_shift import CtShift
from scans.conditions.making import added, scan_of


def test_the_offset_is_one_number_and_chance_gives_its_sign() -> None:
    seen = [added(CtShift(), scan_of(np.zeros((16, 16))), 2, seed) for seed in range(8)]
    assert all(np.ptp(one) == 0 for one in seen)
    assert {float(one.flat[0]) for one in seen} == {-10.0, 10.0}
