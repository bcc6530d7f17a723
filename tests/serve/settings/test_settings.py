"""Settings that cannot lie: revisions, refusals, and a record of who reads what from where."""

import pytest

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.serve.database.opening import Database
from fiducial.serve.settings.audit import audit_settings
from fiducial.serve.settings.declared import BUILT_IN, Catalogue, Declared
from fiducial.serve.settings.live import LiveSettings
from fiducial.serve.settings.opening import open_settings
from fiducial.serve.settings.reads import Read, record_reads
from fiducial.serve.settings.revisions import Revisions
from fiducial.serve.work.choosing import roll_back_setting


@pytest.fixture
def revisions(database: Database) -> Revisions:
    made = Revisions(database, Catalogue([Declared("threshold.bleed", 0.8, "the threshold bleed")]))
    made.begin()
    return made


def test_a_setting_begins_with_its_default_and_once(revisions: Revisions) -> None:
    revisions.begin()
    (first,) = revisions.history("threshold.bleed")
    assert (first.value, first.author) == (0.8, "fiducial serve")


def test_a_setting_that_an_earlier_decision_file_had_disturbs_nobody(revisions: Revisions) -> None:
    later = Revisions(revisions.database, Catalogue())
    later.begin()
    assert "threshold.bleed" not in later.current()


def test_a_change_is_a_revision_and_the_one_before_stays(revisions: Revisions) -> None:
    revisions.write("threshold.bleed", 0.7, author="Dr Roe", reason="misses")
    assert [(one.value, one.author) for one in revisions.history("threshold.bleed")] == [
        (0.7, "Dr Roe"), (0.8, "fiducial serve"),
    ]  # fmt: skip
    assert revisions.current()["threshold.bleed"].value == 0.7


def test_a_value_of_before_is_brought_back_as_a_new_revision(revisions: Revisions) -> None:
    first = revisions.current()["threshold.bleed"].revision
    revisions.write("threshold.bleed", 0.7, author="a", reason="b")
    (back,) = roll_back_setting(revisions, "threshold.bleed", first, author="c")
    assert (back.value, back.reason) == (0.8, f"back to revision {first}")
    with pytest.raises(WrongUsage, match="has no revision 999"):
        roll_back_setting(revisions, "threshold.bleed", 999, author="c")


@pytest.mark.parametrize(
    ("name", "value", "author", "reason", "told"),
    [
        ("intake.quiet", "soon", "a", "b", "is a number, got 'soon'"),
        ("intake.quiet", -1, "a", "b", "must lie from 0 to 86400, got -1"),
        ("intake.quiet", "nan", "a", "b", "must lie from"),
        ("intake.quite", 1, "a", "b", "Did you mean 'intake.quiet'"),
        ("intake.quiet", 1, " ", "b", "the author is empty"),
        ("intake.quiet", 1, "a", "", "the reason is empty"),
    ],
)
def test_what_may_not_be_is_refused_when_it_is_written(  # noqa: PLR0917  (what is written, and how it is told)
    revisions: Revisions, name: str, value: float | str, author: str, reason: str, told: str
) -> None:
    before = revisions.current()
    with pytest.raises(WrongUsage, match=told):
        revisions.write(name, value, author=author, reason=reason)
    assert revisions.current() == before


def test_a_snapshot_does_not_change_inside_a_study(revisions: Revisions) -> None:
    live = LiveSettings(revisions)
    held = live.snapshot()
    revisions.write("threshold.bleed", 0.7, author="a", reason="b")
    live.refresh()
    assert held.number("threshold.bleed", "study") == 0.8
    assert live.snapshot().number("threshold.bleed", "study") == 0.7


def test_the_audit_names_who_reads_and_what_nobody_reads(revisions: Revisions) -> None:
    live = LiveSettings(revisions)
    live.snapshot().number("threshold.bleed", "rules")
    live.refresh()
    found = {one.revision.name: one for one in audit_settings(revisions).settings}
    assert [read.consumer for read in found["threshold.bleed"].reads] == ["rules"]
    assert found["threshold.bleed"].faults == ()
    assert "nobody has read it" in found["intake.quiet"].faults[0]


def test_the_audit_fails_on_a_module_that_reads_its_own_file(revisions: Revisions) -> None:
    live = LiveSettings(revisions)
    for name in [one.name for one in BUILT_IN]:
        live.snapshot().read(name, "service")
    live.refresh()
    record_reads(revisions.database, [Read("threshold.bleed", "alerts", "alerts.yaml", None)])
    found = audit_settings(revisions)
    assert found.exit_code == 1
    assert [one.faults for one in found.settings if one.faults] == [
        ("alerts reads it from alerts.yaml, not from the store",)
    ]


def test_a_store_of_a_service_is_opened_with_its_thresholds(revisions: Revisions, address: str) -> None:
    assert revisions.current()
    with open_settings(address) as opened:
        assert opened.current()["threshold.bleed"].value == 0.8


def test_where_no_service_began_there_are_no_settings() -> None:
    with pytest.raises(UnusableInput, match="there is no store"), open_settings("nowhere/store.sqlite"):
        pass
