"""Compare two audits of one finding, and say whether anything got worse."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias
from zlib import crc32

import numpy as np

from fiducial.audit.comparison.changes import alarms, claim_changes, input_changes, making_changes, moved, turns
from fiducial.audit.comparison.paired import paired_tests
from fiducial.audit.comparison.pairing import Met, Pair, meet
from fiducial.audit.comparison.resampled import drawn, predictive_changes, resampled
from fiducial.audit.comparison.unpaired import unpaired_tests
from fiducial.audit.gaps import holm
from fiducial.claims.comparison import MARGIN, Alarms, Comparison, Outcome, Tested, Turn
from fiducial.claims.evidence import CONFIDENCE, Evidence
from fiducial.claims.past import read_audit
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.report.comparison import comparison_summary, save_comparison
from fiducial.report.words import p_value

AuditSource: TypeAlias = str | Path | Evidence


@dataclass(frozen=True, slots=True)
class AuditComparison(Comparison):
    """A comparison that shows itself in a notebook and saves itself as a page."""

    def save(self, folder: str | Path) -> Path:
        """Write ``comparison.html``, ``comparison.json`` and ``tests.csv``; gives the path of the page.

        Raises:
            UnusableInput: the folder cannot be written to.
        """
        return save_comparison(self, Path(folder))

    def _repr_html_(self) -> str:
        return comparison_summary(self)


def compare_audits(  # noqa: PLR0913  (each is an option of the verb)
    before: AuditSource,
    after: AuditSource,
    *,
    seed: int = 0,
    resamples: int = 2000,
    confidence: float = CONFIDENCE,
    margin: float = MARGIN,
) -> AuditComparison:
    """What changed from one audit to another, each a report folder or evidence with its decisions.

    ``resamples``: of the patient bootstrap; 0 leaves it out. ``margin``: a loss below it is called no loss.
    The outcome is ``worse`` where a required rung turned down or a metric is significantly worse after Holm's
    correction over all tests; ``not worse`` where no alarm came and every metric either changed in no decision or
    lost less than the margin with its whole interval (all of them must, so that no correction is needed: Berger 1982,
    Technometrics 24:295-300, doi:10.1080/00401706.1982.10487790); otherwise ``undecided``.

    Raises:
        UnusableInput: an audit cannot be read, or both are about different findings.
        WrongUsage: a confidence or margin that is none.
    """
    if not 0 < confidence < 1:
        raise WrongUsage(f"confidence must lie between 0 and 1 (0.95 is usual); got {confidence:g}.")
    if not 0 < margin < 1:
        raise WrongUsage(f"margin must lie between 0 and 1 (0.05 is usual); got {margin:g}.")
    one, other = (given if isinstance(given, Evidence) else read_audit(given) for given in (before, after))
    _refuse_other_findings(one, other)
    met = meet(one, other)
    tested = _with_holm([test for pair in met.pairs for test in _tests(pair, one, other, seed, resamples, confidence)])
    turned, alarmed = turns(one, other), alarms(one, other)
    outcome, reasons = _outcome(met, tested, turned, alarmed, confidence=confidence, margin=margin)
    return AuditComparison(
        names=_names(before, after),
        before=one,
        after=other,
        claim=claim_changes(one, other),
        inputs=input_changes(one, other),
        made=making_changes(one, other),
        turns=turned,
        moved=moved(one, other),
        alarms=alarmed,
        shared=met.shared,
        tested=tested,
        confidence=confidence,
        margin=margin,
        outcome=outcome,
        reasons=reasons,
        notes=met.notes,
    )


def _refuse_other_findings(before: Evidence, after: Evidence) -> None:
    one, other = before.claim.claim.finding, after.claim.claim.finding
    if one != other:
        raise UnusableInput(
            f"the earlier audit is about {one!r} and the later one about {other!r}. Two audits of one finding can be "
            "compared."
        )


def _names(before: AuditSource, after: AuditSource) -> tuple[str, str]:
    one, other = ("" if isinstance(given, Evidence) else Path(given).resolve().name for given in (before, after))
    return (one, other) if one and other and one != other else ("before", "after")


def _tests(  # noqa: PLR0913, PLR0917  (the pair, both claims, and how to draw)
    pair: Pair, before: Evidence, after: Evidence, seed: int, resamples: int, confidence: float
) -> Iterator[Tested]:
    if not pair.paired:
        yield from unpaired_tests(pair, confidence)
        return
    one, other = before.claim.claim.prevalence, after.claim.claim.prevalence
    for labelled in pair.by_labels():
        rng = np.random.default_rng([seed, crc32(f"compare.{labelled.split}.{labelled.labels}".encode())])
        of = drawn(labelled, rng, resamples) if resamples else None
        ends = resampled(labelled, of, rng, resamples, confidence) if of else {}
        for test in paired_tests(labelled, confidence):
            yield replace(test, resampled=ends.get(test.metric))
        if of and other and one == other:
            yield from predictive_changes(labelled, of, other, confidence)


def _with_holm(tested: list[Tested]) -> tuple[Tested, ...]:
    """Adjusted over every test of the comparison, whatever its split and labels."""
    p_values = [test.p for test in tested if test.p is not None]
    adjusted = iter(holm(p_values, len(p_values)).tolist() if p_values else [])
    return tuple(test if test.p is None else replace(test, adjusted=next(adjusted)) for test in tested)


def _outcome(  # noqa: PLR0913  (what was found, and what it is weighed against)
    met: Met,
    tested: tuple[Tested, ...],
    turned: tuple[Turn, ...],
    alarmed: Alarms,
    *,
    confidence: float,
    margin: float,
) -> tuple[Outcome, tuple[str, ...]]:
    worse = [*_rungs_down(turned), *(_lost(test) for test in tested if test.is_worse(1 - confidence))]
    if worse:
        return Outcome.WORSE, tuple(worse)
    doubts = list(_doubts(met, tested, turned, alarmed, margin))
    if doubts:
        return Outcome.UNDECIDED, tuple(doubts)
    if all(test.unchanged for test in tested if test.p is not None):
        return Outcome.NOT_WORSE, (f"No shared decision changed{_labels(met)}, and no required rung turned down.",)
    told = f"No required rung turned down, and no metric lost {margin:g} or more with its interval at {confidence:g}."
    return Outcome.NOT_WORSE, (told,)


def _labels(met: Met) -> str:
    relabelled = sum(one.relabelled for one in met.shared)
    return f" (but {relabelled} labels did)" if relabelled else ""


def _rungs_down(turned: tuple[Turn, ...]) -> Iterator[str]:
    for turn in turned:
        if turn.required and turn.direction == "down":
            yield f"The required rung {turn.rung} turned from {turn.before!s} to {turn.after!s}."


def _lost(test: Tested) -> str:
    by_labels = "" if test.labels == "both" else f", on the labels of the audit {test.labels}"
    return (
        f"{test.split}: {test.metric} is worse: {test.before:.3f} became {test.after:.3f} ({test.interval.low:+.3f} to "
        f"{test.interval.high:+.3f}, p {p_value(test.adjusted or 0.0)} after Holm{by_labels})."
    )


def _doubts(
    met: Met, tested: tuple[Tested, ...], turned: tuple[Turn, ...], alarmed: Alarms, margin: float
) -> Iterator[str]:
    if not any(pair.paired for pair in met.pairs):
        yield "No study is in both audits, so that nothing can be shown to be as good as it was."
    yield from met.left_out
    if met.pairs and not tested:
        yield "No metric could be tested."
    for test in tested:
        if test.p is not None and not test.is_no_loss(margin):
            by_labels = "" if test.labels == "both" else f" on the labels {test.labels}"
            yield (
                f"{test.split}: {test.metric}{by_labels} may have lost as much as {test.loss.high:.3f}, "
                f"which is not below the margin of {margin:g}."
            )
    for turn in turned:
        if turn.required and turn.direction == "only in one":
            yield f"The required rung {turn.rung} stands in one of both audits only."
    if alarmed.came:
        yield f"{len(alarmed.came)} alarm{'s' * (len(alarmed.came) > 1)} came that the earlier audit did not raise."
    for pair in met.pairs:
        yield from _untested(pair, tested)


def _untested(pair: Pair, tested: tuple[Tested, ...]) -> Iterator[str]:
    """A metric that could not be tested is no reason to call it as good as it was, unless no decision changed."""
    there = {test.metric for test in tested if test.split == pair.split}
    missing = [metric for metric in ("auroc", "sensitivity", "specificity") if metric not in there]
    same = pair.paired and bool(
        np.array_equal(pair.before.score, pair.after.score, equal_nan=True)
        and np.array_equal(pair.before.called, pair.after.called)
    )
    if missing and not same:
        yield f"{pair.split}: {', '.join(missing)} could not be tested, as too few ill or healthy patients are shared."
