"""Histories: one a claim, in the order given, each audit compared with the one before it."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from audit.comparison.audits import audited, noisy, saved, study_of
from fiducial.audit.comparison.history import read_history
from fiducial.audit.ladder import AuditedEvidence
from fiducial.errors import UnusableInput


@cache
def audits() -> tuple[AuditedEvidence, AuditedEvidence]:
    return audited(study_of(300)), audited(noisy(study_of(300)))


def called(audit: AuditedEvidence, name: str) -> AuditedEvidence:
    statement = audit.claim.claim.model_copy(update={"name": name})
    return replace(audit, claim=audit.claim.model_copy(update={"claim": statement}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    good, bad = audits()
    for name, audit in (("audit-9", good), ("audit-10", bad), ("audit-11", good)):
        saved(audit, tmp_path / "audits" / name)
    return tmp_path / "audits"


def test_a_folder_of_reports_is_read_in_the_order_of_its_numbers(folder: Path) -> None:
    (history,) = read_history(folder).claims
    assert [step.name for step in history.steps] == ["audit-9", "audit-10", "audit-11"]
    assert next(str(step.since.outcome) for step in history.steps if step.since) == "worse"


def test_the_order_given_is_the_order_told(folder: Path) -> None:
    (history,) = read_history([folder / "audit-11", folder / "audit-9"]).claims
    assert [step.name for step in history.steps] == ["audit-11", "audit-9"]
    assert history.steps[1].since is not None
    assert history.steps[1].since.same


def test_every_claim_has_a_history_of_its_own(folder: Path) -> None:
    saved(called(audits()[0], "second"), folder / "other")
    assert [one.claim for one in read_history(folder).claims] == ["c", "second"]


def test_a_folder_that_cannot_be_read_is_listed_and_stops_nothing(folder: Path) -> None:
    (folder / "audit-10" / "decisions.csv").unlink()
    found = read_history(folder)
    assert found.exit_code == 5
    assert len(found.claims[0].steps) == 2
    assert "holds no decisions.csv" in found.unread[0].error
    assert str(folder) not in found.unread[0].error


def test_nothing_to_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"no audit could be read.*holds no evidence\.json"):
        read_history(tmp_path)


def test_folders_of_one_name_are_told_apart(tmp_path: Path) -> None:
    for month in ("march", "april"):
        saved(audits()[0], tmp_path / month / "report")
    (history,) = read_history([tmp_path / "march" / "report", tmp_path / "april" / "report"]).claims
    assert [step.name for step in history.steps] == ["march/report", "april/report"]


def test_audits_of_another_finding_under_one_name_are_not_compared(tmp_path: Path) -> None:
    audit = audits()[0]
    statement = audit.claim.claim.model_copy(update={"finding": "y"})
    saved(audit, tmp_path / "1")
    saved(replace(audit, claim=audit.claim.model_copy(update={"claim": statement})), tmp_path / "2")
    (history,) = read_history(tmp_path).claims
    assert "about 'x' and the later one about 'y'" in (history.steps[1].apart or "")


def test_a_page_a_claim_is_written_and_needs_nothing_else(folder: Path, tmp_path: Path) -> None:
    (page,) = read_history(folder).save(tmp_path / "out")
    text = page.read_text()
    assert page.name == "c.html"
    assert not re.findall(r'(?:src|href)="(?!#|data:)', text.replace("xlink:href", "href"))
    assert "not a medical device" in text
    assert all(name in text for name in ("audit-9", "audit-10", "audit-11", "floor of the last"))


def test_two_runs_write_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        read_history(folder).save(tmp_path / name)
    one, two = (sorted((tmp_path / name).iterdir()) for name in ("one", "two"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
