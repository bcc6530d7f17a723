"""From a scan to a model's input: physical values first, then the steps of a preparation, left to right."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from fiducial import plugins
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


def first_picture(scan: Scan) -> Picture:
    """A scan before the first step: one channel of physical values (HU, or grey with bone bright)."""
    values = physical(scan)
    rows, columns = values.shape[-2:]
    return Picture(values[np.newaxis], scan.spacing, (rows, columns), scan.header)


def prepare(scan: Scan, steps: Sequence[Step]) -> Picture:
    """Everything that is done to a scan before a model sees it.

    Raises:
        UnusableInput: a step cannot work on this scan; with its reason.
    """
    picture = first_picture(scan)
    for step in steps:
        picture = step.apply(picture)
    return picture


def _parsed(section: dict[str, Any], where: str) -> Step:
    name = section.pop(KEY, None)
    kind = cast("type[BaseModel]", plugins.load("steps", str(name)))
    return cast("Step", parse(section, kind, where=f"{where} ({name})"))
