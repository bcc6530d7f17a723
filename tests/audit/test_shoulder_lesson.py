"""Three detectors of shoulder fractures, tuned to precision and recall, call nine of ten healthy shoulders fractured.

A precision of 70 and a recall of 98.6 in 100 hid a specificity of 10; a threshold that is chosen by specificity gives
81, 95.76 and 60. The detectors here are simulated: together they have that curve, each errs a little on its own.
"""

from functools import cache

import numpy as np
import polars as pl
import pytest
from scipy.stats import norm

import fiducial as fd
from fiducial.audit.ladder import AuditedEvidence
from fiducial.claims.claim import Claim
from fiducial.claims.evidence import Verdict
from fiducial.files.toml import parse
from fiducial.predictions.fusion.fuse import fuse_scores
from fiducial.predictions.fusion.recipe import FusionRecipe
from fiducial.predictions.fusion.regions import fuse_regions

N, FRACTURED = 30_000, 0.66
TUNED_FIRST = float(norm.cdf(norm.ppf(0.1) / 3))  # where 90 in 100 of the healthy are called
MODELS = ("a", "b", "c")
RECIPE = parse({"ensemble": {"name": "three"}, "scores": {"rule": "boxes"}}, FusionRecipe, where="fusion.toml")
CLAIM = {"name": "shoulder", "finding": "fracture"}


@cache
def shoulders() -> tuple[pl.DataFrame, pl.DataFrame]:
    """A cohort, and what the ensemble says of it: its best box is the score of the image."""
    rng = np.random.default_rng(0)
    truth = rng.permutation(N) < FRACTURED * N
    # Both points lie on one binormal curve: z(sensitivity) = 1.801 + 0.309 z(1 - specificity).
    latent = np.where(truth, rng.normal(1.801, 1.0, N) / 0.309, rng.normal(size=N))
    names = [f"s{number}" for number in range(N)]
    place = rng.uniform(20, 60, (N, 2))
    boxes, rows = [], []
    for model in MODELS:
        score = norm.cdf((latent + rng.normal(0, 0.05, N)) / 3)
        corners = place + rng.normal(0, 1, (N, 2))
        boxes.append(
            pl.DataFrame(
                {"study": names, "finding": "fracture", "model": model, "condition": "clean", "box": 0,
                 "x0": corners[:, 0], "y0": corners[:, 1], "x1": corners[:, 0] + 30, "y1": corners[:, 1] + 30,
                 "rows": 100, "columns": 100, "score": score}
            )
        )  # fmt: skip
        rows.append(pl.DataFrame({"study": names, "finding": "fracture", "model": model, "score": score}))
    said = pl.concat(rows).with_columns(
        condition=pl.lit("clean"), abstained=pl.lit(value=False), reason=pl.lit(None, dtype=pl.String),
        seconds=pl.lit(None, dtype=pl.Float64),
    )  # fmt: skip
    fused = fuse_regions(pl.concat(boxes), said, MODELS, RECIPE.ensemble, RECIPE.boxes)
    best = fused.group_by("study", "finding", "condition").agg(pl.col("score").max())
    split = np.where(np.arange(N) % 3 == 0, "tune", "test")
    cohort = pl.DataFrame({"study": names, "patient": names, "split": split, "label.fracture": truth.astype(int)})
    return cohort, fuse_scores(said, RECIPE, best_boxes=best).rows


def chosen() -> float:
    """By the tool, on the tuning split."""
    cohort, predictions = shoulders()
    drafted = Claim.model_validate({"claim": CLAIM | {"threshold": {"value": 0.5}}})
    rule = "specificity >= 0.6"
    return fd.choose_threshold(drafted, rule=rule, cohort=cohort, predictions=predictions, resamples=50).threshold


def audited(threshold: float) -> AuditedEvidence:
    """The claim at a threshold."""
    cohort, predictions = shoulders()
    statement = CLAIM | {"threshold": {"value": threshold, "chosen_on": "tune"}}
    claim = Claim.model_validate({"claim": statement, "floors": {"sensitivity": 0.9, "specificity": 0.5}})
    return fd.climb(claim, cohort=cohort, predictions=predictions, resamples=100)


def told(evidence: AuditedEvidence) -> list[float]:
    """Precision, sensitivity and specificity."""
    figures = {one.name: one.value for one in evidence["internal"].figures if one.subgroup == "all"}
    return [figures[name] for name in ("ppv_observed", "sensitivity", "specificity")]


def test_the_first_tuning_cannot_be_overlooked() -> None:
    first = audited(TUNED_FIRST)
    assert told(first) == pytest.approx([0.70, 0.986, 0.10], abs=0.03)
    (alarm,) = first.alarms
    assert "of 100 healthy are called ill (specificity 0.1" in alarm
    assert first["internal"].verdict is Verdict.FAILS


def test_the_operating_point_moves_as_it_was_published() -> None:
    second = audited(chosen())
    assert told(second) == pytest.approx([0.81, 0.9576, 0.60], abs=0.03)
    assert second.alarms == ()
    assert second["internal"].verdict is Verdict.HOLDS
