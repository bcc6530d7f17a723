"""The claim: what a model detects, in whom, at which operating point, at which prevalence, and how well."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from fiducial.claims.floors import FLOORS, Floor, mistaken_bound
from fiducial.claims.overlap import Repeats, Undrawn, parse_overlap
from fiducial.claims.regions import LESION, masking
from fiducial.claims.rules import parse_rule
from fiducial.claims.strata import parse_stratum
from fiducial.claims.workload import Workload
from fiducial.files.names import did_you_mean
from fiducial.files.toml import read_toml

Share = Annotated[float, Field(gt=0, lt=1)]
Bound = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Condition = Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]  # its name, which every severity of it shares
ALL_ROWS = "all"
_ALERTS = ("alerts_per_day", "false_alarms_per_day")
_USE = (  # floors, the key that they need, and why
    (("net_benefit", *_ALERTS), "prevalence", "it depends on it"),
    (("net_benefit",), "threshold_probability", "it says what a needless alarm costs beside an ill patient found"),
    (_ALERTS, "workload", "studies_per_day says how many there are"),
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Threshold(_Strict):
    """``score >= value`` is a positive call."""

    value: float = Field(ge=0, le=1)
    chosen_on: Literal["train", "tune"] | None = None  # never a split that is judged
    rule: str | None = None


class Statement(_Strict):
    """The ``[claim]`` section."""

    name: str = Field(min_length=1, pattern=r"^[A-Za-z0-9._-]+$")
    finding: str = Field(min_length=1)
    statement: str = ""
    intended_use: str = ""
    not_for: tuple[str, ...] = ()
    population: dict[str, tuple[float | str, ...]] = Field(default_factory=dict)
    prevalence: tuple[Share, Share] | None = None
    scores_at: Share | None = None  # the prevalence at which scores are probabilities; without it that of the cohort
    threshold: Threshold
    threshold_probability: tuple[Share, Share] | None = None  # how likely the finding must be for acting to be worth it
    workload: Workload | None = None

    @field_validator("prevalence", "threshold_probability")
    @classmethod
    def _ascending(cls, given: tuple[float, float] | None) -> tuple[float, float] | None:
        if given and given[0] > given[1]:
            raise ValueError("must be [lowest, highest]")
        return given


class Ladder(_Strict):
    """The ``[ladder]`` section: the rungs that the claim stands or falls with."""

    required: tuple[str, ...] = ("internal", "external", "bias", "calibration")


class Sources(_Strict):
    """The ``[evidence]`` section: files relative to the claim's own folder."""

    cohort: str | None = None
    predictions: str | None = None
    model: str | None = None
    labels: str | None = None  # what each reader said of the studies, reader `truth` being the reference
    readings: str | None = None  # a reader study: ratings, decisions and times, by arm
    arms: tuple[str, ...] = ()  # of the readings: without the model, and with it (or the first alone)
    reader_metric: Literal["auroc", "sensitivity", "specificity"] = "auroc"  # in which readers gain
    reader_design: Literal["random", "fixed-readers", "fixed-cases"] = "random"  # whom the gain is to hold for
    internal: Literal["test", "tune", "all"] = "test"  # a value of `split`, or every row
    external_by: tuple[str, ...] = ()
    strata: tuple[str, ...] = ()
    bundle: str | None = None
    probes: str | None = None  # the folder that `fiducial probe` wrote: scores under stress, what the model looked at
    stress_up_to: int | None = Field(default=None, ge=1, le=5)  # the severity up to which the floors are claimed
    wrong_inputs: tuple[str, ...] = ()  # "inverted", "flip:2": conditions that should get no answer
    simple_rule: str | None = None  # "age >= 60": a rival that needs no model
    confounders: tuple[Condition, ...] = ("marker-added", "marker-removed")  # conditions that move a confounder
    must_not_matter: tuple[Condition, ...] = ("mask-border", "mask-corners", "mask-outside-body")
    must_matter: tuple[Condition, ...] = (masking(LESION),)  # what these mask holds the finding
    lesion_overlap: str = "iou:0.5"  # when a box finds a lesion: iou:SHARE, iobb:SHARE or centre
    froc_at: float = Field(default=1.0, gt=0)  # false positives an image at which lesion_sensitivity is read
    repeated_marks: Repeats = "false-positive"  # what a second box on a found lesion is
    undrawn: Undrawn = "refuse"  # or leave-out: what becomes of ill images on which nobody drew a box

    @field_validator("simple_rule")
    @classmethod
    def _a_rule(cls, rule: str | None) -> str | None:
        if rule is not None:
            parse_rule(rule)
        return rule

    @field_validator("lesion_overlap")
    @classmethod
    def _an_overlap(cls, text: str) -> str:
        return str(parse_overlap(text))

    @field_validator("arms")
    @classmethod
    def _one_or_two(cls, arms: tuple[str, ...]) -> tuple[str, ...]:
        if len(arms) > 2 or len(set(arms)) < len(arms):
            raise ValueError(f"must be [without the model, with the model], or the first alone; got {list(arms)}")
        return arms

    @field_validator("strata", "external_by")
    @classmethod
    def _parsable(cls, strata: tuple[str, ...]) -> tuple[str, ...]:
        for text in strata:
            parse_stratum(text)
        return strata


