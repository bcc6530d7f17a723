"""One entry of the catalogue, its codes, and what stands behind them."""

import re
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

System = Literal["radlex", "snomed", "dicom"]


class Kind(StrEnum):
    """What an entry is: something that is wrong, or something that was put in or on a patient."""

    FINDING = "finding"
    DEVICE = "device"


class Urgency(StrEnum):
    """How soon a new, unexpected finding is told; most urgent first."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    ROUTINE = "routine"

    @property
    def when(self) -> str:
        """``within minutes``, ``routine``."""
        return self.value if self is Urgency.ROUTINE else f"within {self.value}"


class BodyPart(StrEnum):
    """Where a finding is looked for. An entry without any is looked for everywhere."""

    HEAD = "head"
    NECK = "neck"
    SPINE = "spine"
    CHEST = "chest"
    ABDOMEN = "abdomen"
    PELVIS = "pelvis"
    UPPER_LIMB = "upper limb"
    LOWER_LIMB = "lower limb"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Code(_Strict):
    """A code of another vocabulary that means the same, with what it is called there and where we read it."""

    system: System
    code: str = Field(min_length=1)
    label: str = Field(min_length=1)
    source: str = Field(min_length=1)


class Source(_Strict):
    """Where codes were read: ``where`` is repository@commit:path or a package; ``checked``: why it is believed."""

    name: str
    title: str
    where: str
    licence: str
    checked: str


class UrgencyClass(_Strict):
    """What an urgency means; ``category`` as the ACR counts (Larson et al., 2014, J Am Coll Radiol 11:552-558)."""

    name: Urgency
    category: int | None = None
    meaning: str
    codes: tuple[Code, ...] = ()


class NotAnEntry(_Strict):
    """A label that published data sets give and that names no finding, and why."""

    label: str
    layouts: tuple[str, ...]
    why: str


class Entry(_Strict):
    """A finding or a device. ``labels``: what data sets call it, by layout, where that is none of its names."""

    name: str = Field(min_length=1)
    kind: Kind
    parents: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    body_parts: tuple[BodyPart, ...] = ()
    urgency: Urgency = Urgency.ROUTINE
    labels: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    codes: tuple[Code, ...] = ()
    note: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Its name, then its synonyms."""
        return (self.name, *self.synonyms)

    def code(self, system: System) -> Code | None:
        """Its code in one vocabulary; None where no source gave one."""
        return next((code for code in self.codes if code.system == system), None)

    def is_looked_for_in(self, part: BodyPart) -> bool:
        """Whether it may be found there."""
        return not self.body_parts or part in self.body_parts


def plain(name: str) -> str:
    """``Pleural_Thickening`` as ``pleural thickening``: how names are compared."""
    return re.sub(r"[\W_]+", " ", name.casefold()).strip()
