"""``fiducial token``: let programs, and people without a provider of identities, in; and out again."""

from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import fiducial as fd
from fiducial.cli.output import note, print_json

if TYPE_CHECKING:
    from fiducial.serve.access.tokens import Token

SCHEMA = "fiducial.tokens/1"
app = typer.Typer(help="Who may come in, and as what: create, list, revoke.", no_args_is_help=True)

Data = Annotated[Path, typer.Option(help="Folder of the service's data.")]
Store = Annotated[str | None, typer.Option(help="postgresql://...; default: SQLite in the folder.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
DATA = Path("fiducial-data")


@app.command()
def create(  # noqa: PLR0913  (each is an option of the verb)
    name: Annotated[str, typer.Argument(help="For whom; it stands in the audit log as token:NAME.")],
    role: Annotated[list[str], typer.Option(help="reader, admin, auditor or sender. Repeatable.")],
    days: Annotated[float, typer.Option(help="How long it is good for.")] = 90.0,
    data: Data = DATA,
    store: Store = None,
    json: Json = False,
) -> None:
    """Make a token and show it, once. From the first token on, everybody must say who they are."""
    with fd.open_tokens(_address(data, store), create=True) as tokens:
        made, secret = tokens.create(name, role, by=getuser(), days=days)
    if json:
        print_json({"schema": SCHEMA, "token": secret, **made.document()})
        return
    typer.echo(secret)
    note(f"{made.id} for {name} ({', '.join(sorted(made.roles))}) until {_day(made.expires)}. It is not shown again.")


@app.command("list")
def list_(data: Data = DATA, store: Store = None, json: Json = False) -> None:
    """Every token that was made, and whether it is good for anything."""
    with fd.open_tokens(_address(data, store)) as tokens:
        found = tokens.all()
    if json:
        print_json({"schema": SCHEMA, "tokens": [one.document() for one in found]})
        return
    for one in found:
        typer.echo(f"{one.id}  {one.name}  {', '.join(sorted(one.roles))}  {_state(one)}")


@app.command()
def revoke(
    id_: Annotated[str, typer.Argument(metavar="ID", help="As `fiducial token list` shows it.")],
    data: Data = DATA,
    store: Store = None,
) -> None:
    """Make a token, and every session that began with it, good for nothing; it counts from the next request on."""
    with fd.open_tokens(_address(data, store)) as tokens:
        gone = tokens.revoke(id_, by=getuser())
    typer.echo(f"{gone.id} of {gone.name} is good for nothing any more.")


def _address(data: Path, store: str | None) -> str:
    return store or str(data / "store.sqlite")


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _state(one: "Token") -> str:
    used = f", last used {_day(one.used)}" if one.used else ", never used"
    if one.revoked:
        return f"revoked {_day(one.revoked)}{used}"
    gone = datetime.fromtimestamp(one.expires, UTC) <= datetime.now(UTC)
    return f"{'expired' if gone else 'good until'} {_day(one.expires)}{used}"
