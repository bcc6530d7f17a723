"""Licences: what they say, when they count, how they are renewed; what runs is never interrupted."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi.testclient import TestClient
from sqlalchemy import select

import fiducial as fd
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.serve.access.ledger import Ledger
from fiducial.serve.database.clock import FakeClock
from fiducial.serve.database.opening import Database, open_database
from fiducial.serve.database.persons import LICENCES
from fiducial.serve.errors import Unlicensed
from fiducial.serve.intake.archive import Archive
from fiducial.serve.licence.keeper import Keeper
from fiducial.serve.licence.licence import read_licence, read_public_key
from fiducial.serve.licence.shelf import LEASE, Shelf
from fiducial.serve.licence.standing import State
from fiducial.serve.queue.job import DAY, HOUR
from fiducial.serve.web.app import make_app
from proofs.api import service
from serve.access.provider import new_key
from serve.licence.issuing import BEGAN, Issuer, running, write_certificate
from serve.making import radiograph


@pytest.fixture
def address(tmp_path: Path) -> str:
    """The one test that needs another store says so."""
    return str(tmp_path / "store.sqlite")


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def shelf(database: Database, issuer: Issuer) -> Shelf:
    return Shelf(database, issuer.key.public_key())


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


@pytest.fixture
def keeper(shelf: Shelf, issuer: Issuer) -> Keeper:
    shelf.install(issuer.licence(), by="it")
    return Keeper(shelf, "small", "here", 1)


def test_a_licence_says_for_whom_what_and_how_long(issuer: Issuer) -> None:
    found = read_licence(issuer.licence(), issuer.key.public_key())
    assert (found.claims.sub, found.claims.seats, found.claims.features) == ("St. Elsewhere", 2, ("small",))
    assert found.ends == BEGAN + 44 * DAY


@pytest.mark.parametrize("spoil", ["changed", "another key", "none", "hmac"])
def test_a_licence_that_was_not_issued_so_does_not_hold(issuer: Issuer, spoil: str) -> None:
    claims = jwt.decode(issuer.licence(), options={"verify_signature": False}) | {"seats": 99}
    public = issuer.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    token = {
        "changed": ".".join([issuer.licence(seats=99).rsplit(".", 1)[0], issuer.licence().rsplit(".", 1)[1]]),
        "another key": jwt.encode(claims, Ed25519PrivateKey.generate(), algorithm="EdDSA"),
        "none": jwt.encode(claims, "", algorithm="none"),
        "hmac": jwt.encode(claims, public, algorithm="HS256"),
    }[spoil]
    with pytest.raises(UnusableInput, match="does not hold"):
        read_licence(token, issuer.key.public_key())


@pytest.mark.parametrize("wrong", [{"seats": 0}, {"exp": 1.0}, {"features": []}, {"renew": "http://issuer.example"}])
def test_a_licence_that_makes_no_sense_is_refused(issuer: Issuer, wrong: dict[str, object]) -> None:
    claims = jwt.decode(issuer.licence(), options={"verify_signature": False})
    with pytest.raises(UnusableInput, match=next(iter(wrong))):
        read_licence(jwt.encode(claims | wrong, issuer.key, algorithm="EdDSA"), issuer.key.public_key())


@pytest.mark.parametrize(
    ("days", "state"),
    [(0, State.VALID), (24, State.ENDING), (31, State.GRACE), (43.9, State.GRACE), (44.1, State.EXPIRED)],
)
def test_a_licence_warns_then_lingers_then_ends(keeper: Keeper, clock: FakeClock, days: float, state: State) -> None:
    clock.advance(days * DAY)
    found = keeper.look()
    assert (found.state, found.counts) == (state, state is not State.EXPIRED)


def test_a_licence_counts_from_its_day_on(shelf: Shelf, issuer: Issuer) -> None:
    shelf.install(issuer.licence(nbf=BEGAN + DAY), by="it")
    assert Keeper(shelf, "small", "here", 1).look().state is State.EARLY


def test_a_licence_is_for_its_pipelines(shelf: Shelf, issuer: Issuer) -> None:
    shelf.install(issuer.licence(), by="it")
    assert Keeper(shelf, "other", "here", 1).look().state is State.ELSEWHERE
    shelf.install(issuer.licence(features=["*"], exp=BEGAN + 60 * DAY), by="it")
    assert Keeper(shelf, "other", "here", 1).look().state is State.VALID


def test_an_expired_licence_refuses_a_new_study_and_takes_the_rest_of_one(
    keeper: Keeper, database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    archive = Archive(database, tmp_path / "data", admit=keeper.admit)
    archive.keep(radiograph(), "test")
    clock.advance(50 * DAY)
    keeper.look()
    assert archive.keep(radiograph("1.2.3.1.2", grey=9), "test").new
    with pytest.raises(Unlicensed, match=r"new studies are refused.*licence install"):
        archive.keep(radiograph("1.9.1", study="1.9"), "test")


def test_over_http_an_expired_licence_is_402_and_health_says_so(issuer: Issuer, tmp_path: Path) -> None:
    with service(str(tmp_path / "now.sqlite"), tmp_path / "data") as (at_work, _):
        shelf = Shelf(at_work.database, issuer.key.public_key())
        shelf.install(issuer.licence(), by="it")  # it ended in 1970
        keeper = Keeper(shelf, "small", "here", 1)
        asked = replace(at_work, licence=keeper, archive=replace(at_work.archive, admit=keeper.admit))
        client = TestClient(make_app(asked))
        reply = client.post("/studies", files=[("files", ("a.dcm", radiograph().read()))])
        assert (reply.status_code, "licence install" in reply.json()["files"][0]["reason"]) == (402, True)
        assert client.get("/health").json()["licence"]["state"] == "expired"


def test_a_service_that_asks_for_a_licence_does_not_start_without(
    issuer: Issuer, pipeline: Path, tmp_path: Path
) -> None:
    options = fd.ServiceOptions(tmp_path / "data", licence_key=issuer.write_key(tmp_path))
    with pytest.raises(Unlicensed, match="No licence is installed"), fd.open_service(pipeline, options):
        pass


def test_no_service_starts_on_a_licence_that_has_ended(keeper: Keeper, shelf: Shelf, clock: FakeClock) -> None:
    keeper.begin()
    clock.advance(50 * DAY)
    with pytest.raises(Unlicensed, match="ended on"):
        Keeper(shelf, "small", "here", 1).begin()


def test_seats_are_shared_by_the_services_of_a_store(keeper: Keeper, shelf: Shelf, clock: FakeClock) -> None:
    keeper.begin()
    Keeper(shelf, "small", "there", 1).begin()
    third = Keeper(shelf, "small", "elsewhere", 1)
    with pytest.raises(Unlicensed, match="2 seats; 2 are taken"):
        third.begin()
    shelf.stand_up("there")
    third.begin()
    clock.advance(LEASE + 1)  # both fell silent
    Keeper(shelf, "small", "again", 2).begin()


def test_a_clock_that_is_set_back_makes_no_licence_younger(keeper: Keeper, clock: FakeClock, ledger: Ledger) -> None:
    clock.advance(50 * DAY)
    keeper.look()
    clock.advance(-50 * DAY)
    found = keeper.look()
    assert found.state is State.EXPIRED
    assert "set back by 1200.0 h" in found.words
    assert [one.kind for one in ledger.read()][-1] == "found the clock set back"


def test_a_clock_that_is_put_right_by_minutes_is_no_matter(keeper: Keeper, clock: FakeClock) -> None:
    keeper.look()
    clock.advance(-HOUR / 2)
    assert keeper.look().clock_behind == 0.0


def test_a_licence_with_an_earlier_end_does_not_replace_a_later(keeper: Keeper, issuer: Issuer) -> None:
    with pytest.raises(UnusableInput, match="ends before"):
        keeper.shelf.install(issuer.licence(exp=BEGAN + 2 * DAY), by="it")


def test_who_installed_a_licence_is_on_record(keeper: Keeper, ledger: Ledger) -> None:
    assert [(one.who, one.kind) for one in ledger.read()] == [("it", "installed a licence")]
    assert keeper.shelf.newest() is not None


def test_a_licence_that_was_written_past_the_shelf_does_not_count(keeper: Keeper, database: Database) -> None:
    forged = Issuer().licence(seats=500)
    with database.writing() as connection:
        assert connection.execute(select(LICENCES.c.number)).scalar_one() == 1
        connection.execute(LICENCES.insert().values(number=2, token=forged, by="x", at=0.0))
    assert keeper.look().state is State.MISSING


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rsa.pem"
    path.write_bytes(new_key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(WrongUsage, match="Ed25519"):
        read_public_key(path)


@pytest.fixture
def online(issuer: Issuer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Issuer]:
    """An issuer behind TLS whose certificate this process trusts."""
    cert, key = write_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    with running(issuer, cert, key) as found:
        yield found


def test_a_licence_is_renewed_in_the_second_half_of_its_time(shelf: Shelf, online: Issuer, clock: FakeClock) -> None:
    shelf.install(online.licence(renew=online.address), by="it")
    keeper = Keeper(shelf, "small", "here", 1)
    assert not keeper.renew()
    clock.advance(16 * DAY)
    assert keeper.renew()
    assert keeper.look().until == BEGAN + (60 + 14) * DAY
    assert online.asked == 1


def test_who_is_offline_goes_on_with_the_old_licence(shelf: Shelf, online: Issuer, clock: FakeClock) -> None:
    online.open = False
    shelf.install(online.licence(renew=online.address), by="it")
    keeper = Keeper(shelf, "small", "here", 1)
    clock.advance(31 * DAY)
    assert not keeper.renew()
    assert keeper.look().state is State.GRACE
    assert not keeper.renew()
    assert online.asked == 1  # again in an hour


def test_an_issuer_that_nobody_can_vouch_for_is_not_believed(
    shelf: Shelf, online: Issuer, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    shelf.install(online.licence(renew=online.address), by="it")
    clock.advance(16 * DAY)
    assert not Keeper(shelf, "small", "here", 1).renew()
    with pytest.raises(httpx.ConnectError):
        httpx.get(online.address)


def test_postgresql_keeps_licences_seats_and_time_as_well(postgresql: str, issuer: Issuer) -> None:
    database = open_database(postgresql, clock=FakeClock())
    shelf = Shelf(database, issuer.key.public_key())
    shelf.install(issuer.licence(), by="it")
    first, second = (Keeper(shelf, "small", name, 1) for name in ("here", "there"))
    first.begin()
    second.begin()
    with pytest.raises(Unlicensed, match="2 are taken"):
        Keeper(shelf, "small", "elsewhere", 1).begin()
    database.close()
