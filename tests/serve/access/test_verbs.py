"""``fiducial token``, ``audit-log`` and ``licence``: what is printed, and how they end."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

import fiducial as fd
from fiducial.cli.app import app
from fiducial.errors import UnusableInput
from serve.licence.issuing import Issuer


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*words: str, code: int = 0) -> Result:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == code, done.output
    return done


def test_a_token_is_all_that_stands_on_stdout() -> None:
    done = run("token", "create", "ct 3", "--role", "sender")
    assert done.stdout.startswith("fiducial_")
    assert len(done.stdout.split()) == 1
    assert "not shown again" in done.stderr


def test_the_list_says_what_a_token_is_good_for() -> None:
    told = json.loads(run("token", "create", "ct 3", "--role", "sender", "--json").stdout)
    assert "good until" in run("token", "list").stdout
    run("token", "revoke", told["id"])
    (listed,) = json.loads(run("token", "list", "--json").stdout)["tokens"]
    assert (listed["name"], listed["roles"], listed["revoked"] is None) == ("ct 3", ["sender"], False)
    assert told["token"] not in json.dumps(listed)


def test_the_folder_that_a_first_token_makes_is_closed_to_others() -> None:
    run("token", "create", "ct 3", "--role", "sender")
    assert Path("fiducial-data").stat().st_mode & 0o077 == 0


def test_a_store_that_is_not_there_is_told() -> None:
    assert isinstance(CliRunner().invoke(app, ["token", "list"]).exception, UnusableInput)
    assert isinstance(CliRunner().invoke(app, ["audit-log", "verify"]).exception, UnusableInput)


def test_a_log_that_was_touched_ends_with_code_1() -> None:
    run("token", "create", "ct 3", "--role", "sender")
    head = json.loads(run("audit-log", "verify", "--json").stdout)["head"]
    run("audit-log", "verify", "--head", head)
    with fd.open_ledger("fiducial-data/store.sqlite") as ledger, ledger.database.writing() as connection:
        connection.execute(text("DROP TRIGGER ledger_no_update"))
        connection.execute(text("UPDATE ledger SET who = 'somebody else'"))
    assert "X entry 1 was changed" in run("audit-log", "verify", code=1).stdout


def test_an_exported_log_is_proof_by_itself() -> None:
    run("token", "create", "ct 3", "--role", "sender")
    run("audit-log", "export", "log.jsonl")
    (line,) = Path("log.jsonl").read_text().splitlines()
    assert json.loads(line)["hash"] == json.loads(run("audit-log", "verify", "--json").stdout)["head"]


def test_a_licence_is_installed_and_shown(tmp_path: Path) -> None:
    issuer = Issuer()
    key = str(issuer.write_key(tmp_path))
    Path("licence.jwt").write_text(issuer.licence(exp=4e9) + "\n")
    assert "valid: The licence counts until" in run("licence", "install", "licence.jwt", "--key", key).stdout
    assert "For St. Elsewhere; 2 seats; pipelines: small." in run("licence", "show", "--key", key).stdout
    assert "not for the pipeline other" in run("licence", "show", "--key", key, "--pipeline", "other", code=1).stdout
