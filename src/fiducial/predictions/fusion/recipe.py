"""The recipe of an ensemble, ``fusion.toml``: who its members are, and how their scores and boxes become one."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Inside = Annotated[float, Field(gt=0, lt=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ScoreRule(_Strict):
    """How scores become one. ``boxes``: the score of a study is that of its best fused box."""

    rule: Literal["mean", "geometric", "logit-mean", "max", "k-of-n", "stacking", "boxes"] = "logit-mean"
    k: int | None = Field(default=None, ge=1)  # of k-of-n
    thresholds: dict[str, Inside] = Field(default_factory=dict)  # of k-of-n: one a member
    calibrate: Literal["platt", "isotonic", "beta", "temperature"] | None = None  # after fusion, fitted on tune

    @model_validator(mode="after")
    def _k_of_n_is_whole(self) -> Self:
        if self.rule == "k-of-n" and self.k is None:
            raise ValueError("k-of-n needs k: how many members must be positive")
        if self.rule != "k-of-n" and (self.k is not None or self.thresholds):
            raise ValueError("k and thresholds go with the rule k-of-n")
        return self


class BoxRule(_Strict):
    """How boxes become one: a fuser by its name, and its options."""

    fuser: str = "wbf"
    overlap: float | None = Field(default=None, ge=0, lt=1)  # None: the fuser's own
    confidence: Literal["agreement", "mean", "max"] | None = None  # of wbf
    decay: Literal["gaussian", "linear"] | None = None  # of soft-nms
    sigma: float | None = Field(default=None, gt=0)  # of soft-nms

    @property
    def options(self) -> dict[str, float | str]:
        """What the recipe says beyond the fuser's own values."""
        named = self.model_dump(exclude={"fuser"}, exclude_none=True)
        return {name: value for name, value in named.items() if value is not None}


class MaskRule(_Strict):
    """How masks become one; ``staple`` and ``majority`` take a probability of 0.5 or more as a vote for inside."""

    rule: Literal["mean", "majority", "staple"] = "staple"


class Ensemble(_Strict):
    """The ``[ensemble]`` section."""

    name: str = Field(min_length=1)  # what fused rows call their model
    members: tuple[str, ...] = ()  # empty: every model of the tables
    weights: dict[str, Weight] = Field(default_factory=dict)  # 1 where nothing is said
    quorum: int | None = Field(default=None, ge=1)  # fewest members that must answer; None: all of them

    @model_validator(mode="after")
    def _members_are_known(self) -> Self:
        if len(set(self.members)) < len(self.members):
            raise ValueError("a member is named twice; give it a weight instead")
        strangers = sorted(set(self.weights) - set(self.members)) if self.members else []
        if strangers:
            raise ValueError(f"weights of {', '.join(strangers)}, who is no member")
        if self.members and set(self.weights) >= set(self.members) and not any(self.weights.values()):
            raise ValueError("every weight is 0, so nobody would be heard")
        if self.members and self.quorum is not None and self.quorum > len(self.members):
            raise ValueError(f"a quorum of {self.quorum} can never be met by {len(self.members)} members")
        return self


class FusionRecipe(_Strict):
    """A whole ``fusion.toml``."""

    ensemble: Ensemble
    scores: ScoreRule = Field(default_factory=ScoreRule)
    finding: dict[str, ScoreRule] = Field(default_factory=dict)  # where one finding has a rule of its own
    boxes: BoxRule = Field(default_factory=BoxRule)
    masks: MaskRule = Field(default_factory=MaskRule)

    def rule(self, finding: str) -> ScoreRule:
        """How the scores of a finding become one."""
        return self.finding.get(finding, self.scores)
