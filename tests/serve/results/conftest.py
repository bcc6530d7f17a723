"""A radiograph in which two classifiers, a detector and a mask found something."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from fiducial.serve.results.given import Given
from serve.making import radiograph
from serve.results.deciding import decide


@pytest.fixture(scope="session")
def given(pipeline: Path, tmp_path_factory: pytest.TempPathFactory) -> Given:
    return decide(pipeline, tmp_path_factory.mktemp("decided"), [radiograph()])


@pytest.fixture(scope="session")
def picture(pipeline: Path, tmp_path_factory: pytest.TempPathFactory) -> Given:
    """A study that came as a PNG."""
    stream = BytesIO()
    Image.new("L", (16, 16), 90).save(stream, "PNG")
    stream.seek(0)
    return decide(pipeline, tmp_path_factory.mktemp("picture"), [stream])
