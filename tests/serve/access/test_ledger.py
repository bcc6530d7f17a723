"""The audit log: one chain, whoever writes, that tells where it was touched."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import DatabaseError

from fiducial.files.ledger import first_break
from fiducial.serve.access.ledger import ACTING, Ledger
from fiducial.serve.access.person import Person
from fiducial.serve.database.opening import Database
from fiducial.serve.database.persons import LEDGER
from fiducial.serve.events import Event, write_event
from fiducial.serve.settings.declared import Catalogue
from fiducial.serve.settings.revisions import Revisions

JANE = Person("jane", frozenset())


def unlocked(database: Database) -> None:
    """As somebody who owns the database can do."""
    drop = (
        ["DROP TRIGGER ledger_no_update", "DROP TRIGGER ledger_no_delete"]
        if database.is_sqlite
        else ["DROP TRIGGER ledger_append_only ON ledger"]
    )
    with database.writing() as connection:
        for statement in drop:
            connection.execute(text(statement))


@pytest.fixture
def three(ledger: Ledger) -> Ledger:
    for study in ("1.1", "1.2", "1.3"):
        ledger.write(JANE, "saw", study)
    return ledger


def test_entries_follow_one_another(three: Ledger) -> None:
    found = three.verify()
    assert (found.entries, found.broken, found.exit_code) == (3, None, 0)
    assert found.head == three.read()[-1].hash


def test_an_entry_says_who_did_what_to_which_study(three: Ledger) -> None:
    (entry,) = three.read(study="1.2")
    assert (entry.who, entry.kind, entry.content) == ("jane", "saw", {"study": "1.2"})


@pytest.mark.parametrize("statement", [update(LEDGER).values(who="joe"), delete(LEDGER)])
def test_the_table_refuses_to_forget(three: Ledger, database: Database, statement: object) -> None:
    with pytest.raises(DatabaseError, match="append-only"), database.writing() as connection:
        connection.execute(statement)  # type: ignore[call-overload]  # an update or a delete
    assert three.verify().exit_code == 0


def test_a_changed_entry_is_named(three: Ledger, database: Database) -> None:
    unlocked(database)
    with database.writing() as connection:
        connection.execute(update(LEDGER).where(LEDGER.c.number == 2).values(who="joe"))
    broken = three.verify().broken
    assert broken is not None
    assert broken.sentence.startswith("entry 2 was changed")


def test_an_entry_that_is_gone_is_named(three: Ledger, database: Database) -> None:
    unlocked(database)
    with database.writing() as connection:
        connection.execute(delete(LEDGER).where(LEDGER.c.number == 2))
    broken = three.verify().broken
    assert broken is not None
    assert broken.sentence.startswith("entry 2 is missing")


def test_an_end_that_was_cut_off_shows_by_a_head_that_was_kept(three: Ledger, database: Database) -> None:
    head = three.verify().head
    assert three.verify((head,)).exit_code == 0
    unlocked(database)
    with database.writing() as connection:
        connection.execute(delete(LEDGER).where(LEDGER.c.number == 3))
    found = three.verify((head,))
    assert (found.broken, found.unknown, found.exit_code) == (None, (head,), 1)


def test_many_writers_write_one_chain(ledger: Ledger) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: ledger.write(JANE, "saw", f"1.{number}"), range(60)))
    assert first_break(ledger.entries()) is None
    assert len(ledger.read()) == 60


def test_what_is_undone_was_never_on_record(ledger: Ledger, database: Database) -> None:
    with database.durable.connect() as connection, connection.begin() as undone:
        ledger.write_within(connection, JANE, "saw")
        undone.rollback()
    assert ledger.read() == []


def test_an_override_is_on_record_with_who_asked_for_it(ledger: Ledger, database: Database) -> None:
    acting = ACTING.set(JANE)
    with database.writing() as connection:
        write_event(connection, database.clock, Event("1.1", "overridden", {"flag": "opacity", "to": False}))
    ACTING.reset(acting)
    (entry,) = ledger.read()
    assert (entry.who, entry.kind, entry.content["flag"]) == ("jane", "overrode", "opacity")


def test_what_nobody_asked_for_is_the_services(ledger: Ledger, database: Database) -> None:
    with database.writing() as connection:
        write_event(connection, database.clock, Event("1.1", "receiving", {"source": "folder"}))
    assert [(one.who, one.kind) for one in ledger.read()] == [("service", "sent")]


def test_a_setting_that_changes_is_on_record(ledger: Ledger, database: Database) -> None:
    revisions = Revisions(database, Catalogue())
    revisions.begin()
    revisions.write("intake.quiet", 3, author="jane", reason="slow scanner")
    (entry,) = ledger.read()
    assert (entry.who, entry.content["setting"], entry.content["value"]) == ("jane", "intake.quiet", 3.0)


def test_an_entry_may_stand_in_any_script(ledger: Ledger) -> None:
    ledger.write("渡辺", "saw", "1.1", {"note": 'quoted "é"'})
    assert ledger.verify().exit_code == 0


def test_an_entry_that_was_put_in_is_named(three: Ledger, database: Database) -> None:
    with database.writing() as connection:
        forged = {"number": 4, "at": "x", "who": "joe", "kind": "saw", "body": "{}", "previous": "y", "hash": "z"}
        connection.execute(insert(LEDGER).values(forged))
    broken = three.verify().broken
    assert broken is not None
    assert broken.number == 4
