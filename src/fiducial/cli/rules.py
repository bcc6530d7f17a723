"""``fiducial rules``: is a decision file sound, and what did it decide?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import fiducial as fd
from fiducial.cli import rule_pages
from fiducial.cli.output import print_json, progress

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
