"""``fiducial cohort select``: who is in by written criteria, and the account of who is not."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import fiducial as fd
from fiducial.cli.output import note, print_json

if TYPE_CHECKING:
    from fiducial.cohort.flow import Counts
    from fiducial.cohort.selection import Selection

MARKS = {"error": "X", "warning": "!", "note": "-"}


def select(  # noqa: PLR0913  (each is an option of the verb)
    cohort: Annotated[Path, typer.Argument(help="The cohort table.")],
    criteria: Annotated[Path, typer.Option(help="Ordered steps in TOML, each with its reason.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The table to write of those who are in.")],
    claim: Annotated[Path | None, typer.Option(help="A claim.toml: are those who are in its population?")] = None,
    report: Annotated[Path | None, typer.Option(help="Folder for the flow diagram, the page and the tables.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Keep those who meet the criteria, and say who went and why. Exit code 1: not the claim's population."""
    chosen = fd.select_cohort(cohort, criteria, claim)
    fd.write_cohort(chosen.cohort, out)
    for line in chosen.notes:
        note(line)
    page = fd.save_flow(chosen, report) if report else None
    if json:
        print_json(chosen.document())
    else:
        _tell(chosen, out, page)
    raise typer.Exit(1 if any(finding.severity == "error" for finding in chosen.findings) else 0)


def _tell(chosen: "Selection", out: Path, page: Path | None) -> None:
    flow = chosen.flow
    typer.echo(f"identified: {_counted(flow.identified)}")
    for step in flow.steps:
        missing = f" ({step.missing_dropped:,} for want of a value)" if step.missing_dropped else ""
        kept = f"; {step.missing_kept:,} without a value stay" if step.missing_kept else ""
        typer.echo(f"- {step.name} [{step.rule}: {step.asked}]: {step.dropped.rows:,} rows go{missing}{kept}")
        typer.echo(f"  left: {_counted(step.after)}")
    for loss in chosen.losses:
        if loss.loudness in {"likely bias", "worth a look"}:
            typer.echo(f"! {loss.sentence}")
    for finding in chosen.findings:
        if finding.severity != "note":
            typer.echo(f"{MARKS[finding.severity]} {finding.check}: {finding.message}\n    -> {finding.remedy}")
    typer.echo(f"Written: {out}" + (f" and {page}" if page else ""))


def _counted(counts: "Counts") -> str:
    patients = "" if counts.patients is None else f", {counts.patients:,} patients"
    labels = "".join(f", {one.positive:,} with {one.finding}" for one in counts.labels[:3])
    more = f", {len(counts.labels) - 3} more labels" if len(counts.labels) > 3 else ""
    return f"{counts.rows:,} rows{patients}{labels}{more}"
