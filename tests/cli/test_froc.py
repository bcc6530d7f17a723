"""``fiducial froc`` says both corners, writes a page, and ends with an exit code that means something."""

import json
from pathlib import Path

import polars as pl
import pytest

from audit.detection.detectors import simulated
from audit.detection.test_report import written
from cli.conftest import Run

EAGER = simulated(200, finds=0.98, false=3.0)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return written(tmp_path_factory.mktemp("froc"), EAGER)


def test_what_healthy_images_get_is_said_first(fiducial: Run, tables: tuple[Path, Path]) -> None:
    done = fiducial("froc", *tables, "--threshold", 0.2, "--resamples", 100)
    assert done.returncode == 0
    assert done.stdout.splitlines()[1].startswith(" ! It marks something on ")
    assert "specificity, by image" in done.stdout
    assert done.stdout.endswith("Not a medical device.\n")


def test_json_is_the_document_that_is_saved(fiducial: Run, tables: tuple[Path, Path], tmp_path: Path) -> None:
    done = fiducial("froc", *tables, "--resamples", 100, "--out", tmp_path / "page", "--json")
    document = json.loads(done.stdout)
    assert document == json.loads((tmp_path / "page" / "froc.json").read_text(encoding="utf-8"))
    assert document["schema"] == "fiducial.froc/1"


def test_a_finding_that_nobody_drew_ends_with_3(fiducial: Run, tables: tuple[Path, Path], tmp_path: Path) -> None:
    pl.read_parquet(tables[1]).write_parquet(tmp_path / "bare.parquet")
    done = fiducial("froc", tables[0], tmp_path / "bare.parquet")
    assert done.returncode == 3
    assert "x: not shown. nobody drew a box of x" in done.stdout


def test_a_table_without_corners_is_unusable(fiducial: Run, tables: tuple[Path, Path]) -> None:
    done = fiducial("froc", tables[1], tables[1])
    assert done.returncode == 4
    assert "Traceback" not in done.stderr


def test_an_unknown_overlap_is_wrong_usage(fiducial: Run, tables: tuple[Path, Path]) -> None:
    done = fiducial("froc", *tables, "--overlap", "dice:0.5")
    assert done.returncode == 2
    assert "There are: iou:0.5" in done.stderr
