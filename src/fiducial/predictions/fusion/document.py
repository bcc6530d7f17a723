"""What an ensemble was made of and what it fitted, as one JSON file that can be applied to other studies."""

import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from fiducial.claims.evidence import NOTICE
from fiducial.cohort.fitted import part_of
from fiducial.errors import UnusableInput
from fiducial.files.toml import parse
from fiducial.files.writing import write_text
from fiducial.predictions.calibrator_specs import CalibratorSpec, spec_of
from fiducial.predictions.fusion.fitting import Fitted
from fiducial.predictions.fusion.recipe import FusionRecipe
from fiducial.predictions.fusion.scores import Stacked

FUSION_SCHEMA: Literal["fiducial.fusion/1"] = "fiducial.fusion/1"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StackSpec(_Strict):
    """One slope a member, in the order of the document's members."""

    intercept: float
    slopes: tuple[float, ...]


class FittedOn(_Strict):
    """How many studies, and the hash of their sorted keys, as transforms say it."""

    count: int = Field(ge=0)
    hash: str


class FittedFinding(_Strict):
    """What was fitted for one finding."""

    stack: StackSpec | None = None
    calibrator: CalibratorSpec | None = None
    fitted_on: FittedOn


class MaskEstimate(_Strict):
    """How well STAPLE thinks that a member finds a region: means over the studies of this run."""

    sensitivity: float
    specificity: float


class FusionDocument(_Strict):
    """A whole ``<out>.fusion.json``."""

    schema_name: Literal["fiducial.fusion/1"] = Field(alias="schema")
    notice: str = NOTICE
    recipe: FusionRecipe
    members: tuple[str, ...]
    inputs: dict[str, str]  # name of each table -> its hash
    fitted: dict[str, FittedFinding] = Field(default_factory=dict)
    masks: dict[str, dict[str, MaskEstimate]] = Field(default_factory=dict)  # region -> member

    def write(self, path: Path) -> None:
        """Write the file, all of it or nothing.

        Raises:
            UnusableInput: the folder cannot be written to.
        """
        content = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        write_text(path, json.dumps(content, indent=1, sort_keys=True) + "\n")

    def as_fitted(self) -> dict[str, Fitted]:
        """Ready to be applied; the studies themselves are not known any more."""
        return {
            finding: Fitted(
                Stacked(one.stack.intercept, one.stack.slopes) if one.stack else None,
                one.calibrator.calibrator() if one.calibrator else None,
                None,
            )
            for finding, one in self.fitted.items()
        }


def remembered(fitted: Fitted) -> FittedFinding:
    """What a file keeps of a fit: the numbers, and on how many studies; no study can be told from it."""
    if fitted.studies is None:
        raise ValueError("a fit that was read from a file stays in that file")
    on = part_of(fitted.studies)
    return FittedFinding(
        stack=StackSpec(intercept=fitted.stack.intercept, slopes=fitted.stack.slopes) if fitted.stack else None,
        calibrator=spec_of(fitted.calibrator) if fitted.calibrator else None,
        fitted_on=FittedOn(count=on.count, hash=on.hash),
    )


def read_fusion(path: Path) -> FusionDocument:
    """Read a ``.fusion.json``.

    Raises:
        UnusableInput: absent, no JSON, of another version, or not what we write.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as absent:
        raise UnusableInput(f"{path}: there is no such file.") from absent
    except (OSError, ValueError) as wrong:
        raise UnusableInput(
            f"{path}: is no JSON file ({wrong}). Name the .fusion.json that an ensemble left."
        ) from wrong
    if not isinstance(content, dict) or content.get("schema") != FUSION_SCHEMA:
        found = content.get("schema") if isinstance(content, dict) else type(content).__name__
        raise UnusableInput(f"{path}: its schema is {found!r}; {FUSION_SCHEMA!r} was expected. Fuse again.")
    return parse(content, FusionDocument, where=str(path))
