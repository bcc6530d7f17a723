"""``fiducial fuse``: tables of several models into those of their ensemble, and what each of them buys."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import fiducial as fd
from fiducial.cli.output import note, print_json

if TYPE_CHECKING:
    from fiducial.claims.evidence import Figure
    from fiducial.predictions.fusion.masks import FusedMasks
    from fiducial.predictions.fusion.worth import Worth

SCHEMA = "fiducial.fuse/1"
SHOWN = 10  # reasons on the terminal


def fuse(  # noqa: PLR0913  (each is an option of the verb)
    predictions: Annotated[
        list[Path], typer.Argument(help="Predictions tables; <name>.regions and <name>.masks beside one, too.")
    ],
    recipe: Annotated[Path, typer.Option("--recipe", "-r", help="fusion.toml, or the .fusion.json of an earlier run.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The ensemble's table, .parquet or .csv.")],
    cohort: Annotated[
        Path | None, typer.Option(help="Labels and splits: for what the recipe fits (on tune alone), and for --worth.")
    ] = None,
    finding: Annotated[str | None, typer.Option(help="Of tables that have no such column.")] = None,
    worth: Annotated[
        str | None, typer.Option(help="A split, e.g. test: what each member buys there, as a page beside --out.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Fuse scores, boxes and masks. Exit code 0: every row has a score; 5: some have none, each with its reason."""
    found = fd.fuse_predictions(predictions, recipe, out, cohort=cohort, finding=finding, worth=worth)
    written = list(found.written)
    if found.worth:
        written.append(fd.save_members(found.worth, out.parent, f"{out.stem}.members"))
    if json:
        document = {
            "schema": SCHEMA,
            "members": list(found.members),
            "rows": found.rows.height,
            "failed": found.failed,
            "masks": _masks(found.masks),
            "worth": [one.document() for one in found.worth],
            "written": [path.name for path in written],
        }
        print_json(document)
    else:
        scored = found.rows.height - found.failed
        typer.echo(f"{scored} of {found.rows.height} rows scored by {len(found.members)} members.")
        if found.masks is not None:
            _tell_masks(found.masks)
        for one in found.worth:
            _tell(one)
        typer.echo(f"Written: {', '.join(str(path) for path in written)}")
        typer.echo("Not a medical device.")
    raise typer.Exit(found.exit_code)


def _masks(masks: "FusedMasks | None") -> dict[str, Any] | None:
    if masks is None:
        return None
    return {"fused": masks.table.height, "failed": masks.failed, "estimated": masks.estimated()}


def _tell_masks(masks: "FusedMasks") -> None:
    for name, reason in list(masks.failed.items())[:SHOWN]:
        note(f"{name}: no mask: {reason}")
    if len(masks.failed) > SHOWN:
        note(f"... and {len(masks.failed) - SHOWN} more; --json lists each.")
    typer.echo(f"{masks.table.height} of {len(masks.told)} masks fused.")
    for region, members in masks.estimated().items():
        for member, (sensitivity, specificity) in members.items():
            typer.echo(f"  {region}, {member}: sensitivity {sensitivity:.3f}, specificity {specificity:.4f} by STAPLE")


def _tell(worth: "Worth") -> None:
    typer.echo(f"{worth.finding}, {worth.rows} rows: all together AUROC {_span(worth.whole)}")
    for one in worth.members:
        gain = "the rest is no ensemble" if one.gain is None else f"without it {_span(one.gain, lost=True)}"
        time = "" if one.seconds is None else f", {one.seconds:.3g} s a study"
        typer.echo(
            f"  {one.name}: alone {_span(one.alone)}, {gain}; answers {100 * one.answered:.0f}%{time}; "
            f"{one.only_right} rows that it alone calls right, {one.only_wrong} that it alone calls wrong"
        )
    alike = [(one.correlation, one) for one in worth.pairs if one.correlation is not None]
    if alike:
        correlation, pair = max(alike, key=lambda both: both[0].value)
        typer.echo(
            f"  most alike in their errors: {pair.first} and {pair.second}, wrong together in {pair.together} rows (by "
            f"chance {pair.expected:.0f}), correlation {_span(correlation)}"
        )
    for step in worth.steps:
        gain = "" if step.gain is None else f", {_span(step.gain, lost=False)}"
        typer.echo(f"  + {step.added}: AUROC {_span(step.auroc)}{gain}")
    for remark in worth.notes:
        typer.echo(f"  > {remark}")


def _span(figure: "Figure", *, lost: bool | None = None) -> str:
    """``0.912 (0.89 to 0.93)``; of a gain, what it costs to leave it out, or what adding it brought."""
    low, high = (figure.interval.low, figure.interval.high) if figure.interval else (figure.value, figure.value)
    if lost is None:
        return f"{figure.value:.3f} ({low:.3f} to {high:.3f})"
    if lost:
        return f"{-figure.value:+.3f} ({-high:+.3f} to {-low:+.3f})"
    return f"{figure.value:+.3f} ({low:+.3f} to {high:+.3f})"
