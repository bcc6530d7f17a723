"""The cheap rivals of a model on the decisions that are judged: metadata only, thumbnail only, a user's simple rule."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.case import Case, Decisions
from fiducial.audit.fitting import fit_rival, metadata_features, metadata_learner, thumbnail_learner
from fiducial.audit.metadata import Column, metadata
from fiducial.claims.rules import parse_rule
from fiducial.errors import CannotJudge
from fiducial.files.names import did_you_mean
from fiducial.stats.association import associate, bin_numbers, draw_folds

TOO_FEW = "too few decisions bear the label, or lack it, to fit one"


@dataclass(frozen=True, slots=True, eq=False)
class Rival:
    """A rival over the judged decisions. ``score``, ``called``: (n,). ``seen``, ``lacks``: what it sees, what not."""

    name: str
    seen: str
    lacks: str
    score: NDArray[np.float64]
    called: NDArray[np.bool_]
    is_rule: bool = False


def rivals_of(case: Case) -> tuple[tuple[Rival, ...], tuple[str, ...]]:
    """Every rival on the answered internal decisions, and a note on each: how it was made, or why it was not.

    Fitted once a case, so that all rungs speak of the same ones.

    Raises:
        CannotJudge: the claim's rule names a column that is not there or cannot be compared.
    """
    return case.once("rivals", lambda: _made(case))


def _made(case: Case) -> tuple[tuple[Rival, ...], tuple[str, ...]]:
    judged = np.flatnonzero(case.rows_of(case.claim.evidence.internal) & case.decisions.answered)
    decisions, rng = case.internal.only_answered(), case.rng("baselines")
    made = (_metadata_rival(case, judged, decisions, rng), _thumbnail_rival(case, judged, decisions, rng))
    rivals = [rival for rival, _ in made if rival is not None]
    if case.claim.evidence.simple_rule:
        rivals.append(_rule_rival(case.claim.evidence.simple_rule, decisions))
    return tuple(rivals), tuple(note for _, note in made)


def _metadata_rival(
    case: Case, judged: NDArray[np.int64], decisions: Decisions, rng: np.random.Generator
) -> tuple[Rival | None, str]:
    columns = metadata(case.decisions.columns)
    seed = int(rng.integers(2**31))
    if not columns:
        remedy = "Give age, sex, site, scanner, dates or tags"
        return None, f"The metadata baseline was not made: no column beside keys and labels varies. {remedy}."
    features = metadata_features(columns)
    fitted = fit_rival(case, judged, features, lambda _rows: metadata_learner(columns, seed), rng)
    if fitted is None:
        return None, f"The metadata baseline was not made: {TOO_FEW}."
    rival = Rival("metadata only", "metadata", "the image", fitted.score, _highest(fitted.score, decisions))
    sees = ", ".join(column.name for column in columns)
    return rival, f"Metadata only: {fitted.told}; it sees {sees}.{_strongest(columns, judged, decisions, rng)}"


def _strongest(
    columns: tuple[Column, ...], judged: NDArray[np.int64], decisions: Decisions, rng: np.random.Generator
) -> str:
    """The column that tells most on its own, so that a label in other words is recognised."""
    folds = draw_folds(decisions.truth, decisions.patient, rng)
    if folds is None:
        return ""
    alone = {column.name: associate(bin_numbers(column.content[judged]), folds).auroc for column in columns}
    name = max(alone, key=lambda one: alone[one])
    return f" The strongest on its own is {name} (AUROC {alone[name]:.3f}); leave out a column that restates the label."


def _thumbnail_rival(
    case: Case, judged: NDArray[np.int64], decisions: Decisions, rng: np.random.Generator
) -> tuple[Rival | None, str]:
    pictures = case.thumbnails
    if pictures is None:
        remedy = "Build the cohort from its images (fiducial cohort build), so that its files table carries thumbnails"
        return None, f"The thumbnail baseline was not made: the cohort has no thumbnails. {remedy}."
    features = pictures.reshape(len(pictures), -1)
    black = int((~features[judged].any(axis=1)).sum())
    if black == judged.size:
        return None, "The thumbnail baseline was not made: no judged study has a thumbnail."
    seed = int(rng.integers(2**31))
    fitted = fit_rival(case, judged, features, lambda rows: thumbnail_learner(rows, features.shape[1], seed), rng)
    if fitted is None:
        return None, f"The thumbnail baseline was not made: {TOO_FEW}."
    size = f"{pictures.shape[1]} x {pictures.shape[2]} pixels"
    without = f"; {black} judged studies have none and count as black" if black else ""
    called = _highest(fitted.score, decisions)
    rival = Rival("thumbnail only", f"a thumbnail of {size}", "more than a glance at the image", fitted.score, called)
    return rival, f"Thumbnail only: {fitted.told}, {size}{without}."


def _rule_rival(text: str, decisions: Decisions) -> Rival:
    rule, columns = parse_rule(text), decisions.columns
    if rule.column not in columns.columns:
        hint = did_you_mean(rule.column, columns.columns)
        raise CannotJudge(f"cohort column {rule.column!r}, which evidence.simple_rule names.{hint}".rstrip("."))
    try:
        called = rule.calls(columns[rule.column])
    except ValueError as absent:
        raise CannotJudge(f"numbers for evidence.simple_rule ({absent})") from absent
    return Rival(f"rule {rule}", f"whether {rule}", "a model", called.astype(np.float64), called, is_rule=True)


def _highest(score: NDArray[np.float64], decisions: Decisions) -> NDArray[np.bool_]:
    """As many positive calls as the model makes, so that the two can be compared."""
    called = np.zeros(score.size, dtype=bool)
    called[np.argsort(-score, kind="stable")[: int(decisions.called.sum())]] = True
    return called
