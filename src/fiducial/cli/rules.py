"""``fiducial rules``: is a decision file sound, and what did it decide?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import fiducial as fd
from fiducial.cli import rule_pages
from fiducial.cli.output import note, print_json, progress

if TYPE_CHECKING:
    from fiducial.rules.check import RulesReport
    from fiducial.rules.checks.contract import Finding

MARKS = {"error": "X", "warning": "!", "note": "-"}
STEPS = 5_000  # as fiducial.rules.checks.search says, which --help need not import

app = typer.Typer(
    help="Decision files: check one, draw one, and show why a study was decided so.", no_args_is_help=True
)
app.command("show")(rule_pages.show)
app.command("explain")(rule_pages.explain)


@app.command()
def check(
    decision: Annotated[Path, typer.Argument(help="A decision.toml.")],
    only: Annotated[list[str] | None, typer.Option(help="Run these checks alone.")] = None,
    steps: Annotated[int, typer.Option(help="Rules evaluated for one question before it is left undecided.")] = STEPS,
    notes: Annotated[bool, typer.Option(help="Print notes, too, not only errors and warnings.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Rules that can never fire, that change nothing, that break what they declare. Exit code 1: an error was found."""
    with progress("checking") as told:
        report = fd.check_rules(decision, only, steps=steps, told=told)
    if json:
        print_json(report.document())
    else:
        _tell(report, notes)
    raise typer.Exit(report.exit_code)


@app.command()
def labels(
    overrides: Annotated[Path, typer.Argument(help="An overrides table: what readers set right.")],
    decision: Annotated[Path, typer.Argument(help="The decision.toml whose flags they are.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The labels table, .parquet or .csv.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Readers' overrides as labels for the next audit. Exit code 0, or 5 where some are no word on a finding."""
    found = fd.override_labels(overrides, decision, out)
    if json:
        print_json({"schema": "fiducial.override-labels/1", "labels": found.labels.height, "left_out": found.left_out})
    else:
        for flag, why in found.left_out.items():
            note(f"{flag}: {why}")
        typer.echo(f"{found.labels.height} labels, of studies that somebody overrode alone. Written: {out}")
        typer.echo("Not a medical device.")
    raise typer.Exit(5 if found.left_out else 0)


def _tell(report: "RulesReport", notes: bool) -> None:
    for finding in report.findings:
        if notes or finding.severity != "note":
            typer.echo(f"{MARKS[finding.severity]} {_where(finding)}{finding.message}")
            typer.echo(f"    -> {finding.remedy}")
    counts = {severity: sum(finding.severity == severity for finding in report.findings) for severity in MARKS}
    hidden = "" if notes or not counts["note"] else " (--notes shows them)"
    told = ", ".join(f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in counts.items())
    typer.echo(f"{len(report.rules.rules)} rules: {told}{hidden}")
    if report.undecided:
        typer.echo(f"{report.undecided} questions were not decided; of these nothing is claimed. --steps allows more.")
    typer.echo("Not a medical device.")


def _where(finding: "Finding") -> str:
    return f"line {finding.line}, {finding.check}: " if finding.line else f"{finding.check}: "
