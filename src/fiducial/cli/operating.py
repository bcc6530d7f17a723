"""``fiducial operating-point``: a threshold by a rule, on the tuning split alone."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import fiducial as fd
from fiducial.cli.output import pairs, print_json
from fiducial.errors import WrongUsage

if TYPE_CHECKING:
    from fiducial.audit.operating import OperatingPoint


def operating_point(  # noqa: PLR0913  (each is an option of the verb)
    source: Annotated[Path, typer.Argument(help="A claim.toml, or one table with scores, labels, patients and split.")],
    rule: Annotated[
        str | None,
        typer.Option(
            help="'specificity >= 0.85', 'net benefit at 0.1', 'cost fn=10 fp=1'; without it the claim's own."
        ),
    ] = None,
    split: Annotated[str, typer.Option(help="tune or train; a split that is judged is refused.")] = "tune",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the page and the curve.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of every draw.", min=0)] = 0,
    resamples: Annotated[int, typer.Option(help="Resamples of patients.", min=100)] = 500,
    confidence: Annotated[float, typer.Option(help="Of every interval.")] = 0.95,
    finding: Annotated[str | None, typer.Option(help="Table only: which label is scored.")] = None,
    column: Annotated[list[str] | None, typer.Option(help="Table only: OURS=THEIRS, e.g. patient=subject.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print operating-point.json on stdout.")] = False,
) -> None:
    """Choose a threshold where nothing is judged, and see what every other one would do.

    Exit code 0: a threshold was chosen; 2: a split that is judged; 3: none meets the rule; 4: unusable input.
    """
    is_claim = source.suffix == ".toml"
    if is_claim and (finding or column):
        raise WrongUsage("--finding and --column go with a table; a claim says these itself.")
    asked = source if is_claim else fd.draft_claim(source, finding=finding, columns=pairs(column or [], "--column"))
    found = fd.choose_threshold(asked, rule=rule, split=split, seed=seed, resamples=resamples, confidence=confidence)
    page = found.save(out) if out else None
    if json:
        print_json(found.document())
    else:
        _tell(found, page)


def _tell(found: "OperatingPoint", page: Path | None) -> None:
    by_name = {figure.name: figure for figure in found.figures}
    spread = f" ({found.spread.low:.4g} to {found.spread.high:.4g} over resamples of patients)" if found.spread else ""
    typer.echo(f"{found.finding}, {found.rule} on {found.split}: threshold {found.threshold:.6g}{spread}")
    for name in ("sensitivity", "specificity"):
        figure = by_name[name]
        interval = f" ({figure.interval.low:.3f} to {figure.interval.high:.3f})" if figure.interval else ""
        typer.echo(f"  {name} {figure.value:.3f}{interval}")
    hit, missed, alarm, cleared = (
        f"{by_name[name].value:,.0f}"
        for name in ("true_positives", "false_negatives", "false_positives", "true_negatives")
    )
    typer.echo(f"  ill: {hit} called, {missed} missed; healthy: {alarm} called, {cleared} cleared")
    for told in found.notes:
        typer.echo(f" > {told}")
    typer.echo(f"For claim.toml, below [claim]:\n{found.toml}")
    if page:
        typer.echo(f"Page: {page}")
    typer.echo("Not a medical device.")
