"""``fiducial cohort adjudicate``: which studies to read again first, and why."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import fiducial as fd
from fiducial.cli.output import note, print_json
from fiducial.errors import WrongUsage
from fiducial.files.names import refuse_other_endings

if TYPE_CHECKING:
    from fiducial.audit.adjudication_list import Adjudication

SHOWN = 5


def adjudicate(  # noqa: PLR0913  (each is an option of the verb)
    source: Annotated[Path, typer.Argument(help="A claim.toml that names labels, or a labels table.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The list to write (.csv or .parquet).")],
    finding: Annotated[str | None, typer.Option(help="Labels table only: which finding, of several.")] = None,
    cohort: Annotated[
        Path | None, typer.Option(help="Labels table only: a cohort with labels to compare with.")
    ] = None,
    predictions: Annotated[Path | None, typer.Option(help="Labels table only: a model's scores.")] = None,
    threshold: Annotated[
        float | None, typer.Option(help="Labels table only: score >= this is a positive call [0.5].", min=0, max=1)
    ] = None,
    blind: Annotated[
        bool, typer.Option("--blind", help="Leave out earlier labels, votes and scores: for who reads again.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """List the studies to read again, the most urgent first, each with its reason and empty cells to fill in."""
    if source.suffix == ".toml" and any(one is not None for one in (finding, cohort, predictions, threshold)):
        raise WrongUsage(
            "--finding, --cohort, --predictions and --threshold go with a labels table; a claim says these."
        )
    refuse_other_endings(out)
    found = fd.adjudication(source, finding=finding, cohort=cohort, predictions=predictions, threshold=threshold)
    path = found.save(out, blind=blind)
    for line in found.notes:
        note(line)
    if json:
        print_json(found.document())
    else:
        _tell(found, path)


def _tell(found: "Adjudication", path: Path) -> None:
    typer.echo(f"{found.rows.height} of {found.studies} studies to read again.")
    for reason, count in found.counts.items():
        if count:
            typer.echo(f"  {reason}: {count}")
    for row in found.rows.head(SHOWN).to_dicts():
        typer.echo(f"  {row['rank']}. {row['study']} ({row['finding']}): {row['why']}")
    typer.echo(f"Written: {path}")
    typer.echo("Not a medical device.")
