"""A radiograph in which two classifiers, a detector and a mask found something."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from fiducial.serve.overrides import Review
from fiducial.serve.results.given import Given
from serve.making import STUDY, radiograph
from serve.results.deciding import decide


@pytest.fixture(scope="session")
def given(pipeline: Path, tmp_path_factory: pytest.TempPathFactory) -> Given:
    found = decide(pipeline, tmp_path_factory.mktemp("decided"), [radiograph()])
    said = Review(1, STUDY, 1, found.images[0].sop, "Dr Roe", "2026-01-01T00:00:00+00:00", "overridden",
                  "rule(is-bright)", "yes", "no", "artefact")  # fmt: skip
    return replace(found, reviews=[said])


@pytest.fixture(scope="session")
def picture(pipeline: Path, tmp_path_factory: pytest.TempPathFactory) -> Given:
    """A study that came as a PNG."""
    stream = BytesIO()
    Image.new("L", (16, 16), 90).save(stream, "PNG")
    stream.seek(0)
    return decide(pipeline, tmp_path_factory.mktemp("picture"), [stream])
