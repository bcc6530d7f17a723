"""Which side of the patient lies at which edge."""

import pytest

from fiducial.serve.viewing.sides import sides_of


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ({"ImageOrientationPatient": "1\\0\\0\\0\\1\\0"}, "R L A P"),  # supine, axial
        ({"ImageOrientationPatient": "-1\\0\\0\\0\\-1\\0"}, "L R P A"),  # prone, axial
        ({"ImageOrientationPatient": "1\\0\\0\\0\\0\\-1"}, "R L H F"),  # coronal
        ({"ImageOrientationPatient": "0.8\\0.6\\0\\0\\0\\-1"}, "RA LP H F"),  # oblique
        ({"PatientOrientation": "L\\F"}, "R L H F"),  # a chest radiograph
        ({"PatientOrientation": "odd"}, ""),
        ({}, ""),
    ],
)
def test_the_edges_are_named_as_the_header_says(header: dict[str, str], told: str) -> None:
    assert " ".join(sides_of(header).values()) == told
