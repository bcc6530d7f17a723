"""Grey pictures of known brightness, and the small pipeline, opened once."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import fiducial as fd
from fiducial.models.contract import Study
from fiducial.pipelines.pipeline import Pipeline
from pipelines.making import write_pipeline


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small pipeline; read only."""
    return write_pipeline(tmp_path_factory.mktemp("pipeline")).parent


@pytest.fixture(scope="package")
def small(folder: Path) -> Pipeline:
    return fd.open_pipeline(folder)


@pytest.fixture(scope="package")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``dark.png``, ``grey.png``, ``bright.png`` and ``broken.png``, and ``cohort.csv`` that names them."""
    folder = tmp_path_factory.mktemp("pictures")
    for name, grey in (("dark", 10), ("grey", 50), ("bright", 90)):
        pixels = np.full((10, 12), grey, np.uint8)
        pixels[2:5, 3:6] += 5
        Image.fromarray(pixels).save(folder / f"{name}.png")
    (folder / "broken.png").write_bytes(b"\x89PNG, and then nothing of the kind")
    rows = [f"{name},{name}.png,PA,50" for name in ("dark", "grey", "bright", "broken")]
    (folder / "cohort.csv").write_text("\n".join(["study,path,view,age", *rows]) + "\n")
    return folder


@pytest.fixture
def bright(pictures: Path) -> Study:
    return Study("bright", (pictures / "bright.png",), {"view": "PA", "age": 50})
