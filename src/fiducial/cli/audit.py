"""``fiducial audit``: a claim, or one table of scores, to a verdict and a report."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import fiducial as fd
from fiducial.cli.output import note, pairs, print_json
from fiducial.errors import WrongUsage

if TYPE_CHECKING:
    from fiducial.audit.ladder import AuditedEvidence

MARKS = {"holds": "+", "fails": "X", "undecided": "?", "not shown": "-"}


def audit(  # noqa: PLR0913  (each is an option of the verb)
    source: Annotated[Path, typer.Argument(help="A claim.toml, or one table with scores, labels and patients.")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the report.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of every draw.", min=0)] = 0,
    resamples: Annotated[int, typer.Option(help="Resamples of the patient bootstrap.", min=100)] = 2000,
    threshold: Annotated[float | None, typer.Option(help="Table only: score >= this is a positive call [0.5].")] = None,
    finding: Annotated[str | None, typer.Option(help="Table only: which label is scored.")] = None,
    floor: Annotated[list[str] | None, typer.Option(help="Table only: what must hold, e.g. auroc=0.85.")] = None,
    column: Annotated[list[str] | None, typer.Option(help="Table only: OURS=THEIRS, e.g. patient=subject.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print evidence.json on stdout.")] = False,
) -> None:
    """Climb the ladder. Exit code 0: the claim holds; 1: it fails; 3: undecided or not shown; 4: unusable input."""
    if source.suffix == ".toml":
        if threshold is not None or finding or floor or column:
            raise WrongUsage("--threshold, --finding, --floor and --column go with a table; a claim says these itself.")
        evidence = fd.climb(source, seed=seed, resamples=resamples)
    else:
        draft = fd.draft_claim(
            source,
            finding=finding,
            threshold=threshold,
            floors=_floors(floor or []),
            columns=pairs(column or [], "--column"),
        )
        evidence = fd.climb(draft.claim, cohort=draft.cohort, seed=seed, resamples=resamples)
        if out:
            note(f"The claim was drafted: {draft.save(out)}. Complete it and audit that file.")
    page = evidence.save(out) if out else None
    if json:
        print_json(evidence.document())
    else:
        _tell(evidence, page)
    raise typer.Exit(evidence.exit_code)


def _tell(evidence: "AuditedEvidence", page: Path | None) -> None:
    claim = evidence.claim
    typer.echo(f"{claim.claim.name}: the claim {evidence.verdict.upper() if evidence.verdict != 'holds' else 'holds'}")
    for result in evidence.rungs:
        aside = "" if result.rung in claim.ladder.required else " (not required)"
        typer.echo(f" {MARKS[result.verdict]} {result.rung}{aside}: {result.verdict}. {result.sentence}")
        for line in result.notes:
            if line.startswith("Alarm"):
                typer.echo(f"   ! {line}")
    for hint in evidence.hints:
        typer.echo(f" > {hint}")
    if page:
        typer.echo(f"Report: {page}")
    typer.echo("Not a medical device.")


def _floors(words: list[str]) -> dict[str, float]:
    try:
        return {name: float(bound) for name, bound in pairs(words, "--floor").items()}
    except ValueError:
        raise WrongUsage(f"--floor takes NAME=NUMBER, for example sensitivity=0.8; got {', '.join(words)}.") from None
