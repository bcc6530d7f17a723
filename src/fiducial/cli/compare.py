"""``fiducial compare``: two saved audits, to what changed and whether anything got worse."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import fiducial as fd
from fiducial.cli.output import finish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fiducial.audit.comparison.compare import AuditComparison
    from fiducial.claims.comparison import Tested

MARKS = {"not worse": "+", "worse": "X", "undecided": "?"}


def compare(  # noqa: PLR0913  (each is an option of the verb)
    before: Annotated[Path, typer.Argument(help="Folder of the earlier report, as fiducial audit --out wrote it.")],
    after: Annotated[Path, typer.Argument(help="Folder of the later report.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the page and the document.")] = None,
    margin: Annotated[float, typer.Option(help="A loss below it is called no loss.")] = 0.05,
    seed: Annotated[int, typer.Option(help="Seed of every draw.", min=0)] = 0,
    resamples: Annotated[int, typer.Option(help="Resamples of the patient bootstrap.", min=100)] = 2000,
    confidence: Annotated[float, typer.Option(help="Of every interval.")] = 0.95,
    json: Annotated[bool, typer.Option("--json", help="Print comparison.json on stdout.")] = False,
) -> None:
    """What changed, which rung turned, and did anything get worse?

    Exit code 0: nothing got worse; 1: a required rung turned down or a metric got significantly worse; 3: undecided;
    4: unusable input, such as audits of two findings.
    """
    found = fd.compare_audits(before, after, seed=seed, resamples=resamples, confidence=confidence, margin=margin)
    finish(found, _tell, found.save(out) if out else None, json=json)


def _tell(found: "AuditComparison", page: Path | None) -> None:
    typer.echo(f"{MARKS[found.outcome]} {found.names[0]}, then {found.names[1]}: {found.outcome}")
    for reason in found.reasons:
        typer.echo(f"   {reason}")
    for one in found.shared:
        typer.echo(
            f" {one.split}: {one.both:,} studies in both, {one.only_before:,} only in the earlier audit, "
            f"{one.only_after:,} only in the later one"
        )
    for line in (*_changes(found), *map(_tested, found.tested)):
        typer.echo(f" {line}")
    for alarm in found.alarms.came:
        typer.echo(f"   ! New alarm: {alarm}")
    for told in found.notes:
        typer.echo(f" > {told}")
    if page:
        typer.echo(f"Report: {page}")
    typer.echo("Not a medical device.")


def _changes(found: "AuditComparison") -> "Iterator[str]":
    for turn in found.turns:
        if turn.direction != "same":
            yield f"{turn.rung}: {turn.before or 'not there'}, then {turn.after or 'not there'}"
    for change in found.claim:
        yield f"{change.key}: {change.before}, then {change.after}"
    for change in found.inputs:
        yield f"another {change.key}"
    for alarm in found.alarms.went:
        yield f"alarm gone: {alarm}"


def _tested(test: "Tested") -> str:
    p = "" if test.adjusted is None else f", p {_p(test.adjusted)} after Holm"
    labels = "" if test.labels == "both" else f" (labels {test.labels})"
    return (
        f"{test.split} {test.metric}{labels}: {test.before:.3f}, then {test.after:.3f} "
        f"({test.interval.low:+.3f} to {test.interval.high:+.3f}{p})"
    )


def _p(p: float) -> str:
    # As the page writes it; its words cannot be imported here, where nothing heavy is.
    return f"{p:.3g}" if p >= 0.0001 else "< 0.0001"
