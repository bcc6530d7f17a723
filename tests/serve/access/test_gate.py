"""The gate: who may, who may not, and what they are told."""

from itertools import pairwise
from pathlib import Path
from threading import Thread
from time import sleep

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from fiducial.serve.access import gate
from fiducial.serve.access.file import AccessFile, Asking
from fiducial.serve.access.gate import HEADERS, Gate
from fiducial.serve.access.identity import Identity
from fiducial.serve.access.ledger import ACTING, Ledger
from fiducial.serve.access.options import AccessOptions
from fiducial.serve.access.person import LOCAL, Person, Role
from fiducial.serve.access.rows import ROWS, find_row
from fiducial.serve.access.sessions import Sessions, csrf_of
from fiducial.serve.access.tokens import Tokens
from fiducial.serve.database.opening import Database
from serve.access.conftest import Opened
from serve.making import STUDY, radiograph


@pytest.fixture
def address(tmp_path: Path) -> str:
    """What the gate asks of a store is tested on both beside this."""
    return str(tmp_path / "store.sqlite")


def bearer(tokens: Tokens, *roles: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.create('t ' + ' '.join(roles), roles, by='it')[1]}"}


def send(client: TestClient, **more: object) -> int:
    return client.post("/studies", files=[("files", ("a.dcm", radiograph().read()))], **more).status_code  # type: ignore[arg-type]  # headers


def send_more(client: TestClient, tokens: Tokens) -> None:
    """Something that whoever listens would hear."""
    headers = bearer(tokens, "sender")
    assert client.post(f"/studies/{STUDY}/complete", headers=headers).status_code == 202


def logged_in(client: TestClient, tokens: Tokens, *roles: str) -> str:
    """The word that the pages of this session send."""
    secret = tokens.create("jane", roles, by="it")[1]
    reply = client.post("/login", data={"token": secret, "then": "/studies"})
    assert (reply.status_code, reply.headers["location"]) == (303, "/studies")
    return client.cookies["csrf"]


def test_every_route_has_a_row_and_every_row_a_route(opened: Opened) -> None:
    app = opened().app
    routes = {
        (method, route.path if getattr(route, "methods", None) else f"{route.path}/{{path:path}}")  # or a mount
        for route in iter_route_contexts(app.routes)  # type: ignore[attr-defined]  # FastAPI's
        for method in (getattr(route, "methods", None) or {"GET"})
        if method not in {"HEAD", "OPTIONS"}
    }
    assert routes == {(row.method, row.path) for row in ROWS}


def test_whoever_sits_at_the_machine_need_not_say_who_they_are(opened: Opened) -> None:
    client = opened()
    assert (send(client), client.get("/me").json()["name"]) == (202, "local")


def test_from_the_first_token_on_everybody_must_say_who_they_are(opened: Opened, tokens: Tokens) -> None:
    tokens.create("ward", ["reader"], by="it")
    reply = opened().get("/studies")
    assert (reply.status_code, reply.headers["www-authenticate"]) == (401, 'Bearer realm="fiducial"')
    assert "Say who you are" in reply.json()["detail"]


def test_where_others_can_come_in_nobody_is_local(opened: Opened) -> None:
    assert opened(host="0.0.0.0").get("/studies").status_code == 401  # noqa: S104  (what is tested)


def test_a_name_that_another_site_made_lead_here_is_refused(opened: Opened) -> None:
    client = opened(hosts=frozenset({"localhost"}))
    assert client.get("/studies", headers={"Host": "evil.example:8000"}).status_code == 421
    assert client.get("/studies", headers={"Host": "localhost:8000"}).status_code == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
def test_what_a_proxy_passes_on_is_not_from_this_machine(opened: Opened, header: str) -> None:
    assert opened().get("/studies", headers={header: "10.0.0.9"}).status_code == 401


def test_who_may_no_longer_hears_no_more_events(
    opened: Opened, tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "STREAMED", 0.0)
    made, secret = tokens.create("ward", ["reader"], by="it")
    client, headers = opened(), {"Authorization": f"Bearer {secret}"}
    send(client, headers=headers)
    heard: list[str] = []
    address = f"/studies/{STUDY}/events"
    listener = Thread(target=lambda: heard.append(client.get(address, headers=headers).text), daemon=True)
    listener.start()
    sleep(0.3)
    assert not heard
    tokens.revoke(made.id, by="it")
    send_more(client, tokens)
    listener.join(20)
    assert "event: receiving" in heard[0]


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("reader", {"worklist", "send", "study"}),
        ("admin", {"worklist", "send", "study"}),
        ("auditor", {"log"}),
        ("sender", {"send"}),
    ],
)
def test_a_role_may_what_the_table_says_and_nothing_else(
    opened: Opened, tokens: Tokens, role: str, may: set[str]
) -> None:
    client, headers = opened(), bearer(tokens, role)
    told = {
        "send": send(client, headers=headers),
        "worklist": client.get("/studies", headers=headers).status_code,
        "study": client.get(f"/studies/{STUDY}", headers=headers).status_code,
        "log": client.get("/audit-log", headers=headers).status_code,
    }
    assert {name for name, status in told.items() if status != 403} == may


