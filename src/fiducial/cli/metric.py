"""``fiducial metric-check``: predicted images beside their targets, to what an image metric can and cannot show."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import fiducial as fd
from fiducial.cli.output import finish, pairs, progress

if TYPE_CHECKING:
    from fiducial.audit.metric.check import MetricReport
    from fiducial.claims.likeness import MetricReading

MARKS = {"holds": "+", "fails": "X", "undecided": "?", "not shown": "-"}


def metric_check(  # noqa: PLR0913  (each is an option of the verb)
    results: Annotated[Path, typer.Argument(help="Table of study, patient, prediction, target, input, mask, slice.")],
    metric: Annotated[list[str] | None, typer.Option(help="ssim, ms-ssim, psnr, mae or ncc [all].")] = None,
    window: Annotated[
        tuple[float, float] | None, typer.Option(help="Low and high, in HU [-160 240] or grey levels [0 255].")
    ] = None,
    region: Annotated[list[str] | None, typer.Option(help="full or body [both].")] = None,
    see: Annotated[float, typer.Option(help="The shift in mm that a metric must see.")] = 6.0,
    slices: Annotated[int, typer.Option(help="Slices looked at in each study, at most.", min=1)] = 6,
    draws: Annotated[int, typer.Option(help="Other slices and other patients each is compared with.", min=1)] = 4,
    column: Annotated[list[str] | None, typer.Option(help="OURS=THEIRS, e.g. patient=subject.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the page and the evidence.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of every draw.", min=0)] = 0,
    resamples: Annotated[int, typer.Option(help="Resamples of the patient bootstrap.", min=100)] = 2000,
    confidence: Annotated[float, typer.Option(help="Of every interval.")] = 0.95,
    json: Annotated[bool, typer.Option("--json", help="Print metric-check.json on stdout.")] = False,
) -> None:
    """Is the image metric looking at what you think it is?

    Exit code 0: every metric asked can tell all that is asked; 1: one cannot; 3: undecided or not shown; 4: unusable
    input; 5: some pairs could not be used.
    """
    with progress("comparing") as told:
        found = fd.check_metric(
            results,
            metric or (),
            window=window,
            regions=region or ("full", "body"),
            columns=pairs(column or [], "--column"),
            see=see,
            slices=slices,
            draws=draws,
            seed=seed,
            resamples=resamples,
            confidence=confidence,
            told=told,
        )
    finish(found, _tell, found.save(out) if out else None, json=json)


def _tell(found: "MetricReport", page: Path | None) -> None:
    typer.echo(f"{found.counted}: {found.verdict}")
    for reading in found.readings:
        typer.echo(f" {MARKS[reading.verdict]} {reading.sentence}")
    typer.echo(f" {MARKS[found.contrast.verdict]} {found.contrast.sentence}")
    if found.readings:
        _table(found)
    for failed in found.failed:
        typer.echo(f" 0 {failed.study}: not used. {failed.reason}")
    for note in found.notes:
        typer.echo(f" > {note}")
    if page:
        typer.echo(f"Report: {page}")
    typer.echo("Not a medical device.")


def _table(found: "MetricReport") -> None:
    """Every reading's scores side by side; shifts by where the peak is or what is not seen, in mm."""
    names = [question.rung for question in found.readings[0].questions]
    rows = [("reading", "window", "prediction", *names), *map(_row, found.readings)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    typer.echo("")
    for row in rows:
        typer.echo("  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))
    typer.echo("")


def _row(reading: "MetricReading") -> tuple[str, ...]:
    low, high = reading.window
    name = f"{reading.metric} {'body' if reading.region == 'body' else 'full'}"
    score = f"{reading.score.value:.4g}" if reading.score else "-"
    told = (f"{short} {MARKS[one.verdict]}" for short, one in zip(reading.short, reading.questions, strict=True))
    return (name, f"{low:g} to {high:g}", score, *told)
