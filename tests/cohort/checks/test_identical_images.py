"""Equal pixels are found file by file, with every path, and the worst that they mean is said."""

from pathlib import Path
from typing import Any

import pytest

from cohort.checks.making import cohort_of, paths, severities, studies
from fiducial.cohort.build import build_cohort
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.identical_images import IdenticalImages
from fiducial.cohort.layouts.contract import Source, Unit


def two_copies(rows: dict[str, list[Any]], second: str = "s1") -> list[Finding]:
    files = {"path": ["b.png", "a.png", "c.png"], "study": ["s0", second, "s2"], "pixel_hash": ["x", "x", "y"]}
    return list(IdenticalImages().examine(cohort_of({"age": [1, 2, 3], **rows}, files)))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({"patient": ["p", "p", "q"], "split": ["train", "test", "test"]}, "in different splits (test, train)"),
        ({"patient": ["p", "p", "q"], "label.mass": [0, 1, 0]}, "with different labels (mass)"),
        ({"patient": ["p", "q", "q"]}, "under different patients (p, q)"),
    ],
)
def test_copies_that_cross_splits_labels_or_patients_are_errors(rows: dict[str, list[Any]], words: str) -> None:
    [finding] = two_copies(rows)
    assert finding.severity is Severity.ERROR
    assert words in finding.message
    assert paths(finding) == ["a.png", "b.png"]


def test_copies_in_two_studies_of_a_patient_are_a_warning() -> None:
    [finding] = two_copies({"patient": ["p", "p", "q"]})
    assert finding.severity is Severity.WARNING
    assert "several studies (s0, s1)" in finding.message


def test_copies_within_one_study_are_a_warning() -> None:
    [finding] = two_copies({}, second="s0")
    assert finding.severity is Severity.WARNING
    assert "in one study" in finding.message


def test_one_uid_on_different_pixels_is_an_error_that_names_both_files() -> None:
    files = {"path": ["b", "a", "c"], "study": ["s0", "s1", "s2"], "pixel_hash": ["x", "y", "z"],
             "image": ["1.9", "1.9", "1.8"]}  # fmt: skip
    [finding] = IdenticalImages().examine(cohort_of({"age": [1, 2, 3]}, files))
    assert finding.severity is Severity.ERROR
    assert "bear one SOPInstanceUID (1.9): a, b." in finding.message
    assert (paths(finding), studies(finding)) == (["a", "b"], ["s1", "s0"])
    assert "give it a UID of its own" in finding.remedy


def test_one_uid_on_the_same_pixels_is_but_a_copy() -> None:
    files = {"path": ["a", "b"], "study": ["s0", "s0"], "pixel_hash": ["x", "x"], "image": ["1.9", "1.9"]}
    assert severities(list(IdenticalImages().examine(cohort_of({"age": [1]}, files)))) == [Severity.WARNING]


def test_every_file_of_many_repeated_uids_is_named() -> None:
    names = [f"{i:03d}" for i in range(60)]
    files = {"path": names, "study": ["s0"] * 60, "pixel_hash": names, "image": [f"1.{i // 2}" for i in range(60)]}
    found = list(IdenticalImages().examine(cohort_of({"age": [1]}, files)))
    assert len(found) == 21
    assert sorted(path or "" for finding in found for path in paths(finding)) == names


def test_blank_images_are_no_copies_and_are_noted() -> None:
    files: dict[str, list[Any]] = {
        "path": ["a", "b"],
        "study": ["s0", "s1"],
        "pixel_hash": ["x", "x"],
        "flat": [True, True],
    }
    [finding] = IdenticalImages().examine(cohort_of({"patient": ["p", "q"]}, files))
    assert finding.severity is Severity.NOTE
    assert paths(finding) == ["a", "b"]


def test_every_path_stands_in_a_finding_though_there_are_many_groups() -> None:
    names = [f"{i:03d}.png" for i in range(120)]
    files = {"path": names, "study": [f"s{i}" for i in range(120)], "pixel_hash": [f"h{i // 2}" for i in range(120)]}
    found = list(IdenticalImages().examine(cohort_of({"patient": [f"p{i}" for i in range(120)]}, files)))
    assert len(found) == 21
    assert sorted(path or "" for finding in found for path in paths(finding)) == names
    assert "40 more groups" in found[-1].message


def test_without_pixels_a_note_says_so() -> None:
    assert severities(list(IdenticalImages().examine(cohort_of({"age": [1]})))) == [Severity.NOTE]


@pytest.mark.real
def test_two_images_of_the_nih_set_are_one(real_data: Path) -> None:
    folder = real_data / "cxr_nih14"
    cohort = build_cohort(Source(folder, unit=Unit.IMAGE)).cohort
    found = [one for one in IdenticalImages().examine(cohort) if one.severity is not Severity.NOTE]
    together = [sorted(Path(path or "").stem for path in paths(one)) for one in found]
    assert ["00002658_001", "00002658_002"] in together


@pytest.mark.real
def test_every_copy_among_the_siim_slices_is_named(real_data: Path) -> None:
    cohort = build_cohort(Source(real_data / "ct_slices_siim" / "dicom", unit=Unit.IMAGE)).cohort
    assert cohort.files is not None
    hashes = cohort.files["pixel_hash"].drop_nulls()
    copies = cohort.files.filter(cohort.files["pixel_hash"].is_in(hashes.filter(hashes.is_duplicated()).unique()))
    found = [one for one in IdenticalImages().examine(cohort) if one.severity is not Severity.NOTE]
    assert copies.height >= 2
    assert sorted(path or "" for one in found for path in paths(one)) == sorted(copies["path"])
