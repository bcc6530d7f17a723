"""``pipeline.toml``: which studies enter, which bundles run, how their words become one, which rules decide."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fiducial.predictions.fusion.recipe import FusionRecipe

Name = Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z0-9._-]+$")]
Word = Annotated[str, Field(min_length=1)]
Words = tuple[Word, ...]
Ages = tuple[Annotated[float, Field(ge=0)], Annotated[float, Field(ge=0)]]

TABLES = ("predictions", "regions", "measurements", "masks", "decisions")
Table = Literal["predictions", "regions", "measurements", "masks", "decisions"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Heading(_Strict):
    """The ``[pipeline]`` section."""

    name: Name
    version: Word
    statement: str = ""  # what it is for, and what it is not for; stands on every page


class Entry(_Strict):
    """The ``[entry]`` section: which studies enter; what is not named is not asked.

    A value of the cohort stands before one of the header. ``unknown``: whether a study enters of which nobody says.
    """

    modality: Words = ()
    body_part: Words = ()
    view: Words = ()
    sex: Words = ()
    age: Ages | None = None  # years, both included
    columns: dict[Word, Words] = Field(default_factory=dict)  # of the cohort: column -> the values that enter
    unknown: Literal["outside", "inside"] = "outside"

    @model_validator(mode="after")
    def _ages_rise(self) -> Self:
        if self.age is not None and self.age[0] > self.age[1]:
            raise ValueError(f"age must be [youngest, oldest], got [{self.age[0]:g}, {self.age[1]:g}]")
        return self


class ModelLine(_Strict):
    """One of ``[[models]]``."""

    bundle: Word  # relative to the pipeline file
    name: Name | None = None  # default: as the bundle calls itself
    findings: Words = ()  # default: all that the bundle scores
    key: str | None = None  # where the key of a sealed bundle lies
    seconds: float = Field(default=30.0, gt=0, allow_inf_nan=False)  # it may take for one study
    required: bool = False  # a study that it does not answer counts as failed


class FusionLine(FusionRecipe):
    """One of ``[[fusion]]``: a fusion recipe, and the findings that it is for."""

    findings: Words = Field(min_length=1)
    fitted: str | None = None  # the .fusion.json of an earlier ``fiducial fuse``, for stacking and calibration

    @model_validator(mode="after")
    def _fits_are_given(self) -> Self:
        rules = [self.rule(name) for name in self.findings]
        if self.fitted is None and any(rule.rule == "stacking" or rule.calibrate for rule in rules):
            raise ValueError("nothing is fitted in a pipeline; give fitted, the .fusion.json of `fiducial fuse`")
        return self


class RulesLine(_Strict):
    """The ``[rules]`` section."""

    file: Word


class Outputs(_Strict):
    """The ``[outputs]`` section: what a run writes beside the worklist, the traces and the results."""

    tables: tuple[Table, ...] = ("predictions", "regions", "measurements", "decisions")
    overlays: bool = True
    draw: Words = ()  # findings whose boxes and masks are drawn; default: all
    page: bool = True


class PipelineFile(_Strict):
    """A whole ``pipeline.toml``."""

    pipeline: Heading
    entry: Entry = Field(default_factory=Entry)
    models: tuple[ModelLine, ...] = Field(min_length=1)
    fusion: tuple[FusionLine, ...] = ()
    rules: RulesLine
    outputs: Outputs = Field(default_factory=Outputs)
