"""The log of an audit: what was decided about every study, for who asks about one patient or compares two audits."""

import polars as pl

from fiducial.audit.case import Case
from fiducial.audit.flags import flags
from fiducial.claims.claim import ALL_ROWS
from fiducial.files.hashes import hash_bytes
from fiducial.predictions.table import CLEAN

# What became of a decision, by truth and call; a model that did not answer has neither erred nor been right.
NOT_ANSWERED = "not answered"
OUTCOMES = {
    (True, True): "true positive",
    (True, False): "false negative",
    (False, True): "false positive",
    (False, False): "true negative",
}


def logged(case: Case, files: pl.DataFrame | None = None) -> pl.DataFrame:
    """One row a labelled study, in the cohort's order.

    ``study``; ``patient`` (the cohort's, or the study where it names none); ``split``; ``judged`` (internal, external
    or null); ``truth``; ``score`` (null where the model gave none); ``threshold``; ``called``; ``answered`` (scored and
    not abstained); ``outcome`` (one of OUTCOMES, or NOT_ANSWERED); ``flags`` (in words, see
    :mod:`fiducial.audit.flags`); ``input_hash`` (of the pixels, from the cohort's ``files``: of one file its
    ``pixel_hash``, of several the SHA-256 of their sorted hashes with line ends between; null where no pixels were
    read); ``saliency`` (its share in each region that was looked at, and the method); ``comment`` (for a reader to
    fill in).
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
    decided = frame.with_columns(
        called=pl.when(pl.col("score").is_not_null()).then("called"),
        judged=pl.when(inside).then(pl.lit("internal")).when(pl.col("split") == "external").then(pl.lit("external")),
    )
    return decided.with_columns(
        outcome=_outcome(),
        flags=flags(case),
        input_hash=_by_study(frame, _hashes(files)),
        saliency=_by_study(frame, _saliency(case)),
        comment=pl.lit(None, dtype=pl.String),
    )


def _outcome() -> pl.Expr:
    word = pl.lit(NOT_ANSWERED)
    for (ill, called), outcome in OUTCOMES.items():
        met = pl.col("answered") & (pl.col("truth") == int(ill)) & (pl.col("called") == int(called))
        word = pl.when(met).then(pl.lit(outcome)).otherwise(word)
    return word


def _hashes(files: pl.DataFrame | None) -> pl.DataFrame | None:
    if files is None or not {"study", "pixel_hash"} <= set(files.columns):
        return None
    known = files.select(pl.col("study").cast(pl.String), "pixel_hash").drop_nulls()
    grouped = known.group_by("study").agg(pl.col("pixel_hash").sort())
    told = [_combined(hashes) for hashes in grouped["pixel_hash"].to_list()]
    return grouped.select("study", told=pl.Series(told, dtype=pl.String))


def _combined(hashes: list[str]) -> str:
    return hashes[0] if len(hashes) == 1 else hash_bytes("\n".join(hashes).encode())


def _saliency(case: Case) -> pl.DataFrame | None:
    if case.probed.attributions is None:
        return None
    clean = case.probed.attributions.filter(pl.col("condition") == CLEAN).sort("study", "region", "method")
    word = pl.format("{} {}% ({})", "region", (100 * pl.col("energy")).round().cast(pl.Int64), "method")
    return clean.group_by("study", maintain_order=True).agg(told=word.str.join("; "))


def _by_study(frame: pl.DataFrame, told: pl.DataFrame | None) -> pl.Series:
    if told is None:
        return pl.Series([None] * frame.height, dtype=pl.String)
    return frame.select("study").join(told, "study", "left", maintain_order="left")["told"]
