"""``fiducial audit-log``: who saw, changed and overrode what, and whether that record is whole."""

from pathlib import Path
from typing import Annotated

import typer

import fiducial as fd
from fiducial.cli.output import print_json
from fiducial.cli.token import DATA, Data, Json, Store

app = typer.Typer(help="Who saw, changed and overrode what: verify, export.", no_args_is_help=True)


@app.command()
def verify(
    data: Data = DATA,
    store: Store = None,
    head: Annotated[
        list[str] | None, typer.Option(help="A hash that you kept: is it still in there? Repeatable.")
    ] = None,
    json: Json = False,
) -> None:
    """Compute every hash anew. Exit code 1: an entry was changed, taken out or put in, or a kept hash is gone."""
    with fd.open_ledger(store or str(data / "store.sqlite")) as ledger:
        found = ledger.verify(tuple(head or ()))
    if json:
        print_json(found.document())
    else:
        if found.broken is not None:
            typer.echo(f"X {found.broken.sentence}")
        for one in found.unknown:
            typer.echo(f"X {one} is not in the log: entries were taken from its end, or all of it was written anew")
        state = "The log is broken" if found.exit_code else "Whole"
        typer.echo(f"{state}: {found.entries:,} entries. Keep its head elsewhere: {found.head}")
    raise typer.Exit(found.exit_code)


@app.command()
def export(
    out: Annotated[Path, typer.Argument(help="A file of one JSON document a line.")],
    data: Data = DATA,
    store: Store = None,
    study: Annotated[str | None, typer.Option(help="Of one study alone.")] = None,
) -> None:
    """Write the entries as they are, with their hashes, for whoever keeps or searches them."""
    with fd.open_ledger(store or str(data / "store.sqlite")) as ledger:
        count = fd.export_ledger(ledger, out, study=study)
    typer.echo(f"{out}: {count:,} entries.")
