"""The scan that conditions are shown on: the same every time, and what its header says it is."""

import numpy as np
import pytest

from fiducial.phantoms.specimens import specimen
from fiducial.scans.physical import physical


@pytest.mark.parametrize("modality", ["CT", "MR", "DX", None])
def test_a_specimen_is_the_same_every_time(modality: str | None) -> None:
    one, again = specimen(modality, side=48), specimen(modality, side=48)
    assert one.array.tobytes() == again.array.tobytes()
    assert one.array.shape[1:] == (48, 48)
    assert one.header["Modality"] == (modality or "DX")


def test_a_ct_holds_air_fat_and_bone_in_hu() -> None:
    values = physical(specimen("CT", side=96, slices=1))[0]
    assert values[0, 0] == pytest.approx(-1000, abs=40)
    assert (np.abs(values + 100) < 20).sum() > 100
    assert (values > 300).sum() > 50


def test_fat_is_brighter_than_organs_and_air_is_dark_in_mr() -> None:
    values = physical(specimen("MR", side=96, slices=1))[0]
    assert values[0, 0] < 60
    assert 400 < np.median(values[30:60, 30:60]) < values.max()
