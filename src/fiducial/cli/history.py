"""``fiducial history``: saved audits, to one page a claim."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import fiducial as fd
from fiducial.cli.output import print_json

if TYPE_CHECKING:
    from fiducial.claims.history import ClaimHistory


def history(
    folders: Annotated[
        list[Path], typer.Argument(help="Report folders, oldest first, or a folder that holds report folders.")
    ],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for a page a claim.")] = None,
    margin: Annotated[float, typer.Option(help="A loss below it is called no loss.")] = 0.05,
    confidence: Annotated[float, typer.Option(help="Of every interval.")] = 0.95,
    json: Annotated[bool, typer.Option("--json", help="Print history.json on stdout.")] = False,
) -> None:
    """Every audit of a claim: its verdicts, its figures, and what changed at each step.

    The order is the one given; in a folder of folders, that of their names. Exit code 0: all were read; 4: none;
    5: some could not be read and are listed.
    """
    found = fd.read_history(folders, confidence=confidence, margin=margin)
    pages = found.save(out) if out else ()
    if json:
        print_json(found.document())
    else:
        for one in found.claims:
            _tell(one)
        for unread in found.unread:
            typer.echo(f"0 {unread.source}: not read. {unread.error}")
        for page in pages:
            typer.echo(f"Page: {page}")
        typer.echo("Not a medical device.")
    raise typer.Exit(found.exit_code)


def _tell(history: "ClaimHistory") -> None:
    audits = len(history.steps)
    typer.echo(f"{history.claim}: {audits} audit{'s' * (audits > 1)}")
    for number, step in enumerate(history.steps, start=1):
        typer.echo(f" {number}. {step.name}: the claim {step.evidence.verdict}")
        if step.since:
            typer.echo(f"    {step.since.outcome}. {' '.join(step.since.reasons)}")
            turned = [f"{t.rung} {t.before} -> {t.after}" for t in step.since.turns if t.direction != "same"]
            if turned:
                typer.echo(f"    turned: {', '.join(turned)}")
        elif step.apart:
            typer.echo(f"    not compared: {step.apart}")
