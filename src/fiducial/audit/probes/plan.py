"""What is to be probed: conditions, how many studies, and how the model's saliency is taken."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.claims.claim import Claim
from fiducial.cohort.table import LABEL_PREFIX, TAG_PREFIX, Cohort
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.scans.conditions.stress import Stress, condition, conditions_for, every_severity, parse_stress


@dataclass(frozen=True, slots=True)
class ProbePlan:
    """``conditions``: ``name:severity``, joined by ``+``, or a bare name for all five; None: all that fit the modality.

    ``most``: studies that are asked, drawn alike from ill and healthy. ``explainer``: None for no saliency.
    """

    conditions: tuple[str, ...] | None = None
    most: int = 200
    explainer: str | None = "cam"
    features: bool = True
    key: str | None = None  # where the key of a sealed bundle lies
    masks: Path | None = None  # a masks table: organs, devices and whatever else was marked
    seed: int = 0
    workers: int = -1
    cluster: str | None = None


def stresses_of(plan: ProbePlan, cohort: Cohort) -> tuple[Stress, ...]:
    """Every stress of a plan, in order, each once.

    Raises:
        WrongUsage: no condition bears a name, a severity is not 1 to 5, or a condition is for other images than these.
    """
    modality = modality_of(cohort)
    if plan.conditions is None:
        return every_severity(conditions_for(modality))
    found: list[Stress] = []
    for text in plan.conditions:
        found += every_severity([text]) if ":" not in text else [parse_stress(text)]
    for name in dict.fromkeys(name for stress in found for name, _ in stress.parts):
        _refuse_other_modality(name, modality)
    return tuple(dict.fromkeys(stress for stress in found if stress.parts))


def _refuse_other_modality(name: str, modality: str | None) -> None:
    meant = condition(name).modalities
    if modality is not None and meant and modality not in meant:
        raise WrongUsage(
            f"{name} is for images of {', '.join(meant)}; the cohort's are {modality} (tag.Modality). Leave it out."
        )


def modality_of(cohort: Cohort) -> str | None:
    """The commonest Modality of a cohort; None where its rows name none."""
    column = f"{TAG_PREFIX}Modality"
    if column not in cohort.rows.columns:
        return None
    named = cohort.rows[column].drop_nulls()
    return None if named.is_empty() else str(named.mode().sort()[0])


def drawn(cohort: Cohort, claim: Claim, plan: ProbePlan) -> list[str]:
    """The studies that are asked: judged rows with a label, at most ``plan.most``, in the order of the cohort.

    As many ill as healthy, as far as there are; the same seed draws the same studies.

    Raises:
        WrongUsage: fewer than two studies are wanted.
        UnusableInput: no judged row has a label.
    """
    if plan.most < 2:
        raise WrongUsage(f"at least 2 studies must be asked, got {plan.most}.")
    label = LABEL_PREFIX + claim.claim.finding
    if label not in cohort.rows.columns:
        raise UnusableInput(f"the cohort has no column {label!r}; the claim is about {claim.claim.finding!r}.")
    rows = cohort.rows.filter(pl.col(label).is_not_null() & _judged(cohort, claim))
    if rows.is_empty():
        raise UnusableInput(f"no row that is judged has a label for {claim.claim.finding!r}; nothing can be probed.")
    ill = rows[label].to_numpy() == 1
    chosen = _balanced(ill, plan.most, np.random.default_rng(plan.seed))
    return [str(name) for name in rows["study"].gather(chosen.tolist())]


def _judged(cohort: Cohort, claim: Claim) -> pl.Expr:
    if "split" not in cohort.rows.columns or claim.evidence.internal == "all":
        return pl.lit(value=True)
    return pl.col("split").is_in([claim.evidence.internal, "external"])


def _balanced(ill: NDArray[np.bool_], most: int, rng: np.random.Generator) -> NDArray[np.int64]:
    groups = [rng.permutation(np.flatnonzero(of_class)) for of_class in (ill, ~ill)]
    fewer, more = sorted(groups, key=len)
    kept = min(len(fewer), most // 2)
    return np.sort(np.concatenate([fewer[:kept], more[: most - kept]]))
