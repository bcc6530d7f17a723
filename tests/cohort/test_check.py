"""All checks in one report: worst first, whole when one of them fails, and a document that JSON can carry."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from cohort.checks.making import cohort_of, nih14
from fiducial import plugins
from fiducial.claims.evidence import NOTICE
from fiducial.cohort.check import check_cohort
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.table import Cohort
from fiducial.errors import CannotJudge, UnusableInput, WrongUsage

TROUBLED: dict[str, list[Any]] = {
    "patient": ["a", "b", "a"],
    "split": ["train", "test", "test"],
    "age": [40, 155, 41],
    "sex": list("MF3"),
}


class Broken:
    """A check that yields one finding and then cannot go on."""

    name: ClassVar[str] = "broken"
    says: ClassVar[str] = "breaks"

    def examine(self, cohort: Cohort) -> Iterator[Finding]:
        yield Finding("broken", Severity.NOTE, f"{cohort.rows.height} rows", None, (), "none")
        raise CannotJudge("there is nothing to judge.")


def test_the_worst_comes_first() -> None:
    report = check_cohort(cohort_of(TROUBLED))
    order = [list(Severity).index(finding.severity) for finding in report.findings]
    assert order == sorted(order)
    assert report.worst is Severity.ERROR
    assert {finding.check for finding in report.findings if finding.severity is Severity.ERROR} == {
        "impossible-values",
        "patients-across-splits",
    }


def test_only_the_named_checks_are_made() -> None:
    report = check_cohort(cohort_of(TROUBLED), ["impossible-values"])
    assert {finding.check for finding in report.findings} == {"impossible-values"}


def test_a_frame_or_a_path_will_do(tmp_path: Path) -> None:
    rows = cohort_of(TROUBLED).rows
    rows.write_csv(tmp_path / "cohort.csv")
    from_path = check_cohort(tmp_path / "cohort.csv").document()
    assert from_path == check_cohort(rows).document()


def test_a_name_that_no_check_bears_is_refused() -> None:
    with pytest.raises(WrongUsage, match="Did you mean 'impossible-values'"):
        check_cohort(cohort_of(TROUBLED), ["imposible-values"])


def test_a_table_without_study_is_refused() -> None:
    with pytest.raises(UnusableInput, match="study"):
        check_cohort(cohort_of(TROUBLED).rows.drop("study"))


def test_a_check_that_fails_is_a_finding_and_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    # The door itself is replaced: what stands behind it may be anybody's.
    true_load = plugins.load
    monkeypatch.setattr(plugins, "load", lambda kind, name: Broken if name == "broken" else true_load(kind, name))
    report = check_cohort(cohort_of(TROUBLED), ["broken", "impossible-values"])
    assert any("could not be made: there is nothing to judge" in finding.message for finding in report.findings)
    assert any(finding.check == "impossible-values" for finding in report.findings)
    assert report.worst is Severity.ERROR


def test_the_document_has_its_schema_and_passes_through_json() -> None:
    document = check_cohort(cohort_of(TROUBLED)).document()
    assert json.loads(json.dumps(document)) == document
    assert list(document) == ["schema", "notice", "findings"]
    assert (document["schema"], document["notice"]) == ("fiducial.cohort-check/1", NOTICE)
    assert list(document["findings"][0]) == ["check", "severity", "message", "figure", "files", "remedy"]


@pytest.mark.real
def test_the_whole_nih_table_is_checked(real_data: Path) -> None:
    report = check_cohort(nih14(real_data / "cohort_nih14" / "Data_Entry_2017_v2020.csv.gz"))
    assert report.worst is Severity.WARNING
    assert {finding.check for finding in report.findings} >= {"contradicting-labels", "single-predictors"}