class Claim(_Strict):
    """A whole ``claim.toml``."""

    claim: Statement
    floors: dict[str, Bound | tuple[Bound, Bound]] = Field(default_factory=dict)
    ladder: Ladder = Field(default_factory=Ladder)
    evidence: Sources = Field(default_factory=Sources)

    @field_validator("floors")
    @classmethod
    def _known(cls, floors: dict[str, float | tuple[float, float]]) -> dict[str, float | tuple[float, float]]:
        for name, bound in floors.items():
            if name not in FLOORS:
                raise ValueError(f"unknown floor {name!r}.{did_you_mean(name, FLOORS)} There are: {', '.join(FLOORS)}")
            if mistake := mistaken_bound(name, bound):
                raise ValueError(mistake)
        return floors

    @model_validator(mode="after")
    def _threshold_not_chosen_where_it_is_judged(self) -> Self:
        if self.claim.threshold.chosen_on == self.evidence.internal:
            raise ValueError("evidence.internal is the split that claim.threshold was chosen on; judge another one")
        return self

    @model_validator(mode="after")
    def _predictive_values_need_a_prevalence(self) -> Self:
        for name in ("ppv", "npv"):
            if name in self.floors and self.claim.prevalence is None:
                raise ValueError(f"floors.{name} needs claim.prevalence: the value depends on it")
        return self

    @model_validator(mode="after")
    def _benefit_and_alerts_need_to_know_the_use(self) -> Self:
        for names, key, why in _USE:
            for name in names:
                if name in self.floors and getattr(self.claim, key) is None:
                    raise ValueError(f"floors.{name} needs claim.{key}: {why}")
        return self

    @model_validator(mode="after")
    def _a_drop_under_stress_needs_a_severity(self) -> Self:
        if "largest_drop_under_stress" in self.floors and self.evidence.stress_up_to is None:
            raise ValueError(
                "floors.largest_drop_under_stress needs evidence.stress_up_to: the severity (1 to 5) it is claimed for"
            )
        return self

    @model_validator(mode="after")
    def _declining_wrong_inputs_needs_a_coverage(self) -> Self:
        if "answered_outside" in self.floors and "coverage" not in self.floors:
            raise ValueError("floors.answered_outside needs floors.coverage: a model that never answers would hold")
        return self

    def floor(self, name: str) -> Floor | None:
        """What the claim demands of a figure, or None where it demands nothing."""
        return Floor(name, self.floors[name]) if name in self.floors else None


def read_claim(path: str | Path) -> Claim:
    """Read and validate a ``claim.toml``.

    Raises:
        UnusableInput: naming the file, the key and what it may be.
    """
    return read_toml(Path(path), Claim)
