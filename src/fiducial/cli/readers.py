"""``fiducial readers``: a readings table and a truth, to what readers gain from one arm to the other."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import fiducial as fd
from fiducial.cli.output import finish

if TYPE_CHECKING:
    from fiducial.audit.readers.compare import ReaderReport
    from fiducial.claims.evidence import Figure
    from fiducial.claims.reader_evidence import NextStudy

MARKS = {"holds": "+", "fails": "X", "undecided": "?", "not shown": "-"}


def readers(  # noqa: PLR0913  (each is an option of the verb)
    table: Annotated[Path, typer.Argument(help="Table of study, reader, arm, rating, decision, seconds; or iMRMC.")],
    truth: Annotated[
        Path | None, typer.Option(help="Labels with reader `truth`, or a cohort. An iMRMC file has its own.")
    ] = None,
    finding: Annotated[str | None, typer.Option(help="Where the truth knows several.")] = None,
    arm: Annotated[list[str] | None, typer.Option(help="Baseline, then new: --arm A --arm B.")] = None,
    metric: Annotated[
        list[str] | None, typer.Option(help="auroc, sensitivity, specificity; the first is the question.")
    ] = None,
    design: Annotated[str, typer.Option(help="random, fixed-readers or fixed-cases.")] = "random",
    covariance: Annotated[str, typer.Option(help="jackknife, delong or unbiased.")] = "jackknife",
    at_least: Annotated[float, typer.Option(help="The gain asked for; below 0 a margin of non-inferiority.")] = 0.0,
    call_at: Annotated[
        float | None, typer.Option(help="Ratings of it or above are positive decisions, where there are none.")
    ] = None,
    shared_cases: Annotated[
        bool, typer.Option("--shared-cases", help="Only the cases that every reader read in every arm.")
    ] = False,
    effect: Annotated[float | None, typer.Option(help="Plan the next study for a true gain of this size.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the page and the evidence.")] = None,
    confidence: Annotated[float, typer.Option(help="Of every interval.")] = 0.95,
    json: Annotated[bool, typer.Option("--json", help="Print readers.json on stdout.")] = False,
) -> None:
    """Are readers better in the second arm?

    Exit code 0: the gain in the first metric is at least --at-least, with its whole interval; 1: it is not; 3:
    undecided or not shown; 4: unusable input.
    """
    options = fd.ReaderOptions(
        arms=tuple(arm or ()),
        finding=finding,
        design=design,
        covariance=covariance,
        call_at=call_at,
        shared_cases=shared_cases,
        at_least=at_least,
        effect=effect,
        confidence=confidence,
        metrics=tuple(metric or ()),
    )
    found = fd.compare_arms(table, truth, options)
    finish(found, _tell, found.save(out) if out else None, json=json)


def _tell(found: "ReaderReport", page: Path | None) -> None:
    arms = " to ".join(found.arms)
    typer.echo(f"{found.counted}, {arms}; design {found.design}, covariance {found.covariance}: {found.verdict}")
    for one in found.results:
        typer.echo(f" {MARKS[one.verdict]} {one.sentence}")
        _table(found.arms, one.rung, one.figures)
        for note in one.notes:
            typer.echo(f"   > {note}")
    for one in found.beside:
        typer.echo(f"   {one.sentence}")
    for note in found.notes:
        typer.echo(f" > {note}")
    if found.next_study:
        _plan(found.next_study)
    if page:
        typer.echo(f"Report: {page}")
    typer.echo("Not a medical device.")


def _table(arms: tuple[str, ...], metric: str, figures: "tuple[Figure, ...]") -> None:
    """Reader by reader: both arms and the gain."""
    by_reader: dict[str, dict[str, str]] = {}
    for figure in figures:
        reader, _, arm = figure.subgroup.rpartition(", ")
        column = arm if figure.name == metric else "change"
        if figure.name == f"{metric}_gain":
            reader = figure.subgroup
        if reader and reader != "all":
            by_reader.setdefault(reader, {})[column] = _cell(figure)
    columns = (*arms, "change") if len(arms) > 1 else arms
    rows = [("reader", *columns), *((name, *(cells.get(c, "") for c in columns)) for name, cells in by_reader.items())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows if len(rows) > 1 else ():
        typer.echo("     " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _cell(figure: "Figure") -> str:
    if figure.interval is None:
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} ({figure.interval.low:.3f} to {figure.interval.high:.3f})"


def _plan(planned: "NextStudy") -> None:
    typer.echo(f" Power of the next study for a true change of {planned.effect:g} in {planned.metric}:")
    typer.echo("   readers  " + "  ".join(f"{cases:>6} cases" for cases in planned.cases) + "  cases for 80%")
    for count, power, fewest in planned.rows:
        cells = "  ".join(f"{one:>12.2f}" for one in power)
        typer.echo(f"   {count:>7}  {cells}  {fewest or 'out of reach':>13}")
