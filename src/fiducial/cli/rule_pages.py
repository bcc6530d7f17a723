"""``fiducial rules show`` and ``fiducial rules explain``: a decision file and a decision, as pages."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import fiducial as fd
from fiducial.cli.output import finish

if TYPE_CHECKING:
    from fiducial.report.decisions.explaining import Explained
    from fiducial.report.decisions.showing import Shown

Page = Annotated[Path | None, typer.Option("--out", "-o", help="The page to write, .html.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


def show(
    decision: Annotated[Path, typer.Argument(help="decision.toml: thresholds, inputs and rules.")],
    out: Page = None,
    json: Json = False,
) -> None:
    """Draw a decision file: thresholds with revision and source, which rule reads which, every rule as a tree."""
    finish(fd.show_rules(decision, out), _tell_file, out, json=json)


def explain(
    traces: Annotated[Path, typer.Argument(help="What fiducial decide --traces wrote, or a run's traces/STUDY.json.")],
    study: Annotated[str | None, typer.Argument(help="Which study; not needed where there is one.")] = None,
    out: Page = None,
    json: Json = False,
) -> None:
    """Show why one study was decided so: every rule with values, thresholds, models, and what would flip it."""
    finish(fd.explain_decision(traces, study, out), _tell_decision, out, json=json)


def _tell_file(found: "Shown", page: Path | None) -> None:
    rules = found.rules
    typer.echo(f"{rules.name} {rules.version}: {len(rules.rules)} rules, concluding {', '.join(rules.conclusions)}")
    for one in rules.thresholds.values():
        told = f"revision {one.revision or 'none given'}, {one.source or 'no source given'}"
        typer.echo(f"  ${one.name} = {one.value:.12g} ({told})")
    _end(page)


def _tell_decision(found: "Explained", page: Path | None) -> None:
    for sentence in found.sentences:
        typer.echo(sentence)
    _end(page)


def _end(page: Path | None) -> None:
    if page is not None:
        typer.echo(f"Page: {page}")
    typer.echo("Not a medical device.")
