"""HU are off, the stored pixels are not."""

import numpy as np
import pytest

from fiducial.scans.physical import physical
from scans.conditions.radiographs import radiograph, stressed


@pytest.mark.parametrize("header", [{"RescaleSlope": "2", "RescaleIntercept": "-1024"}, {}])
def test_an_intercept_that_was_lost_lifts_all_by_1024_hounsfield(header: dict[str, str]) -> None:
    scan = radiograph(np.arange(400, dtype=np.uint16).reshape(20, 20), Modality="CT", **header)
    wrong = stressed("wrong-rescale", scan, 5)
    assert np.array_equal(wrong.array, scan.array)
    assert np.array_equal(physical(wrong), physical(scan) + 1024)
