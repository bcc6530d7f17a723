"""What the files are, beside what they show, is told where it goes with the label."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import fiducial as fd
from cohort.checks.making import cohort_of, severities
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.file_properties import FileProperties
from fiducial.cohort.checks.single_predictors import SinglePredictors
from fiducial.cohort.checks.unreadable_files import UnreadableFiles
from fiducial.cohort.table import Cohort

N = 200
DRAW = np.random.default_rng(6)
LABEL = DRAW.random(N) < 0.4


def found_for(**files: list[Any]) -> list[Finding]:
    draw = np.random.default_rng(9)
    rows = {"patient": [f"p{i}" for i in range(N)], "label.mass": LABEL.astype(int).tolist()}
    plain = {
        "study": [f"s{i}" for i in range(N)],
        "path": [f"{i}.png" for i in range(N)],
        "bytes": draw.integers(9000, 11000, N).tolist(),
        "format": ["PNG"] * N,
        "rows": [512] * N,
        "columns": [512] * N,
    }
    return list(FileProperties().examine(cohort_of(rows, plain | files)))


def test_files_that_differ_by_chance_only_are_no_finding() -> None:
    assert not found_for()


@pytest.mark.parametrize(
    ("column", "ill", "well", "called"),
    [
        ("format", "JPEG", "PNG", "The format of the file"),
        ("rows", 500, 512, "The number of pixel rows"),
        ("channels", 3, 1, "The number of colour channels"),
        ("bits", 12, 16, "The bit depth"),
    ],
)
def test_a_property_that_follows_the_label_gives_it_away(
    column: str, ill: str | int, well: str | int, called: str
) -> None:
    found = found_for(**{column: [ill if one else well for one in LABEL]})
    assert found[0].severity is Severity.ERROR
    assert found[0].message.startswith(f"{called} alone predicts mass with AUROC 1.00")


def test_harder_compression_of_one_class_is_told_by_size() -> None:
    found = found_for(bytes=np.where(LABEL, DRAW.integers(6000, 8000, N), DRAW.integers(9000, 11000, N)).tolist())
    assert severities(found) == [Severity.ERROR]


def test_an_older_files_table_without_shapes_is_checked_for_what_it_has() -> None:
    rows = {"label.mass": LABEL.astype(int).tolist()}
    files = pl.DataFrame(
        {"path": [f"{i}.png" for i in range(N)], "study": [f"s{i}" for i in range(N)], "bytes": 9 - LABEL}
    )
    cohort = cohort_of(rows)
    found = list(FileProperties().examine(Cohort(cohort.rows, files, Path())))
    assert [one.message.split(" alone")[0] for one in found] == ["The size of the file in bytes"]


@pytest.fixture(scope="module")
def fractures(real_data: Path) -> Cohort:
    folder = real_data / "fracture_fracatlas"
    columns = {"label.fracture": "fractured"}
    return fd.build_cohort(
        fd.Source(folder / "images", table=folder / "metadata.csv", columns=columns, workers=1)
    ).cohort


@pytest.mark.real
def test_hardware_goes_with_fracture_in_fracatlas(fractures: Cohort) -> None:
    told = " ".join(one.message for one in SinglePredictors().examine(fractures))
    assert "hardware 0.57 (0.55-0.58)" in told
    assert "orig_height 0.58 (0.54-0.62)" in told


@pytest.mark.real
def test_the_size_of_the_image_goes_weakly_with_fracture_in_fracatlas(fractures: Cohort) -> None:
    [finding] = FileProperties().examine(fractures)
    assert finding.severity is Severity.NOTE
    assert "the aspect of the image (width by height) 0.58 (0.54-0.62)" in finding.message


@pytest.mark.real
def test_columns_that_are_the_fracture_under_another_name_are_told_so(fractures: Cohort) -> None:
    told = [one.message for one in SinglePredictors().examine(fractures) if one.severity is Severity.WARNING]
    assert any(
        message.startswith("fracture_count is the label fracture under another name: each of its 6") for message in told
    )


@pytest.mark.real
def test_the_truncated_files_of_fracatlas_are_all_of_one_class(real_data: Path, tmp_path: Path) -> None:
    folder = real_data / "fracture_fracatlas"
    cut = sorted(path.name for path in (folder / "truncated").glob("*.jpg"))
    whole = pl.read_csv(folder / "metadata.csv").select(pl.col("path"), pl.col("fractured"))
    # In the source all of them lie in Non_fractured/.
    rows = pl.DataFrame(
        {
            "study": [*whole["path"], *cut],
            "path": [*(f"images/{name}" for name in whole["path"]), *(f"truncated/{name}" for name in cut)],
            "label.fracture": [*whole["fractured"], *([0] * len(cut))],
        }
    )
    rows.write_csv(tmp_path / "labels.csv")
    cohort = fd.build_cohort(fd.Source(folder, table=tmp_path / "labels.csv", workers=1), layout="image-folder").cohort
    told = [one.message for one in UnreadableFiles().examine(cohort)]
    assert any(message.startswith("Unreadable files pile up in fracture=0: 8 of 8") for message in told)
