"""Unreadable files are listed with reasons, and it is told where they fall on one class."""

from typing import Any

from cohort.checks.making import cohort_of, paths, severities
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.unreadable_files import UnreadableFiles


def broken_among(labels: list[int], broken: list[int], *, by_path: bool = False) -> list[Finding]:
    n = len(labels)
    names = [f"{i}.jpg" for i in range(n)]
    files: dict[str, list[Any]] = {
        "path": names,
        "study": [None if by_path and i in broken else f"s{i}" for i in range(n)],
        "reason": ["it ends early" if i in broken else None for i in range(n)],
    }
    return list(UnreadableFiles().examine(cohort_of({"path": names, "label.fracture": labels}, files)))


def test_an_unreadable_file_is_a_warning_with_its_reason() -> None:
    [finding] = broken_among([0, 1, 0, 1], [2])
    assert finding.severity is Severity.WARNING
    assert finding.message == "1 of 4 files cannot be read: 2.jpg (it ends early)."
    assert paths(finding) == ["2.jpg"]


def test_files_that_pile_up_in_one_class_are_an_error() -> None:
    _, pile = broken_among([1] * 100 + [0] * 100, list(range(8)))
    assert pile.severity is Severity.ERROR
    assert pile.message.startswith("Unreadable files pile up in fracture=1: 8 of 8 (8.0% (")
    assert paths(pile) == [f"{i}.jpg" for i in range(8)]


def test_an_unreadable_file_without_a_study_is_known_by_its_path() -> None:
    assert len(broken_among([1] * 100 + [0] * 100, list(range(8)), by_path=True)) == 2


def test_files_that_pile_up_among_the_healthy_are_told_as_such() -> None:
    _, pile = broken_among([1] * 100 + [0] * 100, list(range(190, 200)))
    assert "fracture=0: 10 of 10" in pile.message


def test_a_likely_pile_is_a_warning() -> None:
    _, pile = broken_among([1] * 428 + [0] * 260, list(range(8)))
    assert pile.severity is Severity.WARNING


def test_files_that_fall_on_both_classes_alike_give_no_pile() -> None:
    assert len(broken_among([1, 0] * 50, [0, 1, 2, 3])) == 1


def test_a_broken_disc_with_all_images_of_two_patients_is_no_pile() -> None:
    names = [f"{i}.jpg" for i in range(100)]
    files: dict[str, list[Any]] = {
        "path": names,
        "study": [f"s{i}" for i in range(100)],
        "reason": ["torn"] * 10 + [None] * 90,
    }
    columns: dict[str, list[Any]] = {
        "path": names,
        "patient": [f"p{i // 5}" for i in range(100)],
        "label.fracture": [1] * 40 + [0] * 60,
    }
    assert severities(list(UnreadableFiles().examine(cohort_of(columns, files)))) == [Severity.WARNING]


def test_readable_files_give_nothing_and_no_files_a_note() -> None:
    assert not broken_among([0, 1], [])
    assert severities(list(UnreadableFiles().examine(cohort_of({"age": [1]})))) == [Severity.NOTE]
