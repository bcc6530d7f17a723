"""``fiducial settings`` and ``fiducial config audit``: what a service goes by, who made it so, and who reads it."""

from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import fiducial as fd
from fiducial.cli.output import print_json
from fiducial.errors import UnusableInput

if TYPE_CHECKING:
    from fiducial.serve.settings.revisions import Revision

SCHEMA = "fiducial.settings/1"
app = typer.Typer(help="What a service goes by: list, set, history, roll-back.", no_args_is_help=True)
config = typer.Typer(help="Does every setting have a reader, and every reader the store?", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="A setting; `fiducial settings list` has them.")]
Data = Annotated[Path, typer.Option(help="Folder of the service's data.")]
Store = Annotated[str | None, typer.Option(help="postgresql://...; default: SQLite in the folder.")]
Author = Annotated[str | None, typer.Option(help="Who changes it; default: the name of this login.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
DATA = Path("fiducial-data")


@app.command("list")
def list_(data: Data = DATA, store: Store = None, json: Json = False) -> None:
    """Every setting as it stands now."""
    with fd.open_settings(_address(data, store)) as revisions:
        _tell(list(revisions.current().values()), json=json)


@app.command("set")
def set_(  # noqa: PLR0913  (each is an option of the verb)
    name: Name,
    value: Annotated[str, typer.Argument(help="The new value; it counts from the next study on.")],
    reason: Annotated[str, typer.Option(help="Why; it stays on record.")],
    author: Author = None,
    data: Data = DATA,
    store: Store = None,
    json: Json = False,
) -> None:
    """Change a setting of a running service; no restart is needed, and a value that it may not have is refused.

    Of `pipeline` and `rules` the value is a file: it is opened and tried, and holds as it is now.
    """
    if name == "rules":
        value = _text(Path(value))
    with fd.open_settings(_address(data, store)) as revisions:
        _tell(fd.change_setting(revisions, name, value, author=author or getuser(), reason=reason), json=json)


@app.command()
def history(name: Name, data: Data = DATA, store: Store = None, json: Json = False) -> None:
    """Every value that a setting had, the newest first."""
    with fd.open_settings(_address(data, store)) as revisions:
        _tell(revisions.history(name), json=json)


@app.command("roll-back")
def roll_back(  # noqa: PLR0913  (as above)
    name: Name,
    revision: Annotated[int, typer.Argument(help="The revision whose value shall hold again.")],
    author: Author = None,
    data: Data = DATA,
    store: Store = None,
    json: Json = False,
) -> None:
    """Make a value of before the value of now."""
    with fd.open_settings(_address(data, store)) as revisions:
        _tell(fd.roll_back_setting(revisions, name, revision, author=author or getuser()), json=json)


@config.command()
def audit(data: Data = DATA, store: Store = None, json: Json = False) -> None:
    """List who reads each setting, from where. Exit code 1: a setting is dead, or read from elsewhere."""
    from fiducial.serve.settings.audit import audit_settings  # noqa: PLC0415  (`fiducial --help` must stay quick)
    from fiducial.serve.settings.declared import in_short  # noqa: PLC0415  (as is the next)

    with fd.open_settings(_address(data, store)) as revisions:
        found = audit_settings(revisions)
    if json:
        print_json(found.document())
    else:
        for one in found.settings:
            readers = ", ".join(f"{read.consumer} (revision {read.revision})" for read in one.reads)
            value, revision = in_short(one.revision.name, one.revision.value), one.revision.revision
            typer.echo(f"{one.revision.name} = {value}, revision {revision}: {readers or '-'}")
            for fault in one.faults:
                typer.echo(f"  X {fault}")
        typer.echo("Not a medical device.")
    raise typer.Exit(found.exit_code)


def _address(data: Path, store: str | None) -> str:
    return store or str(data / "store.sqlite")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as unreadable:
        raise UnusableInput(f"{path}: cannot be read as a decision file ({unreadable}).") from unreadable


def _tell(found: "list[Revision]", *, json: bool) -> None:
    if json:
        names = ("name", "value", "revision", "author", "reason", "at")
        print_json({"schema": SCHEMA, "settings": [{name: getattr(one, name) for name in names} for one in found]})
        return
    from fiducial.serve.settings.declared import in_short  # noqa: PLC0415  (`fiducial --help` must stay quick)

    for one in found:
        at = datetime.fromtimestamp(one.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        typer.echo(
            f"{one.name} = {in_short(one.name, one.value)}  revision {one.revision}, {at}, {one.author}: {one.reason}"
        )
