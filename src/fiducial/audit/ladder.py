"""The ladder: every rung judges the case, or is written "not shown" with what it misses."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Any

from fiducial import plugins
from fiducial.audit.case import Case, Decisions
from fiducial.audit.contract import Rung
from fiducial.audit.draft import Draft
from fiducial.audit.gather import Gathered, gather
from fiducial.audit.hints import hints
from fiducial.audit.leaks import told_leak
from fiducial.audit.log import logged
from fiducial.audit.looks import begin_look
from fiducial.audit.needs import missing
from fiducial.audit.sealed import BROKEN
from fiducial.audit.tables import Tables
from fiducial.claims.claim import Claim, read_claim
from fiducial.claims.evidence import CONFIDENCE, Provenance, RungResult, Verdict, worst
from fiducial.cohort.checks.contract import Severity
from fiducial.cohort.datasheet import dataset_of
from fiducial.cohort.population import match_claim
from fiducial.cohort.table import Cohort, CohortSource
from fiducial.errors import CannotJudge, UnusableInput, WrongUsage
from fiducial.files.hashes import hash_bytes, hash_file
from fiducial.files.names import did_you_mean
from fiducial.files.tables import TableSource
from fiducial.report.background import Background, DocumentedEvidence
from fiducial.report.folder import save_report
from fiducial.report.page import summary_html

# The order of the ladder; plugins follow by name.
FIRST = (
    "internal",
    "external",
    "bias",
    "calibration",
    "baselines",
    "robustness",
    "shortcuts",
    "uncertainty",
    "ablation",
    "detection",
    "failures",
    "labels",
    "readers",
    "relevance",
    "seal",
)
VERSIONED = ("fiducial", "numpy", "polars", "scipy", "statsmodels")


@dataclass(frozen=True, slots=True)
class AuditedEvidence(DocumentedEvidence):
    """Evidence that shows itself in a notebook and saves itself as a report."""

    def save(self, folder: str | Path, *, pdf: bool = False, documents: bool = False) -> Path:
        """Write ``report.html``, ``evidence.json``, the tables as CSV and what else is asked; gives the page.

        ``pdf``: ``report.pdf``. ``documents``: the folder ``documents`` with cards, a summary and checklists; one that
        is there already is written again in any case. Comments in a ``decisions.csv`` that is there are kept.

        Raises:
            UnusableInput: the folder cannot be written to, or what people filled in there cannot be read.
        """
        return save_report(self, Path(folder), pdf=pdf, documents=documents)

    def _repr_html_(self) -> str:
        return summary_html(self)


def climb(  # noqa: PLR0913  (each is an option of the verb)
    claim: Claim | Draft | str | Path,
    *,
    cohort: CohortSource | None = None,
    predictions: TableSource | None = None,
    seed: int = 0,
    resamples: int = 2000,
    confidence: float = CONFIDENCE,
    tables: Tables | None = None,
    labels: TableSource | None = None,
    readings: TableSource | None = None,
    regions: TableSource | None = None,
) -> AuditedEvidence:
    """Audit a claim; tables that are not handed in are read from where the claim says, beside its own file.

    A :class:`~fiducial.audit.draft.Draft` brings its table, and the evidence names the file that it was drafted from.
    ``confidence``: of every interval, between 0 and 1. ``tables``: files already read, shared by several climbs.
    ``labels``, ``readings``: what readers said, as :mod:`fiducial.cohort.labels` and :mod:`fiducial.cohort.readings`
    read them. ``regions``: the model's boxes, where they do not stand beside the predictions.

    Where the claim was sealed, the look is written into the ledger beside it before any figure is computed.

    Raises:
        UnusableInput: the claim, a table or a ledger cannot be used; the message names file, row and remedy.
        WrongUsage: the claim requires a rung that does not exist, or the confidence is not between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise WrongUsage(f"confidence must lie between 0 and 1 (0.95 is usual); got {confidence:g}.")
    draft = claim if isinstance(claim, Draft) and cohort is None else None
    claim = claim.claim if isinstance(claim, Draft) else claim
    read = claim if isinstance(claim, Claim) else read_claim(claim)
    folder = Path() if isinstance(claim, Claim) else Path(claim).parent
    rungs = _rungs(read)
    cohort = draft.cohort if draft else _source(read.evidence.cohort, cohort, folder, "cohort")
    named = read.evidence
    predictions = _given_or_named(predictions, named.predictions, folder)
    probes = None if named.probes is None else folder / named.probes
    gathered = gather(
        read,
        cohort,
        predictions,
        seed=seed,
        resamples=resamples,
        confidence=confidence,
        tables=tables,
        probes=probes,
        labels=_given_or_named(labels, named.labels, folder),
        readings=_given_or_named(readings, named.readings, folder),
        regions=regions,
    )
    if draft:
        gathered = replace(gathered, inputs=gathered.inputs | {"cohort": draft.hash})
    look = None if isinstance(claim, Claim) else begin_look(Path(claim), gathered)
    if look:
        case = replace(gathered.case, sealed=look.sealed)
        gathered = replace(gathered, case=case, inputs=gathered.inputs | look.inputs)
    results = tuple(judged(rung, gathered.case) for rung in rungs)
    evidence = AuditedEvidence(
        claim=read,
        rungs=results,
        provenance=_provenance(claim, gathered),
        hints=(*gathered.notes, *_population(gathered.cohort, read), *hints(results, gathered.case)),
        images=gathered.folder,
        decisions=logged(gathered.case, gathered.cohort.files),
        background=Background(
            dataset_of(gathered.cohort, read.claim.finding, read.evidence.strata),
            None if read.evidence.bundle is None else folder / read.evidence.bundle,
        ),
    )
    if look:
        look.end(evidence)
    return evidence


