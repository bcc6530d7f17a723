"""Condition: what is not body is masked. Table, markers, text and cables beside the body give way to plain air."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from fiducial.scans.conditions.body import body_of
from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.filling import grain_in
from fiducial.scans.physical import Values, physical, with_physical
from fiducial.scans.scan import Scan


@dataclass(frozen=True, slots=True)
class MaskedSurroundings:
    """``margin`` around the body is kept, a share of the longer side; ``seed``: of the grain of the air."""

    margin: float
    seed: int

    def apply(self, scan: Scan) -> Scan:
        """Put air outside, with the median and the grain of the air that is there; no air: nothing changes."""
        values = physical(scan)
        kept = body_of(values, hounsfield=scan.header.get("Modality") == "CT")
        reach = round(self.margin * max(values.shape[1:]))
        outside = np.stack([~_widened(body, reach) for body in kept])
        white = np.random.default_rng(self.seed).standard_normal(values.shape, dtype=np.float32)
        return with_physical(scan, np.stack([*map(_with_air, values, outside, white)]))


def _with_air(
    plane: npt.NDArray[np.float32], outside: npt.NDArray[np.bool_], white: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    if not outside.any():
        return plane
    air = np.median(plane[outside])
    masked: Values = np.where(outside, air + grain_in(plane, outside) * white, plane)
    return masked


def _widened(body: npt.NDArray[np.bool_], reach: int) -> npt.NDArray[np.bool_]:
    if reach == 0 or not body.any():
        return body
    near: npt.NDArray[np.bool_] = ndimage.distance_transform_cdt(~body, "chessboard") <= reach
    return near


@dataclass(frozen=True, slots=True)
class MaskOutsideBody:
    """A counterfactual: a model that reads the body keeps its score."""

    name: ClassVar[str] = "mask-outside-body"
    says: ClassVar[str] = "what lies beside the body, from a margin on, becomes plain air"
    modalities: ClassVar[tuple[str, ...]] = ()
    unit: ClassVar[str] = "1"
    severities: ClassVar[tuple[float, float, float, float, float]] = (0.1, 0.05, 0.03, 0.02, 0.01)
    source: ClassVar[str] = "margin around the body that is kept, over the longer side; chosen by eye"

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> MaskedSurroundings:  # noqa: ARG002  (contract)
        """The seed of the grain."""
        return MaskedSurroundings(self.severities[severity - 1], int(rng.integers(2**31)))
