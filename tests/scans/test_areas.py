"""Parts of an image: what they cover, on images whose parts are known."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiducial.claims.regions import BODY, BORDER, CORNERS, MARKER, OUTSIDE_BODY, WITHOUT_FINDING
from fiducial.phantoms.specimens import specimen
from fiducial.scans.areas import areas_of
from fiducial.scans.scan import Scan
from scans.conditions.making import disc, scan_of


def share(scan: Scan) -> dict[str, float]:
    return {name: float(mask.mean()) for name, mask in areas_of(scan).items()}


def test_every_part_has_the_shape_of_the_scan() -> None:
    scan = specimen("CT", side=64, slices=3)
    assert {mask.shape for mask in areas_of(scan).values()} == {scan.array.shape}


@given(rows=st.integers(20, 90), columns=st.integers(20, 90))
def test_border_and_corners_keep_their_share_whatever_the_size(rows: int, columns: int) -> None:
    found = share(scan_of(np.zeros((rows, columns)), modality="DX"))
    assert found[BORDER] == pytest.approx(1 - 0.84**2, abs=0.08)
    assert found[CORNERS] == pytest.approx(0.16, abs=0.05)


def test_body_and_outside_are_all_of_the_image_and_do_not_meet() -> None:
    found = areas_of(scan_of(disc(128, 40)))
    assert np.array_equal(found[OUTSIDE_BODY], ~found[BODY])
    assert found[BODY].mean() == pytest.approx(np.pi * 40**2 / 128**2, abs=0.01)


def test_a_letter_is_found_and_lies_where_it_was_laid() -> None:
    marker = areas_of(specimen("DX", side=240))[MARKER][0]
    rows, columns = np.nonzero(marker)
    assert max(rows.max(), columns.max()) < 0.15 * 240
    assert 0.001 < marker.mean() < 0.02


def test_an_image_without_letters_has_no_marker() -> None:
    assert MARKER not in areas_of(scan_of(disc(128, 40), modality="DX"))


def test_inverted_greys_have_the_same_parts() -> None:
    scan = specimen("DX", side=240)
    header = dict(scan.header) | {"PhotometricInterpretation": "MONOCHROME1"}
    turned = replace(scan, array=(4095 - scan.array.astype(int)).astype(np.uint16), header=header)
    assert share(turned) == pytest.approx(share(scan), abs=0.01)


def test_all_parts_but_the_body_are_called_without_finding() -> None:
    assert set(areas_of(specimen("DX", side=240))) - {BODY} <= set(WITHOUT_FINDING)