def _population(cohort: Cohort, claim: Claim) -> Iterator[str]:
    """Whom the claim is about and the cohort does not hold, or the other way round."""
    for finding in match_claim(cohort, claim):
        if finding.severity != Severity.NOTE:
            yield finding.message


def _rungs(claim: Claim) -> list[Rung]:
    known = plugins.names("rungs")
    for name in claim.ladder.required:
        if name not in known:
            hint = did_you_mean(name, known)
            raise WrongUsage(f"ladder.required: no rung is called {name!r}.{hint} There are: {', '.join(known)}.")
    return [plugins.load("rungs", name)() for name in sorted(known, key=_place)]


def _place(name: str) -> tuple[int, str]:
    return (FIRST.index(name) if name in FIRST else len(FIRST), name)


def judged(rung: Rung, case: Case) -> RungResult:
    """What one rung finds, or "not shown" with what it misses."""
    absent = missing(rung.needs, case)
    if absent:
        return RungResult(rung.name, Verdict.NOT_SHOWN, (), f"Not shown: missing {'; '.join(absent)}.", missing=absent)
    try:
        found = rung.judge(case)
    except CannotJudge as reason:
        return RungResult(rung.name, Verdict.NOT_SHOWN, (), f"Not shown: {reason}.")
    reservations = tuple(_reservations(rung, case, found.verdict))
    capped = Verdict.UNDECIDED if reservations and found.verdict is Verdict.HOLDS else found.verdict
    if broken := _broken_seal(rung, case):  # a rung that fails goes on failing, or a seal would be broken for that
        capped, reservations = worst((capped, Verdict.NOT_SHOWN)), (broken, *reservations)
        found = replace(found, sentence=f"{BROKEN}, so these figures show nothing. {found.sentence}")
    return replace(found, verdict=capped, notes=(*reservations, *found.notes))


def _broken_seal(rung: Rung, case: Case) -> str | None:
    """Why nothing is shown on studies that are not as they were sealed; the rung that counts looks says it itself."""
    return case.sealed.reservation if case.sealed and "claim.seal" not in rung.needs else None


def _reservations(rung: Rung, case: Case, verdict: Verdict) -> Iterator[str]:
    """Why a rung may not hold, whatever its figures say; told beside any other verdict as well."""
    for split, decisions in (("split.internal", case.internal), ("split.external", case.external)):
        if split not in rung.needs:
            continue
        if leak := told_leak(decisions):
            yield leak
        if verdict is Verdict.HOLDS and (gap := _told_gap(rung, case, decisions)):
            yield gap


def _told_gap(rung: Rung, case: Case, decisions: Decisions) -> str | None:
    left_out = len(decisions) - int(decisions.answered.sum())
    if not left_out or case.claim.floor("coverage"):
        return None
    try:
        filled = rung.judge(replace(case, decisions=case.decisions.unanswered_as_errors())).verdict
    except CannotJudge:
        filled = Verdict.UNDECIDED
    if filled is Verdict.HOLDS:
        return None
    return (
        f"{left_out} of {len(decisions)} decisions are missing or abstained; counted as errors, the floors would not "
        "hold. Score them, or state a floor for coverage."
    )


def _given_or_named(given: TableSource | None, named: str | None, folder: Path) -> TableSource | None:
    return folder / named if given is None and named is not None else given


def _source(named: str | None, given: Any, folder: Path, what: str) -> Any:  # noqa: ANN401  (a path or a frame)
    if given is not None:
        return given
    if named is None:
        raise UnusableInput(f"the claim names no {what} (evidence.{what}), and none was handed in.")
    return folder / named


def _provenance(claim: Claim | str | Path, gathered: Gathered) -> Provenance:
    case = gathered.case
    told = case.claim.model_dump_json().encode() if isinstance(claim, Claim) else None
    of_claim = hash_bytes(told) if told is not None else hash_file(Path(str(claim)))
    settings = f"--seed {case.seed} --resamples {case.resamples}{_told(case.confidence)}"
    # A claim in memory has no file that the command line could be given.
    verb = "fd.climb(claim, ...)" if isinstance(claim, Claim) else f"fiducial audit {Path(claim).name}"
    return Provenance(
        {"claim": of_claim, **gathered.inputs},
        {"python": python_version(), **_versions(VERSIONED)},
        case.seed,
        f"{verb} {settings}",
        case.confidence,
    )


def _told(confidence: float) -> str:
    return "" if confidence == CONFIDENCE else f" --confidence {confidence!r}"


def _versions(packages: Iterable[str]) -> dict[str, str]:
    return {name: version(name) for name in packages}
