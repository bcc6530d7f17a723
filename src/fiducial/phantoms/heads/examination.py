"""One CT of one head: everything drawn, and the slices with the truth about each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from fiducial.phantoms.heads.bleeds import Kind, fill, pushed
from fiducial.phantoms.heads.brain import draw_brain
from fiducial.phantoms.heads.canvas import Canvas, Where
from fiducial.phantoms.heads.implants import METAL, Thing, catheter_in, speck_in, streaks
from fiducial.phantoms.heads.patient import HeadPatient
from fiducial.phantoms.heads.points import HeadPose, Plane, Points
from fiducial.phantoms.heads.scanner import HeadScanner
from fiducial.phantoms.heads.shell import draw_shell
from fiducial.phantoms.heads.tissue import BONE, HU_BY_CODE

FRONTAL_BONE = "frontal-bone"
REGIONS = (*Kind, *Thing, FRONTAL_BONE)
NEAR_MM = 10.0  # below the inner table: what the widest strip of the skull takes along
_FINE = 1.25  # mm: where pixels are larger, twice as many are drawn either way and averaged; slices are always
_LOWEST, _HIGHEST = -62.0, 86.0  # mm: from the foramen magnum to the vertex
_CATHETER = 320.0  # HU: silicone with barium


@dataclass(frozen=True, slots=True)
class Slice:
    """``hu``: int16 (rows, columns). ``shares``: by region, the part of each voxel that it fills, 0 to 1.

    ``near``: of the blood, by kind, the share that lies within 10 mm of the inner table.
    """

    number: int  # from 0, at the bottom
    hu: NDArray[np.int16]
    shares: dict[str, Plane]
    near: dict[str, float]

    def mask(self, region: str) -> Where:
        """Voxels that it fills at least by half."""
        return np.asarray(self.shares[region] >= 0.5)


@dataclass(frozen=True, slots=True)
class Examination:
    """Pixels depend on neither names nor dates."""

    hospital: str
    patient: HeadPatient
    visit: int  # 1, 2, ... within the patient
    scanner: HeadScanner
    pose: HeadPose
    thickness: float  # mm
    dose: float  # over the scanner's usual one
    acquired: date
    size: int  # rows and columns
    seed: int  # of the noise

    @property
    def pixel(self) -> float:
        """Mm, rounded because DICOM grants a decimal 16 characters."""
        return round(self.scanner.field / self.size, 6)

    @property
    def heights(self) -> list[float]:
        """Mm of the couch at each slice, from the bottom to the top."""
        top = _HIGHEST * self.patient.build.above / 72
        return [
            round(_LOWEST + number * self.thickness, 4) for number in range(int((top - _LOWEST) / self.thickness) + 1)
        ]

    def slices(self) -> Iterator[Slice]:
        """All slices from the bottom to the top."""
        for number in range(len(self.heights)):
            yield self.slice(number)

    def slice(self, number: int) -> Slice:
        """One of them; it does not depend on which were asked for before."""
        ideal, shares, near = self.ideal(number)
        rng = np.random.default_rng([self.seed, number])
        return Slice(number, self.scanner.acquire(ideal, self.pixel, self.thickness, self.dose, rng), shares, near)

    def ideal(self, number: int) -> tuple[Plane, dict[str, Plane], dict[str, float]]:
        """HU without blur and noise, the shares of the regions, and how much of each bleed lies near the skull."""
        over = 1 if self.pixel <= _FINE else 2
        layers = max(1, int(np.ceil(self.thickness / (2 * _FINE) - 1e-9)))
        inwards = ((layer + 0.5) / layers - 0.5 for layer in range(layers))
        sections = [self._section(self.heights[number] + share * self.thickness, over) for share in inwards]
        image = _averaged([one.hu for one in sections], over)
        shares = {
            region: _averaged([one.regions[region].astype(np.float32) for one in sections], over) for region in REGIONS
        }
        coil = shares[Thing.COIL] > 0.25
        phase = float(np.random.default_rng(self.seed).uniform(0, 2 * np.pi))
        return image + streaks(image, coil, self.pixel, phase), shares, _near(sections)

    def _section(self, height: float, over: int) -> "_Section":
        points = self._points(height, over)
        patient = self.patient
        canvas = Canvas.empty(patient.build, points, *pushed(points, patient.bleeds))
        draw_shell(canvas)
        draw_brain(canvas)
        return _with_all(canvas, patient)

    def _points(self, height: float, over: int) -> Points:
        count = self.size * over
        along = ((np.arange(count) + 0.5) / count - 0.5) * self.pixel * self.size
        tilt = np.deg2rad(self.scanner.tilt)
        down = along[:, None]
        return self.pose.points(along[None, :], np.cos(tilt) * down, height - np.sin(tilt) * down)


@dataclass(frozen=True, slots=True)
class _Section:
    hu: Plane
    regions: dict[str, Where]
    depth: Plane


def _with_all(canvas: Canvas, patient: HeadPatient) -> _Section:
    """Blood and implants over the anatomy; whatever is painted later takes the place from what was there."""
    regions: dict[str, Where] = {region: np.zeros(canvas.tissue.shape, dtype=bool) for region in REGIONS}
    added: list[tuple[str, Where, float]] = [(bleed.kind, fill(canvas, bleed), bleed.hu) for bleed in patient.bleeds]
    implants = patient.implants
    added += [(Thing.CALCIFICATION, speck_in(canvas, speck), speck.hu) for speck in implants.calcifications]
    if implants.catheter is not None:
        added.append((Thing.CATHETER, catheter_in(canvas, implants.catheter), _CATHETER))
    if implants.coil is not None:
        added.append((Thing.COIL, speck_in(canvas, implants.coil), METAL))
    hu = HU_BY_CODE[canvas.tissue]
    mottle = canvas.folds.texture(canvas.brain, 0.8)
    hu += np.where(canvas.cavity, 1.2 * mottle, 0)
    for region, where, value in added:
        for other in regions:
            regions[other] &= ~where
        regions[region] |= where
        hu[where] = value + (3.0 * mottle[where] if region in set(Kind) else 0)
    regions[FRONTAL_BONE] = (
        canvas.within(*BONE) & (canvas.points.y < -45) & (canvas.points.z > -16) & (canvas.depth <= 0)
    )
    return _Section(hu, regions, canvas.depth)


def _averaged(sections: list[Plane], over: int) -> Plane:
    mean: Plane = np.mean(sections, axis=0, dtype=np.float32)
    rows, columns = (length // over for length in mean.shape)
    binned: Plane = mean.reshape(rows, over, columns, over).mean(axis=(1, 3), dtype=np.float32)
    return binned


def _near(sections: list[_Section]) -> dict[str, float]:
    found = {}
    for kind in Kind:
        whole = sum(int(one.regions[kind].sum()) for one in sections)
        near = sum(int((one.regions[kind] & (one.depth < NEAR_MM)).sum()) for one in sections)
        if whole:
            found[str(kind)] = near / whole
    return found
