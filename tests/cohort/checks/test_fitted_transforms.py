"""What a transform was fitted on is compared with the split as it stands now."""

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from cohort.checks.making import severities, studies
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.fitted_transforms import FittedTransforms
from fiducial.cohort.fitted import record_fit, transforms_folder
from fiducial.cohort.table import Cohort, read_cohort, write_cohort

SPLIT = ["train"] * 60 + ["tune"] * 20 + ["test"] * 20
Fit = Callable[..., list[Finding]]


def written(folder: Path, split: list[str]) -> Cohort:
    rows = pl.DataFrame({"study": [f"s{i:03d}" for i in range(100)], "split": split})
    write_cohort(Cohort(rows, None, folder), folder / "cohort.parquet")
    return read_cohort(folder / "cohort.parquet")


@pytest.fixture
def fit(tmp_path: Path) -> Fit:
    """Fit on some rows, save beside the cohort, split anew where asked, check."""

    def fitted(rows: list[bool], *, keys: bool = True, split_anew: list[str] | None = None) -> list[Finding]:
        cohort = written(tmp_path, SPLIT)
        record = record_fit(cohort, rows, name="grey levels", kind="z-score", parameters={"mean": 0.5, "sd": 0.2})
        record.save(transforms_folder(cohort) / "grey.json", keys=keys)
        now = written(tmp_path, split_anew) if split_anew else cohort
        return list(FittedTransforms().examine(now))

    return fitted


@pytest.mark.parametrize("keys", [True, False])
def test_a_transform_fitted_on_train_is_no_finding(fit: Fit, keys: bool) -> None:  # noqa: FBT001  (a parameter of pytest)
    assert not fit([one == "train" for one in SPLIT], keys=keys)


def test_a_transform_fitted_on_part_of_train_is_no_finding(fit: Fit) -> None:
    assert not fit([i < 30 for i in range(100)])


@pytest.mark.parametrize("keys", [True, False])
def test_a_transform_fitted_on_all_rows_has_seen_the_test(fit: Fit, keys: bool) -> None:  # noqa: FBT001
    [finding] = fit([True] * 100, keys=keys)
    assert finding.severity is Severity.ERROR
    told = "grey levels (z-score) was fitted on all rows (100), 20 of them in tune, 20 of them in test."
    assert finding.message == told


def test_a_single_row_of_the_test_is_found_and_named(fit: Fit) -> None:
    [finding] = fit([i < 60 or i == 90 for i in range(100)])
    assert "was fitted on 61 rows, 1 of them in test" in finding.message
    assert studies(finding) == [None, "s090"]


def test_rows_of_tune_are_a_warning(fit: Fit) -> None:
    assert severities(fit([i < 61 for i in range(100)])) == [Severity.WARNING]


def test_after_another_split_the_rows_are_found_where_they_are_now(fit: Fit) -> None:
    [finding] = fit([one == "train" for one in SPLIT], split_anew=SPLIT[::-1])
    assert finding.severity is Severity.ERROR
    assert "20 of them in test" in finding.message


def test_without_keys_another_split_leaves_it_unknown(fit: Fit) -> None:
    [finding] = fit([one == "train" for one in SPLIT], keys=False, split_anew=SPLIT[::-1])
    assert finding.severity is Severity.WARNING
    assert "are no whole split of this cohort" in finding.message


def test_a_file_that_cannot_be_read_is_an_error_and_the_others_go_on(tmp_path: Path) -> None:
    cohort = written(tmp_path, SPLIT)
    record = record_fit(cohort, [True] * 100, name="grey", kind="z", parameters={})
    record.save(transforms_folder(cohort) / "b.json")
    (transforms_folder(cohort) / "a.json").write_text('{"schema": "fiducial.fitted-transform/1"}')
    found = list(FittedTransforms().examine(cohort))
    assert severities(found) == [Severity.ERROR, Severity.ERROR]
    assert "a.json: is no fiducial.fitted-transform/1" in found[0].message
