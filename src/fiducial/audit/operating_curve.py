"""What a chosen threshold looks like: its four corners, every other threshold's, and what to know of it."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from fiducial.audit.case import Case, Decisions
from fiducial.audit.metrics import bayes
from fiducial.claims.charts import Curves, Series
from fiducial.claims.claim import ALL_ROWS
from fiducial.claims.evidence import Figure
from fiducial.claims.operating import KeepFloor, OperatingRule
from fiducial.stats.clusters import count_clusters
from fiducial.stats.operating import CornerCurve

FEW = 20  # of a class; a threshold chosen on fewer is luck
POINTS = 200  # of a drawn curve
FLATTERED = 0.01  # optimism that is worth a word


def corner_counts(curve: CornerCurve, at: int, n: int) -> Iterator[Figure]:
    """All four corners at one place of the curve, in decisions."""
    for name, counts in (
        ("true_positives", curve.hits),
        ("false_negatives", curve.misses),
        ("false_positives", curve.alarms),
        ("true_negatives", curve.cleared),
    ):
        yield Figure(name, float(counts[at]), None, n, "decisions")


def curve_table(curve: CornerCurve) -> pl.DataFrame:
    """One row a threshold; PPV and NPV at the prevalence of the rows, null where nobody is called so."""
    share = float(curve.hits[0] / (curve.hits[0] + curve.alarms[0]))
    hit, cleared = curve.sensitivity, curve.specificity
    pairs = list(zip(hit.tolist(), cleared.tolist(), strict=True))
    frame = pl.DataFrame(
        {
            "threshold": curve.threshold,
            "true_positives": curve.hits.astype(np.int64),
            "false_negatives": curve.misses.astype(np.int64),
            "false_positives": curve.alarms.astype(np.int64),
            "true_negatives": curve.cleared.astype(np.int64),
            "sensitivity": hit,
            "specificity": cleared,
            "ppv": [bayes(share, one, other) for one, other in pairs],
            "npv": [bayes(1 - share, other, one) for one, other in pairs],
        }
    )
    return frame.filter(pl.col("threshold").is_finite()).with_columns(pl.col("ppv", "npv").fill_nan(None))


def curve_charts(curve: CornerCurve, at: int, rule: OperatingRule) -> tuple[Curves, ...]:
    """Sensitivity and specificity, and all four corners, along the threshold; the chosen one is marked."""
    finite = curve.threshold.size - 1
    kept = np.unique(np.append(np.linspace(0, finite - 1, min(finite, POINTS)).astype(int), at))
    x = tuple(curve.threshold[kept].tolist())
    threshold = float(curve.threshold[at])
    shares = (("sensitivity", curve.sensitivity), ("specificity", curve.specificity))
    counts = (
        ("ill, called", curve.hits),
        ("ill, missed", curve.misses),
        ("healthy, called", curve.alarms),
        ("healthy, cleared", curve.cleared),
    )
    words = f"{threshold:.4g} by {rule}"
    return (
        Curves(
            "operating-shares",
            "Both shares along the threshold",
            "threshold",
            "share",
            tuple(Series(name, x, tuple(of[kept].tolist())) for name, of in shares),
            diagonal=False,
            marks=tuple((threshold, float(of[at]), words) for _, of in shares),
        ),
        Curves(
            "operating-corners",
            "All four corners along the threshold",
            "threshold",
            "decisions",
            tuple(Series(name, x, tuple(of[kept].tolist())) for name, of in counts),
            diagonal=False,
            marks=tuple((threshold, float(of[at]), words) for _, of in counts),
        ),
    )


def warnings(
    case: Case, tuning: Decisions, split: str, rule: OperatingRule, figures: tuple[Figure, ...]
) -> Iterator[str]:
    """What to know of a threshold chosen on ``tuning``. ``figures``: both shares there, and their optimism."""
    yield (
        f"These corners are those of the split {split!r}, on which the threshold was chosen: they flatter it. What it "
        "is worth stands in the audit of another split."
    )
    by_name = {figure.name: figure for figure in figures}
    kept = by_name[rule.kept].interval if isinstance(rule, KeepFloor) else None
    if isinstance(rule, KeepFloor) and kept and kept.low < rule.floor:
        yield (
            f"The rule keeps {rule.kept} at {rule.floor:g} in these rows; in others it may be {kept.low:.3f}, and "
            "about every second time it is below the floor. Ask for more where the floor must hold."
        )
    for figure in figures:
        if figure.name.endswith("_optimism") and figure.value > FLATTERED:
            corner = figure.name.removesuffix("_optimism")
            yield (
                f"Over resamples of patients the choice makes its own {corner} look {figure.value:.3f} better than "
                "it is."
            )
    ill, healthy = (count_clusters(tuning.patient[of]) for of in (tuning.truth, ~tuning.truth))
    if min(ill, healthy) < FEW:
        yield (
            f"The split has {ill} ill and {healthy} healthy patients: a threshold from fewer than {FEW} of either is "
            "mostly luck."
        )
    if split == "train":
        yield (
            "The model learned from the rows of this split, so its scores are surer there than on other patients, and "
            "the threshold with them. Choose on 'tune' where there is one."
        )
    if unanswered := int(case.rows_of(split).sum()) - len(tuning):
        yield f"{unanswered} rows of the split have no score or were abstained on, and are left out."
    if patients := _crossing(case, tuning, split):
        yield f"{patients} of its patients stand in a judged split as well: the threshold was chosen on them."


def _crossing(case: Case, tuning: Decisions, split: str) -> int:
    """How many patients of the tuning rows are judged as well."""
    judged = np.zeros(len(case.decisions), dtype=bool)
    for other in {"test", "external", case.claim.evidence.internal} - {ALL_ROWS, split}:
        judged |= case.rows_of(other)
    shared = np.intersect1d(tuning.patient, case.decisions.patient[judged])
    return int(shared.size)
