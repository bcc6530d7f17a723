"""``fiducial licence``: install one, and show how it stands. Nobody needs one unless ``serve`` was told to ask."""

from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import fiducial as fd
from fiducial.cli.output import print_json
from fiducial.cli.token import DATA, Data, Json, Store
from fiducial.errors import UnusableInput

if TYPE_CHECKING:
    from fiducial.serve.licence.standing import Standing

SCHEMA = "fiducial.licence/1"
app = typer.Typer(help="The licence of a service that asks for one: show, install.", no_args_is_help=True)
Key = Annotated[Path, typer.Option(help="Public key of who issues licences, PEM; as serve's --licence-key.")]
For = Annotated[str | None, typer.Option(help="Name of a pipeline; default: any that it names.")]


@app.command()
def install(
    file: Annotated[Path, typer.Argument(help="The licence, as it was sent.")],
    key: Key,
    data: Data = DATA,
    store: Store = None,
) -> None:
    """Install a licence; it counts at once, also in a service that runs."""
    try:
        text = file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as unreadable:
        raise UnusableInput(
            f"{file}: cannot be read. A licence is one line of letters, as it was sent."
        ) from unreadable
    with fd.open_licences(store or str(data / "store.sqlite"), key, create=True) as shelf:
        shelf.install(text, by=getuser())
        _tell(fd.show_licence(shelf))


@app.command()
def show(key: Key, pipeline: For = None, data: Data = DATA, store: Store = None, json: Json = False) -> None:
    """Say how the licence stands. Exit code 1: new studies are refused."""
    with fd.open_licences(store or str(data / "store.sqlite"), key) as shelf:
        found = fd.show_licence(shelf, pipeline)
    if json:
        print_json({"schema": SCHEMA, **found.document()})
    else:
        _tell(found)
    raise typer.Exit(0 if found.counts else 1)


def _tell(found: "Standing") -> None:
    typer.echo(f"{found.state}: {found.words}")
    if found.holder is not None:
        typer.echo(f"For {found.holder}; {found.seats} seats; pipelines: {', '.join(found.features)}.")
