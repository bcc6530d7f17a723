"""Sessions end when they idle, at the end of a shift, at logout, and with the token that began them."""

from pathlib import Path

import pytest

from fiducial.serve.access.person import Person, Role
from fiducial.serve.access.sessions import IDLE, LONGEST, Sessions
from fiducial.serve.access.tokens import Tokens
from fiducial.serve.database.clock import FakeClock
from fiducial.serve.database.opening import open_database

JANE = Person("jane", frozenset({Role.READER}))


@pytest.fixture
def address(tmp_path: Path) -> str:
    """The one test that needs another store says so."""
    return str(tmp_path / "store.sqlite")


def test_a_cookie_is_whoever_began_the_session(sessions: Sessions) -> None:
    found = sessions.find(sessions.begin(JANE))
    assert found is not None
    assert found.person == JANE


def test_an_idle_session_ends(sessions: Sessions, clock: FakeClock) -> None:
    secret = sessions.begin(JANE)
    clock.advance(IDLE + 1)
    assert sessions.find(secret) is None


def test_use_keeps_a_session_until_the_end_of_the_shift(sessions: Sessions, clock: FakeClock) -> None:
    secret = sessions.begin(JANE)
    for _ in range(int(LONGEST // (IDLE / 2)) - 1):
        clock.advance(IDLE / 2)
        assert sessions.find(secret) is not None
    clock.advance(IDLE / 2)
    assert sessions.find(secret) is None


def test_a_session_that_was_ended_is_nobodys(sessions: Sessions) -> None:
    secret = sessions.begin(JANE)
    sessions.end(secret, JANE)
    assert sessions.find(secret) is None


def test_a_revoked_token_ends_the_sessions_that_it_began(sessions: Sessions, tokens: Tokens) -> None:
    made, _ = tokens.create("jane", ["reader"], by="it")
    secret = sessions.begin(made.person, token=made.id)
    assert sessions.find(secret) is not None
    tokens.revoke(made.id, by="it")
    assert sessions.find(secret) is None


def test_two_sessions_have_two_words_against_forgery(sessions: Sessions) -> None:
    first, second = (sessions.find(sessions.begin(JANE)) for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.csrf != second.csrf


def test_a_stream_that_stays_open_keeps_no_session_from_idling(sessions: Sessions, clock: FakeClock) -> None:
    secret = sessions.begin(JANE)
    for _ in range(3):
        clock.advance(IDLE / 2)
        sessions.find(secret, use=False)
    assert sessions.find(secret) is None


def test_postgresql_knows_tokens_and_sessions_as_well(postgresql: str) -> None:
    database = open_database(postgresql, clock=FakeClock())
    tokens, sessions = Tokens(database), Sessions(database)
    made, secret = tokens.create("jane", ["reader"], by="it")
    known, cookie = tokens.find(secret), sessions.begin(made.person, token=made.id)
    assert known is not None
    assert sessions.find(cookie) is not None
    tokens.revoke(made.id, by="it")
    assert (tokens.find(secret), sessions.find(cookie)) == (None, None)
    database.close()
