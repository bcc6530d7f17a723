"""Which studies should be read again first, and why: of a claim with its tables, or of a labels table alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.audit.adjudication_list import Adjudication, in_order, told
from fiducial.audit.adjudication_rank import Voices, ranked
from fiducial.claims.claim import Claim, read_claim
from fiducial.cohort.labels import TRUTH, read_labels
from fiducial.cohort.table import LABEL_PREFIX, CohortSource, read_cohort
from fiducial.errors import UnusableInput
from fiducial.files.names import did_you_mean
from fiducial.files.tables import TableSource
from fiducial.predictions.table import only_clean, read_predictions, select

Floats = NDArray[np.float64]
THRESHOLD = 0.5  # where nobody says another


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """The tables of a list, and what to take from them."""

    labels: TableSource
    finding: str | None
    cohort: CohortSource | None
    predictions: TableSource | None
    threshold: float
    model: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Beside:
    """What else is known: the cohort's rows, and the model's scores (study, score), None where nobody gave any."""

    cohort: pl.DataFrame | None
    scores: pl.DataFrame | None
    threshold: float


def adjudication(  # noqa: PLR0913  (each is an option of the verb)
    source: Claim | TableSource,
    *,
    finding: str | None = None,
    cohort: CohortSource | None = None,
    predictions: TableSource | None = None,
    labels: TableSource | None = None,
    threshold: float | None = None,
) -> Adjudication:
    """Rank what to read again, of a claim (``.toml``) with its tables, or of a labels table alone.

    A labels table may have a ``cohort`` and ``predictions`` beside it; a claim names its own, and those handed in go
    before. ``finding``: one of a labels table with several. ``threshold``: of the predictions; the claim's, or 0.5.

    Raises:
        UnusableInput: a table is wrong or absent, or nothing in it can contradict a label.
    """
    if isinstance(source, Claim) or (isinstance(source, str | Path) and Path(source).suffix == ".toml"):
        asked = _of_claim(source, labels, cohort, predictions, threshold)
    else:
        asked = _Asked(source, finding, cohort, predictions, THRESHOLD if threshold is None else threshold)
    return _listed(asked)


def _of_claim(
    source: Claim | str | Path,
    labels: TableSource | None,
    cohort: CohortSource | None,
    predictions: TableSource | None,
    threshold: float | None,
) -> _Asked:
    claim = source if isinstance(source, Claim) else read_claim(source)
    folder = Path() if isinstance(source, Claim) else Path(source).parent
    named, stated = claim.evidence, claim.claim
    labels = folder / named.labels if labels is None and named.labels else labels
    if labels is None:
        raise UnusableInput("the claim names no labels (evidence.labels): say what each reader said of the studies.")
    return _Asked(
        labels,
        stated.finding,
        folder / named.cohort if cohort is None and named.cohort else cohort,
        folder / named.predictions if predictions is None and named.predictions else predictions,
        stated.threshold.value if threshold is None else threshold,
        named.model,
    )


def _listed(asked: _Asked) -> Adjudication:
    table = read_labels(asked.labels, finding=asked.finding)
    findings = _findings(table, asked.finding)
    rows = None if asked.cohort is None else read_cohort(asked.cohort).rows
    predictions = asked.predictions
    if predictions is None and rows is not None and "score" in rows.columns and len(findings) == 1:
        predictions = rows.select("study", "score").drop_nulls()
    parts: list[pl.DataFrame] = []
    notes: list[str] = []
    studies = 0
    for finding in findings:
        beside = _Beside(rows, _scores(predictions, finding, asked.model), asked.threshold)
        voices = _voices(table.filter(pl.col("finding") == finding), finding, beside)
        if silent := _uncontradicted(voices, finding):
            notes.append(silent)
            continue
        notes += _lacking(voices, finding)
        parts.append(told(ranked(voices), voices, finding))
        studies += voices.study.size
    if not parts:
        raise UnusableInput(" ".join(notes))
    return Adjudication(in_order(parts, rows), studies, tuple(notes))


def _findings(table: pl.DataFrame, finding: str | None) -> list[str]:
    known = table["finding"].unique().sort().to_list()
    if finding is None:
        return known
    if finding not in known:
        raise UnusableInput(
            f"the labels hold nothing about {finding!r}.{did_you_mean(finding, known)} They hold: {', '.join(known)}."
        )
    return [finding]


def _scores(source: TableSource | None, finding: str, model: str | None) -> pl.DataFrame | None:
    if source is None:
        return None
    where = Path(source).name if isinstance(source, str | Path) else "<predictions>"
    rows = only_clean(
        select(read_predictions(source, finding=finding), finding=finding, model=model, where=where), where=where
    )
    return rows.drop_nulls("score").unique("study", keep="first", maintain_order=True).select("study", "score")


def _voices(labels: pl.DataFrame, finding: str, beside: _Beside) -> Voices:
    said = labels.drop_nulls("label")
    readers = sorted(set(said["reader"].to_list()) - {TRUTH})
    recorded = _recorded(beside.cohort, finding)
    frames = [said.select("study"), *([] if recorded is None else [recorded.drop_nulls().select("study")])]
    study = pl.concat(frames).unique().sort("study")

    def placed(frame: pl.DataFrame | None, column: str) -> Floats:
        if frame is None:
            return np.full(study.height, np.nan)
        joined = study.join(frame.select("study", told=column), on="study", how="left", maintain_order="left")
        return joined["told"].cast(pl.Float64).fill_null(np.nan).to_numpy()

    def weight(column: str) -> Floats:
        of_truth = placed(labels.filter(pl.col("reader") == TRUTH), column)
        of_readers = labels.filter(pl.col("reader") != TRUTH).group_by("study").agg(pl.col(column).mean())
        return np.where(np.isnan(of_truth), placed(of_readers, column), of_truth)

    ratings = [placed(said.filter(pl.col("reader") == reader), "label") for reader in readers]
    in_labels, in_cohort = placed(said.filter(pl.col("reader") == TRUTH), "label"), placed(recorded, "label")
    # A grade can neither be called right by a model nor be compared with a cohort's 0 and 1.
    graded = not said["label"].is_in([0.0, 1.0]).all()
    score = placed(None if graded else beside.scores, "score")
    return Voices(
        study["study"].to_numpy().astype(str),
        np.stack(ratings, axis=1) if ratings else np.empty((study.height, 0)),
        in_labels if graded else np.where(np.isnan(in_labels), in_cohort, in_labels),
        np.full(study.height, np.nan) if graded else in_cohort,
        weight("certainty"),
        weight("significance"),
        score,
        beside.threshold,
    )


def _recorded(cohort: pl.DataFrame | None, finding: str) -> pl.DataFrame | None:
    column = LABEL_PREFIX + finding
    if cohort is None or column not in cohort.columns:
        return None
    return cohort.select("study", label=column)


def _lacking(voices: Voices, finding: str) -> Iterator[str]:
    """What was not there to compare with."""
    told = {
        "a reference (reader `truth`, or a cohort with labels)": bool((~np.isnan(voices.reference)).any()),
        "studies with two readers": bool((voices.readers >= 2).any()),
        "certainties": not np.isnan(voices.certainty).all(),
        "predictions of a model": not np.isnan(voices.score).all(),
    }
    if absent := [name for name, there in told.items() if not there]:
        yield f"{finding}: ranked without {', '.join(absent)}, which were not there."


def _uncontradicted(voices: Voices, finding: str) -> str | None:
    """Why no study of a finding could be listed, whatever its labels are; None where something speaks of them."""
    reference, read = ~np.isnan(voices.reference), voices.readers
    by_readers = (reference & (read > 0)) | (read >= 2)
    by_model = reference & ~np.isnan(voices.score)
    by_cohort = ~np.isnan(voices.recorded) & (voices.recorded != voices.reference)
    if (by_readers | by_model | by_cohort | ~np.isnan(voices.certainty)).any():
        return None
    return (
        f"{finding}: nothing can contradict these labels: one reader or none a study, no reference beside a reader "
        "or a model, no certainty. Give a second reader, a reference (reader `truth`), a certainty, or predictions."
    )
