"""``fiducial audit``: a claim, several, or one table of scores, to a verdict and a report."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import fiducial as fd
from fiducial.cli.output import finish, note, pairs, progress
from fiducial.errors import WrongUsage

if TYPE_CHECKING:
    from fiducial.audit.ladder import AuditedEvidence
    from fiducial.audit.together import AuditIndex

MARKS = {"holds": "+", "fails": "X", "undecided": "?", "not shown": "-"}


def audit(  # noqa: PLR0913  (each is an option of the verb)
    sources: Annotated[
        list[Path],
        typer.Argument(help="A claim.toml, several, a folder of them, or one table with scores, labels and patients."),
    ],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder for the report.")] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Write report.pdf as well.")] = False,
    documents: Annotated[
        bool, typer.Option("--documents", help="Write cards, a one-page summary, the decision log and checklists too.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of every draw.", min=0)] = 0,
    resamples: Annotated[int, typer.Option(help="Resamples of the patient bootstrap.", min=100)] = 2000,
    confidence: Annotated[float, typer.Option(help="Of every interval; of several claims: of all together.")] = 0.95,
    family: Annotated[str, typer.Option(help="Several claims: bonferroni shares the doubt out, none does not.")] = (
        "bonferroni"
    ),
    threshold: Annotated[float | None, typer.Option(help="Table only: score >= this is a positive call [0.5].")] = None,
    finding: Annotated[str | None, typer.Option(help="Table only: which label is scored.")] = None,
    floor: Annotated[list[str] | None, typer.Option(help="Table only: what must hold, e.g. auroc=0.85.")] = None,
    column: Annotated[list[str] | None, typer.Option(help="Table only: OURS=THEIRS, e.g. patient=subject.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print evidence.json on stdout.")] = False,
) -> None:
    """Climb the ladder. Exit code 0: the claim holds; 1: it fails; 3: undecided or not shown; 4: unusable input.

    Several claims: the worst of them; 5 where some could not be audited.
    """
    if pdf and not out:
        raise WrongUsage("--pdf writes into the folder of the report; name it with --out.")
    if documents and not out:
        raise WrongUsage("--documents writes into the folder of the report; name it with --out.")
    if len(sources) > 1 or sources[0].is_dir():
        _refuse_tables(sources)
        _refuse_words_for_tables(threshold, finding, floor, column)
        with progress("auditing") as told:
            index = fd.climb_all(
                sources, seed=seed, resamples=resamples, confidence=confidence, family=family, told=told
            )
        finish(index, _tell_all, index.save(out, pdf=pdf, documents=documents) if out else None, json=json)
    if sources[0].suffix == ".toml":
        _refuse_words_for_tables(threshold, finding, floor, column)
        evidence = fd.climb(sources[0], seed=seed, resamples=resamples, confidence=confidence)
    else:
        draft = fd.draft_claim(
            sources[0],
            finding=finding,
            threshold=threshold,
            floors=_floors(floor or []),
            columns=pairs(column or [], "--column"),
        )
        evidence = fd.climb(draft, seed=seed, resamples=resamples, confidence=confidence)
        if out:
            note(f"The claim was drafted: {draft.save(out)}. Complete it and audit that file.")
    finish(evidence, _tell, evidence.save(out, pdf=pdf, documents=documents) if out else None, json=json)


def _refuse_tables(sources: list[Path]) -> None:
    for source in sources:
        if source.suffix != ".toml" and not source.is_dir():
            raise WrongUsage(
                f"{source}: a table is audited on its own. Several sources must be claims (.toml) or folders of them."
            )


def _refuse_words_for_tables(*given: object) -> None:
    if any(one is not None and one != [] for one in given):
        raise WrongUsage("--threshold, --finding, --floor and --column go with a table; a claim says these itself.")


def _tell_all(index: "AuditIndex", page: Path | None) -> None:
    for one in index.audited:
        typer.echo(f"{MARKS[one.evidence.verdict]} {one.name}: {one.evidence.verdict}")
        for result in one.evidence.rungs:
            typer.echo(f"    {MARKS[result.verdict]} {result.rung}: {result.verdict}. {result.sentence}")
            for alarm in result.alarms:
                typer.echo(f"      ! Alarm: {alarm}")
    for failed in index.unaudited:
        typer.echo(f"0 {failed.source}: not audited. {failed.error}")
    shared = index.family
    typer.echo(
        f"{len(index.audited)} of {shared.claims} claims audited, the worst {index.verdict}; "
        f"every interval at {100 * shared.each:.4g}% (family: {shared.method})."
    )
    for told in index.notes:
        typer.echo(f" > {told}")
    if page:
        typer.echo(f"Overview: {page}")
    typer.echo("Not a medical device.")


def _tell(evidence: "AuditedEvidence", page: Path | None) -> None:
    claim = evidence.claim
    typer.echo(f"{claim.claim.name}: the claim {evidence.verdict.upper() if evidence.verdict != 'holds' else 'holds'}")
    for result in evidence.rungs:
        aside = "" if result.rung in claim.ladder.required else " (not required)"
        typer.echo(f" {MARKS[result.verdict]} {result.rung}{aside}: {result.verdict}. {result.sentence}")
        for alarm in result.alarms:
            typer.echo(f"   ! Alarm: {alarm}")
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
