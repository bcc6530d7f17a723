"""What a claim can demand of a figure, and how an interval is weighed against it."""

from dataclasses import dataclass
from enum import StrEnum

from fiducial.stats.intervals import Interval


class Kind(StrEnum):
    """Which side of a bound is the good one."""

    AT_LEAST = "at least"
    AT_MOST = "at most"
    WITHIN = "within"


FLOORS = {
    "auroc": Kind.AT_LEAST,
    "sensitivity": Kind.AT_LEAST,
    "specificity": Kind.AT_LEAST,
    "ppv": Kind.AT_LEAST,  # at the lowest claimed prevalence
    "npv": Kind.AT_LEAST,  # at the highest claimed prevalence
    "coverage": Kind.AT_LEAST,  # share of the studies that have a score and no abstention
    "largest_gap": Kind.AT_MOST,  # between subgroups, in any floor metric
    "largest_drop": Kind.AT_MOST,  # from internal to an external group, in any floor metric
    "largest_drop_under_stress": Kind.AT_MOST,  # from clean to a condition, same patients, in any floor metric
    "ece_under_shift": Kind.AT_MOST,  # at every external group, and under every condition up to evidence.stress_up_to
    "answered_outside": Kind.AT_MOST,  # share of wrong inputs, and of patients it is not for, that got an answer
    "lead_over_baselines": Kind.AT_LEAST,  # the model's AUROC minus that of the best cheap rival
    "shortcut_energy": Kind.AT_MOST,  # saliency in border, marker and their like beyond the area that they cover
    "shortcut_effect": Kind.AT_MOST,  # share of the decisions that turn on what cannot hold the finding
    "lesion_effect": Kind.AT_LEAST,  # share of the right positive calls that fall once the lesion is masked
    "site_auroc": Kind.AT_MOST,  # how well the model's own features tell site or scanner within one class
    "ablation_loss": Kind.AT_MOST,  # sensitivity or specificity lost with an anatomy or with bits, in any stratum
    "worst_slice_gap": Kind.AT_MOST,  # rate of missed or false alarms in any slice minus that elsewhere
    "reader_gain": Kind.AT_LEAST,  # what readers gain with the model, in the claim's reader metric
    "automation_bias": Kind.AT_MOST,  # share of readings, right alone, that follow the model's wrong call
    "lead_over_readers": Kind.AT_LEAST,  # the model alone minus the readers alone, in the claim's reader metric
    "net_benefit": Kind.AT_LEAST,  # over treating all, nobody and every rival, at prevalence and threshold_probability
    "weighted_sensitivity": Kind.AT_LEAST,  # each ill study weighs as much as its significance
    "alerts_per_day": Kind.AT_MOST,  # at every claimed prevalence
    "false_alarms_per_day": Kind.AT_MOST,
    "reader_agreement": Kind.AT_LEAST,  # Krippendorff's alpha of the readers of the labels table
    "label_error": Kind.AT_MOST,  # share of the reference's labels that the readers show to be wrong
    "ece": Kind.AT_MOST,
    "brier": Kind.AT_MOST,
    "calibration_slope": Kind.WITHIN,
    "calibration_intercept": Kind.WITHIN,
    "lesion_sensitivity": Kind.AT_LEAST,  # share of the lesions found at evidence.froc_at false positives an image
    "average_precision": Kind.AT_LEAST,  # of the boxes, at evidence.lesion_overlap
    "false_positives_per_image": Kind.AT_MOST,  # boxes on nothing, at the claim's threshold
    "looks": Kind.AT_MOST,  # different looks at the sealed test, this one included
}


UNBOUNDED = ("calibration_slope", "calibration_intercept", "looks")  # every other share lies from 0 to 1
OF_BOXES = ("lesion_sensitivity", "average_precision", "false_positives_per_image")
SIGNED = ("reader_gain", "lead_over_readers")  # or from -1: a loss that is small enough may be what is claimed
COUNTS = ("alerts_per_day", "false_alarms_per_day", "false_positives_per_image")  # from 0 up


def mistaken_bound(name: str, bound: float | tuple[float, float]) -> str | None:
    """What is wrong with the bound of a known floor, or None."""
    if (FLOORS[name] is Kind.WITHIN) != isinstance(bound, tuple):
        return f"{name} must be {'a pair [low, high]' if FLOORS[name] is Kind.WITHIN else 'one number'}, got {bound!r}"
    if isinstance(bound, tuple) and bound[0] >= bound[1]:
        return f"{name} must be [low, high] with low below high, got {bound!r}"
    if name == "looks" and not (isinstance(bound, int | float) and bound >= 1 and bound == int(bound)):
        return f"looks must be a whole number from 1 on (the first look is one), got {bound!r}"
    if name in COUNTS:
        return None if isinstance(bound, float | int) and bound >= 0 else f"{name} must be 0 or more, got {bound!r}"
    lowest = -1 if name in SIGNED else 0
    if name not in UNBOUNDED and not isinstance(bound, tuple) and not lowest <= bound <= 1:
        return f"{name} must lie from {lowest} to 1, got {bound!r}"
    return None


@dataclass(frozen=True, slots=True)
class Floor:
    """One line of ``[floors]``."""

    name: str
    bound: float | tuple[float, float]

    @property
    def low(self) -> float:
        """The lowest value that satisfies the floor."""
        if isinstance(self.bound, tuple):
            return self.bound[0]
        return self.bound if FLOORS[self.name] is Kind.AT_LEAST else float("-inf")

    @property
    def high(self) -> float:
        """The highest value that satisfies the floor."""
        if isinstance(self.bound, tuple):
            return self.bound[1]
        return self.bound if FLOORS[self.name] is Kind.AT_MOST else float("inf")

    def cleared_by(self, interval: Interval) -> bool:
        """A floor is cleared by the whole interval, not by the point estimate."""
        return interval.low >= self.low and interval.high <= self.high

    def missed_by(self, interval: Interval) -> bool:
        """No value of the interval satisfies the floor."""
        return interval.high < self.low or interval.low > self.high

    def __str__(self) -> str:
        """``sensitivity at least 0.8``."""
        kind = FLOORS[self.name]
        bound = f"{self.bound[0]:g} to {self.bound[1]:g}" if isinstance(self.bound, tuple) else f"{self.bound:g}"
        return f"{self.name} {kind} {bound}"
