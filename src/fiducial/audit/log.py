"""The log of an audit: what was decided about every study, for who asks about one patient or compares two audits."""

import polars as pl

from fiducial.audit.case import Case
from fiducial.claims.claim import ALL_ROWS


def logged(case: Case) -> pl.DataFrame:
    """One row a labelled study, in the cohort's order.

    ``study``; ``patient`` (the cohort's, or the study where it names none); ``split``; ``judged`` (internal, external
    or null); ``truth``; ``score`` (null where the model gave none); ``threshold``; ``called``; ``answered`` (scored and
    not abstained).
    """
    decisions, columns = case.decisions, case.decisions.columns
    internal = case.claim.evidence.internal
    split = columns["split"] if "split" in columns.columns else pl.Series([None] * len(decisions), dtype=pl.String)
    patient = columns["patient"] if "patient" in columns.columns else columns["study"]
    frame = pl.DataFrame(
        {
            "study": columns["study"],
            "patient": patient,
            "split": split,
            "truth": pl.Series(decisions.truth).cast(pl.Int8),
            "score": pl.Series(decisions.score, nan_to_null=True),
            "threshold": decisions.threshold,
            "called": pl.Series(decisions.called).cast(pl.Int8),
            "answered": decisions.answered,
        }
    )
    inside = pl.lit(value=True) if internal == ALL_ROWS else pl.col("split") == internal
    return frame.with_columns(
        called=pl.when(pl.col("score").is_not_null()).then("called"),
        judged=pl.when(inside).then(pl.lit("internal")).when(pl.col("split") == "external").then(pl.lit("external")),
    )
