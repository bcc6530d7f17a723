"""``fiducial decide``: the rules of a decision file on tables, as a table of decisions and their traces."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import fiducial as fd
from fiducial.cli.output import finish, note

if TYPE_CHECKING:
    from fiducial.rules.running import Decided


def decide(  # noqa: PLR0913  (each is an option of the verb)
    decision: Annotated[Path, typer.Argument(help="decision.toml: thresholds, inputs and rules.")],
    predictions: Annotated[Path, typer.Argument(help="Scores, as every model's table has them.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The decisions table, .parquet or .csv.")],
    regions: Annotated[Path | None, typer.Option(help="Boxes, for rules over regions.")] = None,
    measurements: Annotated[Path | None, typer.Option(help="Measurements, for rules over them.")] = None,
    masks: Annotated[Path | None, typer.Option(help="Masks, for boxes inside or outside of them.")] = None,
    cohort: Annotated[Path | None, typer.Option(help="Age, view and other metadata; and which studies.")] = None,
    finding: Annotated[str | None, typer.Option(help="Of predictions that have no such column.")] = None,
    overrides: Annotated[Path | None, typer.Option(help="What readers set right, with coded reasons.")] = None,
    traces: Annotated[Path | None, typer.Option(help="Every decision with its traces: one JSON a line.")] = None,
    study: Annotated[str | None, typer.Option(help="Also tell this study's decision in words.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Decide every study. Exit code 0: every conclusion is known; 5: of some studies one is not, with its reason."""
    sources = fd.DecisionSources(predictions, regions, measurements, masks, cohort, finding)
    found = fd.decide_studies(decision, sources, out, traces=traces, overrides=overrides)
    for line in found.studies.notes:
        note(line)
    if study is not None and not json:
        typer.echo(str(found.of(study)))
    finish(found, _tell, None, json=json)


def _tell(found: "Decided", _page: Path | None) -> None:
    for name, counts in found.counts.items():
        typer.echo(f"{name}: {counts['true']} true, {counts['false']} false, {counts['unknown']} unknown")
    typer.echo(f"Written: {', '.join(str(path) for path in found.written)}")
    typer.echo("Not a medical device.")
