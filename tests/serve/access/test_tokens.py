"""Tokens: shown once, good for their roles until their day."""

from pathlib import Path

import pytest
from sqlalchemy import select

from fiducial.errors import WrongUsage
from fiducial.serve.access.ledger import Ledger
from fiducial.serve.access.person import Role
from fiducial.serve.access.tokens import Tokens
from fiducial.serve.database.clock import FakeClock
from fiducial.serve.database.opening import Database
from fiducial.serve.database.persons import TOKENS
from fiducial.serve.queue.job import DAY


@pytest.fixture
def address(tmp_path: Path) -> str:
    """The one test that needs another store says so."""
    return str(tmp_path / "store.sqlite")


def test_a_token_stands_for_its_name_and_roles(tokens: Tokens) -> None:
    _, secret = tokens.create("ward 3", ["reader"], by="it")
    found = tokens.find(secret)
    assert found is not None
    assert (found.person.name, found.person.roles) == ("token:ward 3", frozenset({Role.READER}))


def test_the_store_does_not_hold_the_token(tokens: Tokens, database: Database) -> None:
    _, secret = tokens.create("ward 3", ["reader"], by="it")
    with database.reading() as connection:
        row = connection.execute(select(TOKENS)).one()
    assert secret not in str(row)
    assert secret.removeprefix("fiducial_") not in str(row)


def test_no_other_word_is_a_token(tokens: Tokens) -> None:
    _, secret = tokens.create("ward 3", ["reader"], by="it")
    assert [tokens.find(word) for word in (secret[:-1], "", "\udcff", secret + " ")] == [None] * 4


def test_an_expired_token_is_nobodys(tokens: Tokens, clock: FakeClock) -> None:
    _, secret = tokens.create("ward 3", ["reader"], by="it", days=1)
    clock.advance(DAY - 1)
    assert tokens.find(secret) is not None
    clock.advance(2)
    assert tokens.find(secret) is None


def test_a_revoked_token_is_nobodys_at_once(tokens: Tokens) -> None:
    made, secret = tokens.create("ward 3", ["reader"], by="it")
    tokens.revoke(made.id, by="it")
    assert tokens.find(secret) is None


def test_the_last_use_is_noted(tokens: Tokens, clock: FakeClock) -> None:
    _, secret = tokens.create("ward 3", ["reader"], by="it")
    clock.advance(100)
    tokens.find(secret)
    assert tokens.all()[0].used == clock.seconds


def test_making_and_revoking_stand_in_the_audit_log(tokens: Tokens, ledger: Ledger) -> None:
    made, secret = tokens.create("ward 3", ["reader"], by="it")
    tokens.revoke(made.id, by="chief")
    assert [(one.who, one.kind) for one in ledger.read()] == [("it", "made a token"), ("chief", "revoked a token")]
    assert secret not in str(ledger.read())


@pytest.mark.parametrize(
    ("name", "roles", "days", "words"),
    [
        ("", ["reader"], 1, "made for somebody"),
        ("a\nb", ["reader"], 1, "made for somebody"),
        ("a", [], 1, "needs a role"),
        ("a", ["boss"], 1, "no role 'boss'"),
        ("a", ["reader"], 0, "more than 0"),
        ("a", ["reader"], 1e9, "at most 3650"),
    ],
)
def test_what_a_token_may_not_be_is_refused(
    tokens: Tokens, name: str, roles: list[str], days: float, words: str
) -> None:
    with pytest.raises(WrongUsage, match=words):
        tokens.create(name, roles, by="it", days=days)
    assert not tokens.any()


def test_a_token_that_there_is_not_cannot_be_revoked(tokens: Tokens) -> None:
    with pytest.raises(WrongUsage, match="token list"):
        tokens.revoke("00000000", by="it")
