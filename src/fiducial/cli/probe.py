"""``fiducial probe``: the model of a claim under stress, into the tables that rungs read."""

from pathlib import Path
from typing import Annotated

import typer

import fiducial as fd
from fiducial.cli.output import note, print_json, progress

SCHEMA = "fiducial.probe/1"


def probe(  # noqa: PLR0913  (each is an option of the verb)
    claim: Annotated[Path, typer.Argument(help="A claim.toml that names its bundle and its cohort.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the tables; name it as evidence.probes.")],
    condition: Annotated[
        list[str] | None,
        typer.Option("--condition", "-c", help="name:severity, name (all five), or a+b; default: all that fit."),
    ] = None,
    most: Annotated[int, typer.Option(help="Studies that are asked, ill and healthy alike.", min=2)] = 200,
    explain: Annotated[str, typer.Option(help="cam, occlusion, rise, or none.")] = "cam",
    masks: Annotated[
        Path | None, typer.Option(help="A table study, region, path: organs, devices and what else was marked.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of every draw.", min=0)] = 0,
    key: Annotated[str | None, typer.Option("--key", help="Where a sealed bundle's key lies.")] = None,
    workers: Annotated[int, typer.Option(help="Processes; -1 is one a core.")] = -1,
    cluster: Annotated[str | None, typer.Option(help="tcp://host:port (Dask) or ray[://host:port].")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Ask the model under stress. Exit code 0: done; 5: some studies had no score even clean; 4: unusable input."""
    plan = fd.ProbePlan(
        conditions=tuple(condition) if condition else None,
        most=most,
        explainer=None if explain == "none" else explain,
        masks=masks,
        seed=seed,
        key=key,
        workers=workers,
        cluster=cluster,
    )
    with progress("probing") as told:
        found = fd.probe_claim(claim, out, plan, told=told)
    if json:
        document = {
            "schema": SCHEMA,
            "studies": found.studies,
            "conditions": list(found.conditions),
            "unanswered": found.unanswered,
            "failed": [{"study": study, "reason": reason} for study, reason in found.failed.items()],
            "written": [path.name for path in found.written],
        }
        print_json(document)
    else:
        for study, reason in found.failed.items():
            note(f"{study}: no score: {reason}")
        for name, count in found.unanswered.items():
            note(f"{name}: {count} of {found.studies} studies without a score; the column `reason` says why.")
        typer.echo(f"{found.studies} studies asked under {len(found.conditions)} conditions.")
        typer.echo(f"Written: {', '.join(str(path) for path in found.written)}")
        typer.echo("Not a medical device.")
    raise typer.Exit(found.exit_code)
