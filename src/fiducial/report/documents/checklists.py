"""Checklists of reporting as data files: versioned, with DOI and source, each item in our own short words."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from fiducial.claims.claim import Claim
from fiducial.claims.evidence import Provenance
from fiducial.cohort.datasheet import Dataset
from fiducial.files.toml import parse
from fiducial.models.manifest import Manifest

BUILT_IN = ("tripod-ai-2024", "claim-2024", "stard-ai-2025")
_FIELDS = {
    "dataset": frozenset(Dataset.__dataclass_fields__),
    "bundle": frozenset(Manifest.model_fields),
    "provenance": frozenset(Provenance.__dataclass_fields__),
    "selection": frozenset({"flow"}),
    "log": frozenset({"decisions", "answered"}),
}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Item(_Strict):
    """One row of a checklist.

    ``shown_by``: pointers, ``kind:what``: ``claim:claim.population``, ``rung:bias``, ``figure:internal/auroc``,
    ``dataset:splits`` (``dataset:groups/site`` for one column), ``bundle:licence``, ``provenance:inputs``,
    ``selection:flow``, ``log:decisions``. Without any, the item is for the authors. ``whole``: whether the pointers
    together are all that the item asks.
    """

    id: str
    section: str
    asks: str
    shown_by: tuple[str, ...] = ()
    whole: bool = True

    @model_validator(mode="after")
    def _pointers_lead_somewhere(self) -> Self:
        for pointer in self.shown_by:
            if mistake := mistaken_pointer(pointer):
                raise ValueError(mistake)
        return self


class LeftOut(_Strict):
    """An item that is not here, and why."""

    id: str
    why: str


class Checklist(_Strict):
    """A whole file. ``items``: how many the published list has; ``rows``: with sub-items. ``source``: what we read."""

    name: str
    version: str
    title: str
    citation: str
    doi: str
    source: str
    items: int
    rows: int
    left_out: tuple[LeftOut, ...] = ()
    item: tuple[Item, ...]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        ids = [*(one.id for one in self.item), *(one.id for one in self.left_out)]
        if len(set(ids)) < len(ids):
            raise ValueError("two rows bear one id")
        if len(ids) != self.rows:
            raise ValueError(f"the list has {self.rows} rows; here are {len(ids)}, those left out included")
        return self


def mistaken_pointer(pointer: str) -> str | None:
    """What is wrong with a pointer, or None. Rungs and their figures are plugins, so only their form is asked here."""
    kind, _, what = pointer.partition(":")
    if kind in {"rung", "figure"}:
        wanted = 2 if kind == "figure" else 1
        return None if len([part for part in what.split("/") if part]) == wanted else f"{pointer}: names no {kind}"
    if kind == "claim":
        return None if _is_claim_key(what) else f"{pointer}: a claim has no such key"
    if what.partition("/")[0] not in _FIELDS.get(kind, ()):
        return f"{pointer}: leads nowhere"
    return None


@cache
def checklist(name: str) -> Checklist:
    """A built-in checklist by the name of its file.

    Raises:
        UnusableInput: the file is wrong; our own tests keep it from being so.
    """
    file = files("fiducial.report.documents") / "lists" / f"{name}.toml"
    return parse(tomllib.loads(file.read_text(encoding="utf-8")), Checklist, where=file.name)


def _is_claim_key(key: str) -> bool:
    model: type[BaseModel] | None = Claim
    for part in key.split("."):
        if model is None or part not in model.model_fields:
            return False
        kind = model.model_fields[part].annotation
        model = kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None
    return True
