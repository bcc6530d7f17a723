"""Logging in at a real provider of OpenID Connect, and what is refused there."""

from collections.abc import Iterator
from pathlib import Path
from time import time
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient

from fiducial.errors import UnusableInput
from fiducial.serve.access.file import AccessFile, read_access
from fiducial.serve.access.file import Provider as ProviderLines
from fiducial.serve.access.ledger import Ledger
from fiducial.serve.access.oidc import challenge, claim
from fiducial.serve.access.person import Role
from serve.access.conftest import Opened
from serve.access.provider import CLIENT, SECRET, Provider, new_key, running

JANE = {"preferred_username": "jane", "groups": ["radiology", "staff"]}


@pytest.fixture
def address(tmp_path: Path) -> str:
    return str(tmp_path / "store.sqlite")


@pytest.fixture(scope="module")
def shared() -> Iterator[Provider]:
    with running(Provider()) as known:
        yield known


@pytest.fixture
def provider(shared: Provider, monkeypatch: pytest.MonkeyPatch) -> Provider:
    monkeypatch.setenv("OIDC_SECRET", SECRET)
    shared.claims, shared.lies, shared.signs, shared.algorithm, shared.kid = dict(JANE), {}, None, "RS256", "k1"
    return shared


def lines(provider: Provider, **more: object) -> AccessFile:
    told = {
        "issuer": provider.address, "client": CLIENT, "secret": "env:OIDC_SECRET", "here": "http://localhost:8000",
        "roles": {"radiology": (Role.READER,), "it": (Role.ADMIN,)},
    }  # fmt: skip
    return AccessFile(oidc=ProviderLines.model_validate(told | more))


@pytest.fixture
def client(opened: Opened, provider: Provider) -> TestClient:
    return opened(file=lines(provider))


def there_and_back(client: TestClient, then: str = "/studies") -> httpx.Response:
    out = client.get("/login/provider", params={"then": then})
    back = httpx.get(out.headers["location"], follow_redirects=False).headers["location"]
    parts = urlsplit(back)
    return client.get(f"{parts.path}?{parts.query}")  # type: ignore[return-value]  # the client's is the same


def test_somebody_of_a_known_group_is_let_in_by_name(client: TestClient, ledger: Ledger) -> None:
    assert client.get("/studies").status_code == 401
    reply = there_and_back(client)
    assert (reply.status_code, reply.headers["location"]) == (303, "/studies")
    assert client.get("/me").json() == {"name": "jane", "roles": ["reader"]}
    assert [(one.who, one.kind) for one in ledger.read()] == [("jane", "logged in")]


@pytest.mark.parametrize(
    ("lies", "words"),
    [
        ({"nonce": "another"}, "answers another login"),
        ({"nonce": None}, "answers another login"),
        ({"aud": "another"}, "does not hold"),
        ({"iss": "https://another.example"}, "does not hold"),
        ({"exp": int(time()) - 3600}, "does not hold"),
        ({"exp": None}, "does not hold"),
        ({"azp": "another"}, "another program"),
        ({"preferred_username": "local"}, "cannot stand in a record"),
        ({"preferred_username": "token:x"}, "cannot stand in a record"),
        ({"groups": ["visitors"]}, "has no role here"),
        ({"groups": None}, "has no role here"),
    ],
)
def test_a_token_that_does_not_hold_lets_nobody_in(
    client: TestClient, provider: Provider, lies: dict[str, object], words: str
) -> None:
    provider.lies = lies
    reply = there_and_back(client)
    assert (reply.status_code, words in reply.text) == (401, True)
    assert client.get("/studies").status_code == 401


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_that_is_not_signed_by_a_key_of_the_provider_lets_nobody_in(
    client: TestClient, provider: Provider, algorithm: str
) -> None:
    provider.algorithm = algorithm
    assert there_and_back(client).status_code == 401


def test_a_token_signed_by_somebody_else_lets_nobody_in(client: TestClient, provider: Provider) -> None:
    provider.signs = new_key()
    assert there_and_back(client).status_code == 401


def test_a_login_that_another_browser_began_lets_nobody_in(client: TestClient) -> None:
    out = client.get("/login/provider")
    back = urlsplit(httpx.get(out.headers["location"], follow_redirects=False).headers["location"])
    client.cookies.clear()
    assert client.get(f"{back.path}?{back.query}").status_code == 401
    client.get("/login/provider")  # one of its own, which has another state
    assert "begun in another window" in client.get(f"{back.path}?{back.query}").text


def test_an_answer_is_good_once(client: TestClient, provider: Provider) -> None:
    out = client.get("/login/provider")
    back = urlsplit(httpx.get(out.headers["location"], follow_redirects=False).headers["location"])
    codes = dict(provider.codes)
    assert client.get(f"{back.path}?{back.query}").status_code == 303
    provider.codes |= codes  # as if the provider took a code twice
    client.cookies.set("login", parse_qs(back.query)["state"][0], path="/login/back")
    again = client.get(f"{back.path}?{back.query}")
    assert (again.status_code, "ended before" in again.text) == (401, True)


def test_a_login_leads_nowhere_else(client: TestClient) -> None:
    assert there_and_back(client, "https://evil.example").headers["location"] == "/"


def test_a_provider_that_is_away_is_told_in_words(opened: Opened, provider: Provider) -> None:
    client = opened(file=lines(provider, issuer="http://127.0.0.1:9"))
    reply = client.get("/login/provider")
    assert (reply.status_code, "does not answer as it should" in reply.text) == (502, True)


def test_the_page_offers_both_ways(client: TestClient) -> None:
    told = client.get("/login?then=/studies").text
    assert 'href="/login/provider?then=/studies"' in told
    assert 'name="token"' in told


def test_the_challenge_is_that_of_the_standard() -> None:
    # RFC 7636, appendix B
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_groups_may_lie_deep() -> None:
    assert claim({"realm_access": {"roles": ["a"]}}, "realm_access.roles") == ["a"]
    assert claim({"https://x.example/groups": ["a"]}, "https://x.example/groups") == ["a"]
    assert claim({"a": "b"}, "a.b.c") is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('secret = "hunter2"', "does not stand in a configuration file"),
        ('issuer = "http://login.example"', "https:// address"),
        ('scopes = ["profile"]', "'openid'"),
        ("roles = {}", "nobody could do anything"),
        ('roles = {it = ["boss"]}', "reader"),
        ("clinet = 1", "client"),
    ],
)
def test_a_mistake_in_the_file_is_told(tmp_path: Path, line: str, words: str) -> None:
    told = {
        "issuer": '"https://login.example"', "client": '"a"', "here": '"https://reads.example"',
        "roles": '{it = ["admin"]}',
    }  # fmt: skip
    name, _, value = line.partition(" = ")
    text = "\n".join(f"{key} = {one}" for key, one in (told | {name: value}).items())
    (tmp_path / "access.toml").write_text(f"[oidc]\n{text}\n")
    with pytest.raises(UnusableInput, match=words):
        read_access(tmp_path / "access.toml")
