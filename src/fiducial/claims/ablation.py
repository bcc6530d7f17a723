"""What an ablation found: one contrast a variant and finding, each with the interval that says how little it shows."""

from dataclasses import dataclass
from typing import Any, Literal

from fiducial.claims.charts import Forest
from fiducial.claims.evidence import NOTICE
from fiducial.stats.intervals import Interval

SCHEMA = "fiducial.ablation/1"
SPLIT = "tune"  # the only one that is seen by training and judged by nobody
_DIGITS = 6
CORNERS = tuple(f"corner_{name}" for name in ("baseline", "value", "difference", "low", "high"))
Shown = Literal["better", "worse", "no difference shown"]


@dataclass(frozen=True, slots=True)
class Corner:
    """What a variant costs at the recipe's operating rule, each run at its own threshold: mean shares over the seeds.

    ``name``: sensitivity, or specificity where the rule keeps the sensitivity. The interval takes thresholds as given.
    """

    name: Literal["sensitivity", "specificity"]
    rule: str
    baseline: float
    value: float
    difference: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Contrast:
    """A variant less the baseline, in AUROC, over the seeds. ``p_holm``: over all contrasts of the ablation.

    ``corner``: None where a run has no threshold that meets the rule.
    """

    variant: str
    finding: str
    studies: int
    patients: int
    baseline: float
    auroc: float
    difference: float
    interval: Interval
    spread: float | None  # standard deviation of the difference over seeds
    by_seed: tuple[float, ...]
    p: float
    p_holm: float
    corner: Corner | None = None

    def shown(self, confidence: float) -> Shown:
        """What may be said of it."""
        if self.p_holm >= 1 - confidence:
            return "no difference shown"
        return "better" if self.difference > 0 else "worse"


@dataclass(frozen=True, slots=True)
class Ablation:
    """``failed``: variant -> why it has no result."""

    recipe: str
    recipe_hash: str
    axes: tuple[str, ...]
    full: bool
    seeds: tuple[int, ...]
    resamples: int
    confidence: float
    contrasts: tuple[Contrast, ...]
    failed: dict[str, str]
    notes: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0, or 5 where a variant has no result."""
        return 5 if self.failed else 0

    @property
    def forest(self) -> Forest:
        """The picture: one row a contrast, a line where nothing differs."""
        several = len({one.finding for one in self.contrasts}) > 1
        rows = tuple(
            (
                f"{one.variant} ({one.finding})" if several else one.variant,
                one.difference, one.interval.low, one.interval.high, one.patients,
            )
            for one in self.contrasts
        )  # fmt: skip
        axis = "AUROC of the variant less that of the recipe"
        return Forest("ablation", f"{self.recipe}: what each choice bought", axis, rows, 0.0, "the recipe")

    def rows(self) -> list[dict[str, Any]]:
        """One a contrast, flat: for the table and the document."""
        return [
            {
                "variant": one.variant,
                "finding": one.finding,
                "studies": one.studies,
                "patients": one.patients,
                "auroc_baseline": round(one.baseline, _DIGITS),
                "auroc": round(one.auroc, _DIGITS),
                "difference": round(one.difference, _DIGITS),
                "low": round(one.interval.low, _DIGITS),
                "high": round(one.interval.high, _DIGITS),
                "spread_over_seeds": None if one.spread is None else round(one.spread, _DIGITS),
                "p": round(one.p, _DIGITS),
                "p_holm": round(one.p_holm, _DIGITS),
                "shown": one.shown(self.confidence),
                **_flat(one.corner),
            }
            for one in self.contrasts
        ]

    def document(self) -> dict[str, Any]:
        """What ``--json`` prints and ``ablation.json`` keeps; neither clock times nor absolute paths."""
        by_seed = [[round(value, _DIGITS) for value in one.by_seed] for one in self.contrasts]
        return {
            "schema": SCHEMA,
            "notice": NOTICE,
            "recipe": self.recipe,
            "recipe_hash": self.recipe_hash,
            "split": SPLIT,
            "axes": list(self.axes),
            "design": "full" if self.full else "one at a time",
            "seeds": list(self.seeds),
            "resamples": self.resamples,
            "confidence": self.confidence,
            "contrasts": [
                row | {"by_seed": values} for row, values in zip(self.rows(), by_seed, strict=True)
            ],
            "failed": [{"variant": variant, "reason": reason} for variant, reason in self.failed.items()],
            "notes": list(self.notes),
        }  # fmt: skip


def _flat(corner: Corner | None) -> dict[str, Any]:
    if corner is None:
        return dict.fromkeys(("rule", "corner", *CORNERS))
    numbers = (corner.baseline, corner.value, corner.difference, corner.interval.low, corner.interval.high)
    rounded = {name: round(one, _DIGITS) for name, one in zip(CORNERS, numbers, strict=True)}
    return {"rule": corner.rule, "corner": corner.name, **rounded}
