"""From a scan to a model's input: physical values first, then the steps of a preparation, left to right."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from fiducial import plugins
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.hashes import hash_bytes
from fiducial.files.toml import parse
from fiducial.scans.physical import physical
from fiducial.scans.preparation.contract import Picture, Step
from fiducial.scans.scan import Scan

if TYPE_CHECKING:
    from pydantic import BaseModel

KEY = "step"


def parse_steps(sections: Sequence[Mapping[str, Any]], *, where: str) -> tuple[Step, ...]:
    """The steps of ``[[preparation]]`` sections, each named by its key ``step``.

    Raises:
        UnusableInput: a section without a step, or with a setting that its step does not know.
        WrongUsage: no step bears the name.
    """
    return tuple(_parsed(dict(section), f"{where}: preparation {n}") for n, section in enumerate(sections, start=1))


def describe(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """The sections that ``parse_steps`` makes the same steps of, every default written out; fit for JSON and TOML."""
    return [{KEY: one.name, **cast("BaseModel", one).model_dump(mode="json", exclude_none=True)} for one in steps]


def preparation_hash(steps: Sequence[Step]) -> str:
    """``sha256:...`` of what ``describe`` says, as JSON with sorted keys: equal for steps that do the same in order."""
    told = json.dumps(describe(steps), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hash_bytes(told.encode())


def first_picture(scan: Scan) -> Picture:
    """A scan before the first step: one channel of physical values (HU, or grey with bone bright).

    Raises:
        UnusableInput: no pixels, or one that is NaN or infinite.
    """
    if not scan.array.size:
        raise UnusableInput(f"has no pixels ({' x '.join(map(str, scan.array.shape))}); export it again")
    values = physical(scan)
    rows, columns = values.shape[-2:]
    return Picture(values[np.newaxis], scan.spacing, (rows, columns), scan.header)


def prepare(scan: Scan, steps: Sequence[Step]) -> Picture:
    """Everything that is done to a scan before a model sees it; its pixels lie in one piece of memory.

    Raises:
        UnusableInput: a step cannot work on this scan; with its reason.
    """
    picture = first_picture(scan)
    for step in steps:
        picture = step.apply(picture)
    return replace(picture, pixels=np.ascontiguousarray(picture.pixels))


def _parsed(section: dict[str, Any], where: str) -> Step:
    name = section.pop(KEY, None)
    if not isinstance(name, str):
        raise UnusableInput(f'{where}: names no step; begin it with {KEY} = "..."')
    try:
        kind = cast("type[BaseModel]", plugins.load("steps", name))
    except WrongUsage as unknown:
        raise WrongUsage(f"{where}: {unknown}") from unknown
    return cast("Step", parse(section, kind, where=f"{where} ({name})"))