def test_who_may_not_is_told_what_it_takes(opened: Opened, tokens: Tokens) -> None:
    reply = opened().get("/audit-log", headers=bearer(tokens, "reader"))
    assert "token:t reader is reader here; this needs one of: auditor." in reply.json()["detail"]


def test_a_revoked_token_lets_nobody_in(opened: Opened, tokens: Tokens) -> None:
    made, secret = tokens.create("ward", ["reader"], by="it")
    client, headers = opened(), {"Authorization": f"Bearer {secret}"}
    assert client.get("/studies", headers=headers).status_code == 200
    tokens.revoke(made.id, by="it")
    reply = client.get("/studies", headers=headers)
    assert (reply.status_code, 'error="invalid_token"' in reply.headers["www-authenticate"]) == (401, True)


def test_what_no_row_speaks_of_is_refused(opened: Opened, tokens: Tokens) -> None:
    client, headers = opened(), bearer(tokens, "reader", "admin", "auditor", "sender")
    assert client.get("/nothing/here", headers=headers).status_code == 404
    assert client.get("/nothing/here").status_code == 401
    reply = client.delete("/studies", headers=headers)
    assert (reply.status_code, reply.headers["allow"]) == (405, "GET, POST")


def test_a_route_that_no_row_speaks_of_is_there_for_nobody_with_a_name(opened: Opened, tokens: Tokens) -> None:
    client = opened()
    client.app.get("/forgotten")(lambda: "secret")  # type: ignore[attr-defined]  # FastAPI's
    assert client.get("/forgotten").text == '"secret"'  # whoever sits at the machine may do everything
    headers = bearer(tokens, "reader", "admin", "auditor", "sender")
    assert client.get("/forgotten", headers=headers).status_code == 404


