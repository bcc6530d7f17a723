"""What a reader of one decision should know of it, in plain words: no answer, other people, labels in doubt, flips."""

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from fiducial.audit.case import Case
from fiducial.audit.outside import lies_outside
from fiducial.audit.stresses import parse_stressor
from fiducial.claims.claim import ALL_ROWS
from fiducial.cohort.labels import TRUTH

SEPARATOR = "; "
_NAMED = 3  # conditions, before the rest is counted


def flags(case: Case) -> pl.Series:
    """One text a decision, (n,), its flags joined by SEPARATOR; null where there is none."""
    parts = pl.DataFrame({str(place): column for place, column in enumerate(_columns(case))})
    told = parts.select(flags=pl.concat_str(pl.all(), separator=SEPARATOR, ignore_nulls=True))["flags"]
    return told.set(told == "", None)


def _columns(case: Case) -> Iterator[pl.Series]:
    decisions = case.decisions
    scored = ~np.isnan(decisions.score)
    yield _said("no score", ~scored)
    yield _said("abstained", scored & ~decisions.answered)
    internal = case.claim.evidence.internal
    judged = case.rows_of("external") | (
        case.rows_of(internal) if internal != ALL_ROWS else ~(case.rows_of("train") | case.rows_of("tune"))
    )
    yield _said("the patient stands in train or tune as well", decisions.trained_on & judged)
    yield from _strangers(case)
    yield _doubted(case)
    yield _turned(case)


def _said(words: str, where: np.ndarray) -> pl.Series:
    return pl.select(pl.when(pl.Series(where)).then(pl.lit(words))).to_series()


def _strangers(case: Case) -> Iterator[pl.Series]:
    columns = case.decisions.columns
    for column in case.claim.claim.population:
        if column in columns.columns and not isinstance(outside := lies_outside(case, column), str):
            words = pl.format(
                "outside the claim's {} ({})", pl.lit(column), pl.col(column).cast(pl.String).str.replace(r"\.0$", "")
            )
            yield columns.select(pl.when(pl.Series(outside)).then(words)).to_series()


def _doubted(case: Case) -> pl.Series:
    """Readers whose label is not the one that the audit took for the truth."""
    truth = pl.DataFrame({"study": case.decisions.study, "truth": case.decisions.truth.astype(float)})
    if case.labels is None:
        return _nothing(truth.height)
    said = case.labels.filter(pl.col("reader") != TRUTH, pl.col("label").is_in([0.0, 1.0])).join(truth, "study")
    counted = said.group_by("study").agg(readers=pl.len(), otherwise=(pl.col("label") != pl.col("truth")).sum())
    words = pl.format("{} of {} readers say otherwise than the label", "otherwise", "readers")
    return _by_study(truth, counted.filter(pl.col("otherwise") > 0).select("study", told=words))


def _turned(case: Case) -> pl.Series:
    """Conditions under which the call turns; masks and wrong inputs are meant to turn it, and are left out."""
    decisions = case.decisions
    clean = pl.DataFrame({"study": decisions.study, "clean": decisions.called, "answered": decisions.answered})
    stressors = [parse_stressor(condition) for condition in case.probed.conditions]
    fair = [one.condition for one in stressors if not one.masks and not one.is_wrong_input(case)]
    if case.probed.stressed is None or not fair:
        return _nothing(clean.height)
    tried = case.probed.stressed.filter(pl.col("condition").is_in(fair), pl.col("score").is_not_null())
    both = tried.filter(~pl.col("abstained").cast(pl.Boolean)).join(clean.filter("answered"), "study")
    flipped = both.with_columns(flips=(pl.col("score") >= decisions.threshold) != pl.col("clean"))
    counted = flipped.group_by("study").agg(
        tried=pl.len(), turned=pl.col("condition").filter(pl.col("flips")).unique().sort()
    )
    told = [
        (study, _turned_words(turned, number)) for study, number, turned in counted.sort("study").iter_rows() if turned
    ]
    return _by_study(clean, pl.DataFrame(told, schema={"study": pl.String, "told": pl.String}, orient="row"))


def _turned_words(turned: Sequence[str], tried: int) -> str:
    more = f" and {len(turned) - _NAMED} more" if len(turned) > _NAMED else ""
    return f"the call turns under {', '.join(turned[:_NAMED])}{more} ({len(turned)} of {tried} conditions)"


def _by_study(decisions: pl.DataFrame, told: pl.DataFrame) -> pl.Series:
    return decisions.select("study").join(told, "study", "left", maintain_order="left")["told"]


def _nothing(rows: int) -> pl.Series:
    return pl.Series([None] * rows, dtype=pl.String)
