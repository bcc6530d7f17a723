"""``fiducial run`` and ``fiducial pipeline show`` as a stranger meets them."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cli.conftest import Run
from pipelines.making import DECISION, write_pipeline


@pytest.fixture(autouse=True)
def _pipeline(tmp_path: Path) -> None:
    write_pipeline(tmp_path / "p")
    for name, grey in (("dark", 10), ("bright", 90)):
        Image.fromarray(np.full((8, 8), grey, np.uint8)).save(tmp_path / f"{name}.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG")


def test_a_run_tells_the_worklist_and_where_everything_is(fiducial: Run) -> None:
    done = fiducial("run", "p", "dark.png", "bright.png", "--out", "out")
    assert done.returncode == 0
    assert done.stdout.startswith("1. bright.png: minutes: spot score 0.9")
    assert "2 of 2 studies entered, 0 failed. Written: out: worklist.csv" in done.stdout
    assert "Not a medical device." in done.stdout


def test_a_study_that_fails_is_exit_code_5(fiducial: Run) -> None:
    done = fiducial("run", "p", "dark.png", "broken.png", "--out", "out")
    assert done.returncode == 5
    assert "broken.png failed: broken.png: " in done.stderr


def test_json_is_what_is_saved(fiducial: Run, tmp_path: Path) -> None:
    done = fiducial("run", "p/pipeline.toml", "bright.png", "--out", "out", "--json")
    assert json.loads(done.stdout) == json.loads((tmp_path / "out" / "results.json").read_text())


def test_a_pipeline_is_shown_with_every_hash_and_threshold(fiducial: Run) -> None:
    done = fiducial("pipeline", "show", "p")
    assert done.returncode == 0
    assert done.stdout.count("    sha256:") == 4
    assert "$bright = 0.6 (revision 3, source by hand)" in done.stdout
    assert "is-bright (hours, a conclusion): score(bright) >= $bright" in done.stdout
    assert "both: bright out of first, mask, second" in done.stdout


def test_a_pipeline_is_shown_as_json(fiducial: Run) -> None:
    assert json.loads(fiducial("pipeline", "show", "p", "--json").stdout)["schema"] == "fiducial.pipeline/1"


def test_a_pipeline_that_does_not_fit_is_unusable(fiducial: Run, tmp_path: Path) -> None:
    write_pipeline(tmp_path / "p", decision=DECISION.replace("spot", "spto"))
    done = fiducial("run", "p", "bright.png", "--out", "out")
    assert done.returncode == 4
    assert "decision.toml: inputs.regions: no model gives 'spto'. Did you mean 'spot'?" in done.stderr
    assert not (tmp_path / "out").exists()


def test_another_unit_is_wrong_usage(fiducial: Run) -> None:
    assert fiducial("run", "p", "bright.png", "--out", "out", "--unit", "slice").returncode == 2


def test_no_study_is_wrong_usage(fiducial: Run) -> None:
    assert fiducial("run", "p", "--out", "out").returncode == 2


def test_a_place_that_cannot_be_written_is_told(fiducial: Run, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    done = fiducial("run", "p", "bright.png", "--out", "out")
    assert done.returncode == 4
    assert "out" in done.stderr
