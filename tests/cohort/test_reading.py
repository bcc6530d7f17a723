"""Files of a folder, read by processes that may stand elsewhere."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fiducial.batch.running import FEW
from fiducial.cohort.layouts.contract import Source
from fiducial.cohort.reading import read_images


def test_a_relative_folder_is_found_by_processes_that_began_in_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"{number}.png" for number in range(FEW + 1)]
    for place in ("first", "second"):
        (tmp_path / place / "images").mkdir(parents=True)
        for number, name in enumerate(names):
            if place == "second" or number:
                Image.fromarray(np.full((8, 8), number, np.uint8)).save(tmp_path / place / "images" / name)
    source = Source(Path("images"), workers=2)
    monkeypatch.chdir(tmp_path / "first")
    list(read_images(Path("images"), names, source))
    monkeypatch.chdir(tmp_path / "second")
    assert [one.reason for one in read_images(Path("images"), names, source)] == [None] * len(names)