def test_what_lies_behind_is_told_who_asks_and_the_word_of_the_page(
    database: Database, sessions: Sessions, ledger: Ledger
) -> None:
    seen: list[dict[str, object]] = []

    async def behind(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(dict(scope["state"]) | {"acting": ACTING.get()})
        await Response("")(scope, receive, send)

    jane = Person("jane", frozenset({Role.READER}))
    client = TestClient(Gate(behind, Identity.of(database, AccessOptions()), ledger))
    secret = sessions.begin(jane)
    client.get("/studies", cookies={"session": secret})
    client.get("/studies")
    assert seen == [
        {"person": jane, "csrf": csrf_of(secret), "acting": jane},
        {"person": LOCAL, "csrf": "", "acting": LOCAL},
    ]


def test_what_is_changed_twice_is_on_record_twice(opened: Opened, tokens: Tokens, ledger: Ledger) -> None:
    client, headers = opened(), bearer(tokens, "reader")
    send(client, headers=headers)
    for _ in range(2):
        client.post(f"/studies/{STUDY}/complete", headers=headers)
    assert [one.kind for one in ledger.read(study=STUDY)] == ["sent", "said complete", "said complete"]


def test_health_asks_nobody(opened: Opened, tokens: Tokens) -> None:
    tokens.create("ward", ["reader"], by="it")
    assert opened().get("/health").status_code == 200


def test_a_browser_is_led_to_the_login_and_back(opened: Opened, tokens: Tokens) -> None:
    tokens.create("ward", ["reader"], by="it")
    reply = opened().get("/studies?limit=5", headers={"Accept": "text/html"})
    assert (reply.status_code, reply.headers["location"]) == (303, "/login?then=%2Fstudies%3Flimit%3D5")


def test_somebody_at_a_browser_who_may_not_is_told_on_a_page(opened: Opened, tokens: Tokens) -> None:
    client = opened()
    logged_in(client, tokens, "reader")
    reply = client.get("/audit-log", headers={"Accept": "text/html"})
    assert (reply.status_code, reply.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert "this needs one of: auditor" in reply.text


def test_a_session_reads_with_its_cookie_and_changes_with_its_word(opened: Opened, tokens: Tokens) -> None:
    client = opened()
    csrf = logged_in(client, tokens, "reader")
    assert client.get("/studies").status_code == 200
    assert send(client) == 403
    assert send(client, headers={"X-CSRF-Token": "f" * 64}) == 403
    assert send(client, headers={"X-CSRF-Token": csrf}) == 202


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
    ids=["origin", "no origin", "site"],
)
def test_a_page_of_another_site_changes_nothing_even_where_nobody_has_a_name(
    opened: Opened, headers: dict[str, str]
) -> None:
    client = opened()
    assert send(client, headers=headers) == 403
    assert send(client, headers={"Origin": "http://testserver"}) == 202


def test_a_session_that_was_logged_out_is_good_for_nothing(opened: Opened, tokens: Tokens) -> None:
    client = opened()
    logged_in(client, tokens, "reader")
    kept = dict(client.cookies)
    assert client.post("/logout").headers["location"] == "/login"
    client.cookies.update(kept)
    assert client.get("/studies").status_code == 401


def test_cookies_are_kept_from_scripts_and_from_the_open_line(opened: Opened, tokens: Tokens) -> None:
    secret = tokens.create("jane", ["reader"], by="it")[1]
    cookies = opened(tls=True).post("/login", data={"token": secret}).headers.get_list("set-cookie")
    session = next(one for one in cookies if one.startswith("__Host-session="))
    assert all(word in session for word in ("HttpOnly", "SameSite=lax", "Secure", "Path=/"))
    assert "HttpOnly" not in next(one for one in cookies if one.startswith("csrf="))


@pytest.mark.parametrize("then", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", "/\n"])
def test_a_login_leads_nowhere_else(opened: Opened, tokens: Tokens, then: str) -> None:
    secret = tokens.create("jane", ["reader"], by="it")[1]
    assert opened().post("/login", data={"token": secret, "then": then}).headers["location"] == "/"


def test_who_guesses_tokens_is_soon_told_to_wait(opened: Opened, tokens: Tokens) -> None:
    client = opened(file=AccessFile(rate=Asking(failures=3)))
    tokens.create("ward", ["reader"], by="it")
    told = [client.get("/studies", headers={"Authorization": f"Bearer {n}"}) for n in range(4)]
    assert [one.status_code for one in told] == [401, 401, 401, 429]
    assert int(told[-1].headers["retry-after"]) > 0
    assert client.post("/login", data={"token": "x"}).status_code == 429


def test_a_program_that_asks_too_often_is_told_to_wait_and_others_are_not(opened: Opened, tokens: Tokens) -> None:
    client = opened(file=AccessFile(rate=Asking(second=0.01, burst=2)))
    one, other = bearer(tokens, "reader"), bearer(tokens, "admin")
    assert [client.get("/studies", headers=one).status_code for _ in range(3)] == [200, 200, 429]
    assert client.get("/studies", headers=other).status_code == 200


def test_every_answer_bears_the_headers(opened: Opened, tokens: Tokens) -> None:
    tokens.create("ward", ["reader"], by="it")
    client = opened(tls=True)
    for reply in (client.get("/health"), client.get("/studies"), client.get("/nothing"), client.get("/login")):
        assert {name for name in HEADERS if name not in reply.headers} == set()
        assert reply.headers["strict-transport-security"]
        assert "unsafe" not in reply.headers["content-security-policy"]


def test_who_saw_a_study_is_on_record_once_for_a_while(opened: Opened, tokens: Tokens, ledger: Ledger) -> None:
    client, headers = opened(), bearer(tokens, "reader")
    send(client, headers=headers)
    for _ in range(3):
        client.get(f"/studies/{STUDY}", headers=headers)
    client.get("/studies/9.9", headers=headers)
    assert [(one.who, one.kind) for one in ledger.read(study=STUDY)] == [
        ("token:t reader", "sent"),
        ("token:t reader", "saw"),
    ]
    assert ledger.read(study="9.9") == []


def test_logins_refusals_and_logouts_are_on_record(opened: Opened, tokens: Tokens, ledger: Ledger) -> None:
    client = opened()
    client.post("/login", data={"token": "x"})
    logged_in(client, tokens, "reader")
    client.post("/logout")
    told = [(one.who, one.kind) for one in ledger.read() if "token" not in one.kind]
    assert told == [("nobody", "was refused at login"), ("token:jane", "logged in"), ("token:jane", "logged out")]


def test_an_auditor_reads_the_log_in_pages(opened: Opened, tokens: Tokens) -> None:
    client, headers = opened(), bearer(tokens, "auditor")
    found = client.get("/audit-log", headers=headers).json()["entries"]
    assert [one["kind"] for one in found] == ["made a token"]
    after = client.get(f"/audit-log?after={found[-1]['number']}", headers=headers).json()["entries"]
    assert all(one["previous"] == before["hash"] for before, one in pairwise([*found, *after]))


def test_a_literal_address_stands_before_a_pattern() -> None:
    found = find_row("GET", "/studies/1.2/events")
    assert found is not None
    assert found.row is not None
    assert (found.row.path, found.study) == ("/studies/{uid}/events", "1.2")
