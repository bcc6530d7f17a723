"""``fiducial explain``: where the scores of some studies came from, as pictures and tables."""

from pathlib import Path
from typing import Annotated

import typer

import fiducial as fd
from fiducial.cli.output import note, print_json, progress

SCHEMA = "fiducial.explain/1"


def explain(  # noqa: PLR0913  (each is an option of the verb)
    bundle: Annotated[Path, typer.Argument(help="A bundle: a folder with bundle.toml, or a .fidu file.")],
    cohort: Annotated[Path, typer.Argument(help="The cohort table (.parquet or .csv).")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the pictures and tables.")],
    method: Annotated[str, typer.Option(help="cam, occlusion, rise, or one of a plugin.")] = "cam",
    finding: Annotated[str | None, typer.Option(help="Which, where the bundle scores several.")] = None,
    study: Annotated[list[str] | None, typer.Option("--study", help="Which study; may be repeated.")] = None,
    most: Annotated[int, typer.Option(help="How many, where no study is named.", min=1)] = 20,
    seed: Annotated[int, typer.Option(help="Seed of random masks.", min=0)] = 0,
    key: Annotated[str | None, typer.Option("--key", help="Where a sealed bundle's key lies.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Draw saliency. Exit code 0: done; 5: some studies could not be answered; 4: unusable input."""
    options = fd.ExplainOptions(method, finding, tuple(study or ()), most, seed, key)
    with progress("explaining") as told:
        found = fd.explain_studies(bundle, cohort, out, options, told=told)
    if json:
        document = {
            "schema": SCHEMA,
            "pictures": [{"study": name, "path": path.name} for name, path in found.pictures.items()],
            "failed": [{"study": name, "reason": reason} for name, reason in found.failed.items()],
        }
        print_json(document)
    else:
        for name, reason in found.failed.items():
            note(f"{name}: no picture: {reason}")
        typer.echo(f"{len(found.pictures)} pictures, attributions.parquet and regions.parquet in {out}")
        typer.echo("Not a medical device.")
    raise typer.Exit(found.exit_code)
