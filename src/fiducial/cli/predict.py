"""``fiducial predict``: a bundle over a cohort, into a predictions table."""

from pathlib import Path
from typing import Annotated

import typer

import fiducial as fd
from fiducial.cli.output import note, print_json, progress

SCHEMA = "fiducial.predict/1"
SHOWN = 10  # reasons on the terminal; all stand in the table


def predict(  # noqa: PLR0913  (each is an option of the verb)
    bundle: Annotated[Path, typer.Argument(help="A bundle: a folder with bundle.toml, or a .fidu file.")],
    cohort: Annotated[Path, typer.Argument(help="The cohort table (.parquet or .csv); `cohort build` makes it.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The predictions table, .parquet or .csv.")],
    features: Annotated[bool, typer.Option("--features", help="Write the model's features, too.")] = False,
    key: Annotated[str | None, typer.Option("--key", help="Where a sealed bundle's key lies.")] = None,
    workers: Annotated[int, typer.Option(help="Processes; -1 is one a core.")] = -1,
    cluster: Annotated[str | None, typer.Option(help="tcp://host:port (Dask) or ray[://host:port].")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Score every study. Exit code 0: all have a score; 5: some have none (each row says why); 4: unusable input."""
    with progress("predicting") as told:
        found = fd.predict(
            bundle,
            cohort,
            out,
            fd.PredictOptions(features=features, key=key, workers=workers, cluster=cluster),
            told=told,
        )
    studies = found.studies
    if json:
        document = {
            "schema": SCHEMA,
            "studies": studies,
            "abstained": found.abstained,
            "failed": [{"study": study, "reason": reason} for study, reason in found.failed.items()],
            "written": [path.name for path in found.written],
        }
        print_json(document)
    else:
        for study, reason in list(found.failed.items())[:SHOWN]:
            note(f"{study}: no score: {reason}")
        if len(found.failed) > SHOWN:
            note(f"... and {len(found.failed) - SHOWN} more; the column `reason` names each.")
        typer.echo(f"{studies - len(found.failed)} of {studies} studies scored, {found.abstained} abstained.")
        typer.echo(f"Written: {', '.join(str(path) for path in found.written)}")
        typer.echo("Not a medical device.")
    raise typer.Exit(found.exit_code)
