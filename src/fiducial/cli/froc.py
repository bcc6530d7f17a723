"""``fiducial froc``: a detector's boxes beside those of readers, to lesions found and marks on nothing."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import fiducial as fd
from fiducial.cli.output import finish

if TYPE_CHECKING:
    from fiducial.audit.detection.report import DetectionReport
    from fiducial.claims.evidence import Figure

TOLD = (
    ("lesions found at the rate", "lesion_sensitivity"),
    ("average precision", "average_precision"),
    ("mean over 1/8 to 8 false positives", "mean_lesion_sensitivity"),
    ("false positives an image", "false_positives_per_image"),
    ("sensitivity, by image", "sensitivity_from_boxes"),
    ("specificity, by image", "specificity_from_boxes"),
    ("of ill images called, a mark is right", "rightly_marked"),
)


def froc(  # noqa: PLR0913  (each is an option of the verb)
    boxes: Annotated[
        Path, typer.Argument(help="Regions table of the model, or the predictions that it stands beside.")
    ],
    cohort: Annotated[Path, typer.Argument(help="Cohort with labels; <cohort>.regions.parquet holds the reference.")],
    finding: Annotated[list[str] | None, typer.Option(help="[all with labels and boxes]")] = None,
    model: Annotated[str | None, typer.Option(help="Whose boxes, where the table holds several models.")] = None,
    split: Annotated[str | None, typer.Option(help="A split, or all. [test, where there are splits]")] = None,
    overlap: Annotated[str, typer.Option(help="What finds a lesion: iou:SHARE, iobb:SHARE or centre.")] = "iou:0.5",
    rate: Annotated[float, typer.Option(help="False positives an image at which sensitivity is read.")] = 1.0,
    threshold: Annotated[
        float | None, typer.Option(help="Of marks, for what is said by image. [the score at --rate]")
    ] = None,
    repeats: Annotated[
        str, typer.Option(help="A second mark on a found lesion: false-positive, or ignored.")
    ] = "false-positive",
    undrawn: Annotated[str, typer.Option(help="Ill images without a reference box: refuse, or leave-out.")] = "refuse",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the page and the tables.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the patient bootstrap.", min=0)] = 0,
    resamples: Annotated[int, typer.Option(help="Resamples of the patient bootstrap.", min=100)] = 2000,
    confidence: Annotated[float, typer.Option(help="Of every interval.")] = 0.95,
    json: Annotated[bool, typer.Option("--json", help="Print froc.json on stdout.")] = False,
) -> None:
    """Which lesions are found, at how many false positives, and what becomes of healthy images?

    Exit code 0: every finding was measured; 3: one could not be, and why; 4: unusable input.
    """
    given: dict[str, Any] = {"repeats": repeats, "undrawn": undrawn}
    options = fd.DetectionOptions(
        findings=tuple(finding or ()),
        model=model,
        split=split,
        overlap=overlap,
        rate=rate,
        threshold=threshold,
        seed=seed,
        resamples=resamples,
        confidence=confidence,
        **given,
    )
    found = fd.measure_detection(boxes, cohort, options)
    finish(found, _tell, found.save(out) if out else None, json=json)


def _tell(found: "DetectionReport", page: Path | None) -> None:
    for one in found.findings:
        typer.echo(
            f"{one.finding}: {one.lesions} lesions on {one.images} images ({one.ill} ill) of {one.patients} patients"
        )
        for alarm in one.alarms:
            typer.echo(f" ! {alarm}")
        typer.echo(f" {one.sentence}")
        width = max(len(words) for words, _ in TOLD)
        for words, name in TOLD:
            typer.echo(f"   {words.ljust(width)}  {_cell(one.by_name.get(name))}")
        typer.echo(f"   missed: {one.missed.height} lesions; marked in vain: {one.false_positives.height} times")
        for note in one.notes:
            typer.echo(f" > {note}")
    for finding, reason in found.refused.items():
        typer.echo(f"{finding}: not shown. {reason}")
    if page:
        typer.echo(f"Report: {page}")
    typer.echo("Not a medical device.")


def _cell(figure: "Figure | None") -> str:
    if figure is None or figure.interval is None:
        return "cannot be told"
    return f"{figure.value:.3f} ({figure.interval.low:.3f} to {figure.interval.high:.3f})"
