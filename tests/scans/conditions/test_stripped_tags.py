"""Group after group of tags goes."""

import pytest

from fiducial.scans.conditions.contract import Severity
from scans.conditions.radiographs import radiograph, stressed

HEADER = {
    "PatientAge": "071Y",
    "Manufacturer": "ACME",
    "ViewPosition": "PA",
    "PixelSpacing": "1\\1",
    "PhotometricInterpretation": "MONOCHROME1",
}


@pytest.mark.parametrize("groups", [1, 2, 3, 4, 5])
def test_every_severity_takes_one_group_more(groups: Severity) -> None:
    left = stressed("stripped-tags", radiograph(**HEADER), groups)
    assert list(left.header) == list(HEADER)[groups:]
    assert (left.spacing is None) == (groups >= 4)


def test_the_pixels_stay() -> None:
    scan = radiograph(**HEADER)
    assert stressed("stripped-tags", scan, 5).array is scan.array
