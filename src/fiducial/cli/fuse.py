"""``fiducial fuse``: tables of several models into those of their ensemble."""

from pathlib import Path
from typing import Annotated

import typer

import fiducial as fd
from fiducial.cli.output import print_json

SCHEMA = "fiducial.fuse/1"


def fuse(  # noqa: PLR0913  (each is an option of the verb)
    predictions: Annotated[
        list[Path], typer.Argument(help="Predictions tables; <name>.regions beside one is fused as well.")
    ],
    recipe: Annotated[Path, typer.Option("--recipe", "-r", help="fusion.toml, or the .fusion.json of an earlier run.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The ensemble's table, .parquet or .csv.")],
    cohort: Annotated[
        Path | None, typer.Option(help="Labels and splits, where the recipe fits anything (on tune alone).")
    ] = None,
    finding: Annotated[str | None, typer.Option(help="Of tables that have no such column.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Fuse scores and boxes. Exit code 0: every row has a score; 5: some have none, each with its reason."""
    found = fd.fuse_predictions(predictions, recipe, out, cohort=cohort, finding=finding)
    if json:
        document = {
            "schema": SCHEMA,
            "members": list(found.members),
            "rows": found.rows.height,
            "failed": found.failed,
            "written": [path.name for path in found.written],
        }
        print_json(document)
    else:
        typer.echo(
            f"{found.rows.height - found.failed} of {found.rows.height} rows scored by {len(found.members)} members."
        )
        typer.echo(f"Written: {', '.join(str(path) for path in found.written)}")
        typer.echo("Not a medical device.")
    raise typer.Exit(found.exit_code)
