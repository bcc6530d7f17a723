"""A letter is in one sender's hands at a time, arrives or is given up, and outlives everybody."""

from contextlib import suppress
from pathlib import Path

import pytest

from fiducial.serve.database.clock import FakeClock
from fiducial.serve.database.opening import Database
from fiducial.serve.events import Event, read_events, write_event
from fiducial.serve.sending.announcing import Announcing
from fiducial.serve.sending.letters import LetterState
from fiducial.serve.sending.outbox import Outbox, Patience

PACS = "dicom://PACS@127.0.0.1:104"
HOOK = "webhook+https://hears.example/x"


@pytest.fixture
def outbox(database: Database, tmp_path: Path) -> Outbox:
    return Outbox(database, tmp_path)


def test_what_is_put_is_taken_by_one_alone(outbox: Outbox) -> None:
    outbox.put(PACS, "1.2.3", "sr.dcm", b"words")
    letter = outbox.take("a", PACS)
    assert letter is not None
    assert (letter.read(), letter.subject, letter.tries) == (b"words", "1.2.3", 1)
    assert outbox.take("b", PACS) is None


def test_another_destination_sees_nothing_of_it(outbox: Outbox) -> None:
    outbox.put(PACS, "1.2.3", "sr.dcm", b"words")
    assert outbox.take("a", HOOK) is None


def test_the_same_key_is_sent_once_to_each_destination(outbox: Outbox) -> None:
    assert [outbox.put(to, "1", "n", b"", key="sr 1/1") for to in (PACS, PACS, HOOK)] == [True, False, True]


def test_what_is_put_within_a_transaction_that_fails_was_never_put(outbox: Outbox) -> None:
    with suppress(ZeroDivisionError), outbox.database.writing() as connection:
        outbox.put_within(connection, PACS, "1", "n", b"")
        _ = 1 / 0
    assert outbox.read() == []


def test_a_file_below_the_data_is_found_from_every_machine(outbox: Outbox, tmp_path: Path) -> None:
    here = Outbox(outbox.database, tmp_path / "data")
    here.folder.mkdir()
    file = here.folder / "sr.dcm"
    file.write_bytes(b"words")
    here.put(PACS, "1", "n", file)
    there = Outbox(outbox.database, here.folder.rename(tmp_path / "elsewhere"))
    letter = there.take("a", PACS)
    assert letter is not None
    assert letter.read() == b"words"


def test_the_letter_of_a_silent_sender_is_taken_by_another_and_the_first_has_no_say(
    outbox: Outbox, clock: FakeClock
) -> None:
    outbox.put(PACS, "1", "n", b"")
    first = outbox.take("a", PACS)
    clock.advance(outbox.lease + 1)
    second = outbox.take("b", PACS)
    assert first is not None
    assert second is not None
    assert not outbox.sent(first)
    assert not outbox.prolong(first)
    assert outbox.sent(second)


def test_a_sender_that_prolongs_keeps_its_letter(outbox: Outbox, clock: FakeClock) -> None:
    outbox.put(PACS, "1", "n", b"")
    letter = outbox.take("a", PACS)
    assert letter is not None
    clock.advance(outbox.lease - 1)
    assert outbox.prolong(letter)
    clock.advance(outbox.lease - 1)
    assert outbox.take("b", PACS) is None


def test_what_was_not_taken_waits(outbox: Outbox, clock: FakeClock) -> None:
    outbox.put(PACS, "1", "n", b"")
    letter = outbox.take("a", PACS)
    assert letter is not None
    outbox.later(letter, "away", 10)
    assert outbox.take("a", PACS) is None
    clock.advance(11)
    again = outbox.take("a", PACS)
    assert again is not None
    assert again.tries == 2


def test_what_arrived_is_told_and_its_content_let_go(outbox: Outbox) -> None:
    outbox.put(PACS, "1.2.3", "sr.dcm", b"words")
    letter = outbox.take("a", PACS)
    assert letter is not None
    outbox.sent(letter)
    (event,) = read_events(outbox.database)
    assert (event.study, event.kind) == ("1.2.3", "sent")
    assert event.document == {"destination": PACS, "name": "sr.dcm", "tries": 1}
    assert outbox.count()["sent"] == 1


def test_what_was_given_up_is_told_and_can_be_sent_again(outbox: Outbox) -> None:
    outbox.put(PACS, "1", "n", b"words")
    letter = outbox.take("a", PACS)
    assert letter is not None
    outbox.failed(letter, "0xA700")
    assert [one.kind for one in read_events(outbox.database)] == ["unsent"]
    (seen,) = outbox.read(LetterState.FAILED)
    assert outbox.resend([seen.id]) == 1
    again = outbox.take("a", PACS)
    assert again is not None
    assert (again.tries, again.read()) == (1, b"words")


def test_patience_doubles_to_a_bound_and_is_spread_by_chance() -> None:
    patience = Patience(first=5, longest=60)
    assert [patience.wait(tries, 1.0) for tries in (1, 2, 3, 9)] == [5, 10, 20, 60]
    assert patience.wait(1, 0.0) == 2.5


def tell(database: Database, kind: str, study: str = "1") -> None:
    with database.writing() as connection:
        write_event(connection, database.clock, Event(study, kind, {"reason": None}))


def test_a_webhook_hears_every_end_of_a_study_once(outbox: Outbox) -> None:
    tell(outbox.database, "decided", "before")
    announcing = Announcing(outbox, HOOK)
    announcing.begin()
    for kind in ("receiving", "decided", "model", "outside", "failed", "dead", "sent"):
        tell(outbox.database, kind)
    assert (announcing.turn(), announcing.turn()) == (4, 0)
    assert sorted(one.name for one in outbox.read()) == [
        f"event {one}" for one in ("dead", "decided", "failed", "outside")
    ]


def test_a_restart_neither_forgets_nor_repeats(outbox: Outbox, clock: FakeClock) -> None:
    Announcing(outbox, HOOK).begin()
    tell(outbox.database, "decided")
    Announcing(outbox, HOOK).turn()
    clock.advance(100)
    tell(outbox.database, "decided", "2")
    again = Announcing(outbox, HOOK)
    again.begin()
    assert (again.turn(), again.turn()) == (1, 0)
    clock.advance(100)
    tell(outbox.database, "decided", "3")
    assert (again.turn(), len(outbox.read())) == (1, 3)
