"""Changed copies are found, told as the worst that they mean; look-alikes and exact copies are left out."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import ndimage

from cohort.checks.making import cohort_of, paths, severities
from fiducial.cohort.build import build_cohort
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.near_duplicates import NearDuplicates
from fiducial.cohort.layouts.contract import Source, Unit
from fiducial.scans.perceptual import miniature


def picture(seed: int) -> np.ndarray:
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=(128, 128)), 5)
    return np.asarray(127 + 100 * noise / np.abs(noise).max()).astype(np.uint8)


def found_in(planes: list[np.ndarray], rows: dict[str, list[Any]], **files: list[Any]) -> list[Finding]:
    n = len(planes)
    given: dict[str, list[Any]] = {
        "path": [f"{i:03}.png" for i in range(n)],
        "study": [f"s{i}" for i in range(n)],
        "pixel_hash": [f"h{i}" for i in range(n)],
        "thumbnail": [miniature(plane).tobytes() for plane in planes],
        **files,
    }
    return list(NearDuplicates().examine(cohort_of(rows, given)))


PALER = (picture(0)[2:, 1:] * 0.8 + 30).astype(np.uint8)
THREE = [picture(0), PALER, picture(1)]


@pytest.mark.parametrize(
    ("rows", "words", "severity"),
    [
        ({"patient": ["p", "p", "q"], "split": ["train", "test", "test"]}, "splits (train, test)", Severity.ERROR),
        ({"patient": ["p", "p", "q"], "label.mass": [0, 1, 0]}, "different labels (mass)", Severity.ERROR),
        ({"patient": ["p", "q", "q"]}, "different patients (p, q)", Severity.ERROR),
        ({"patient": ["p", "p", "q"]}, "two studies of one patient", Severity.WARNING),
        ({"patient": ["p", None, "q"]}, "in two studies: ", Severity.WARNING),
        ({"age": [50, 50, 50]}, "in two studies: ", Severity.WARNING),
    ],
)
def test_a_copy_is_told_as_the_worst_that_it_means(rows: dict[str, list[Any]], words: str, severity: Severity) -> None:
    [finding] = found_in(THREE, rows)
    assert words in finding.message
    assert finding.severity is severity
    assert paths(finding) == ["000.png", "001.png"]


def test_a_copy_within_one_study_is_a_note() -> None:
    [finding] = found_in(THREE, {"patient": ["p", "p", "q"]}, study=["s0", "s0", "s1"])
    assert finding.severity is Severity.NOTE


def test_a_mirrored_copy_is_called_mirrored() -> None:
    [finding] = found_in([picture(0), picture(0)[:, ::-1], picture(1)], {"patient": ["p", "q", "r"]})
    assert "001.png, the second mirrored left to right (likeness 1.000)" in finding.message


def test_a_turned_copy_is_called_turned() -> None:
    [finding] = found_in([picture(0), np.rot90(picture(0)), picture(1)], {"patient": ["p", "q", "r"]})
    assert "turned by 90 degrees" in finding.message


def test_equal_pixels_are_left_to_identical_images() -> None:
    assert not found_in([picture(0)] * 2, {"patient": ["p", "q"]}, pixel_hash=["h", "h"])


def test_neighbouring_slices_of_a_series_are_not_compared() -> None:
    assert not found_in([picture(0), PALER], {"patient": ["p", "p"]}, series=["1.2", "1.2"])


def test_images_of_one_value_are_not_compared() -> None:
    assert not found_in([np.full((9, 9), 7, np.uint8)] * 2, {"patient": ["p", "q"]})
    assert not found_in([picture(0), PALER], {"patient": ["p", "q"]}, flat=[True, True])


def test_different_images_are_no_copies() -> None:
    assert not found_in([picture(seed) for seed in range(60)], {"patient": [f"p{i}" for i in range(60)]})


def test_every_pair_stands_in_a_finding_though_there_are_many() -> None:
    planes = [plane for seed in range(30) for plane in (picture(seed), picture(seed)[1:, 1:])]
    found = found_in(planes, {"patient": [f"p{i}" for i in range(60)]})
    assert len(found) == 21
    assert "10 more pairs" in found[-1].message
    assert len({path for finding in found for path in paths(finding)}) == 60


def test_without_thumbnails_a_note_says_so() -> None:
    assert severities(list(NearDuplicates().examine(cohort_of({"age": [1]})))) == [Severity.NOTE]


@pytest.mark.real
def test_of_two_hundred_thousand_pairs_of_chests_none_is_called_a_copy_but_one(real_data: Path) -> None:
    cohort = build_cohort(Source(real_data / "cxr_nih14", unit=Unit.IMAGE)).cohort
    assert not list(NearDuplicates().examine(cohort))  # the one is equal pixel by pixel
    assert cohort.files is not None
    apart = pl.Series("pixel_hash", [str(i) for i in range(cohort.files.height)])
    pairs = NearDuplicates().pairs(type(cohort)(cohort.rows, cohort.files.with_columns(apart), cohort.folder))
    assert [(Path(row["path"]).stem, Path(row["path_2"]).stem) for row in pairs.to_dicts()] == [
        ("00002658_001", "00002658_002")
    ]
