"""What one study contributes: every metric's score for the prediction and for each alternative, and the contrast."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from fiducial.audit.metric.pairs import Paired, Row, Units
from fiducial.audit.metric.plan import (
    AIR,
    ALONG_X,
    ALONG_Y,
    ALONG_Z,
    AWAY,
    BODY,
    COPY,
    MEAN,
    OTHER_PATIENT,
    OTHER_SLICE,
    ROUNDING,
    TRUE,
    Condition,
    Plan,
    View,
)
from fiducial.errors import UnusableInput
from fiducial.files.hashes import hash_bytes
from fiducial.scans.body_mask import body_mask
from fiducial.scans.likeness import SIGMA, Prepared, Region, prepare, region
from fiducial.scans.volume import Volume

Plane: TypeAlias = npt.NDArray[np.int16]
Scores: TypeAlias = dict[tuple[int, Condition], npt.NDArray[np.float64]]  # (reading, condition) -> (slices, draws)

CEILING = 100.0  # dB: what PSNR is counted as where images are identical


@dataclass(frozen=True, slots=True)
class Contrast:
    """Sums over the voxels of a study's body: where contrast was due, and where none was. Errors in HU."""

    due: float = 0.0  # voxels
    error: float = 0.0  # |prediction - target| where due
    untouched: float = 0.0  # |input - target| where due
    enhancement: float = 0.0  # |target - input|, smoothed, where due
    painted: float = 0.0  # how much of it the prediction shows
    elsewhere: float = 0.0  # voxels where none was due
    error_elsewhere: float = 0.0
    invented: float = 0.0  # voxels there that the prediction changed by as much as contrast would


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """One study's scores. ``stored``: the file with its planes, for those who compare theirs with it."""

    study: str
    patient: str | None
    scores: Scores
    contrast: Contrast | None
    stored: Path
    digest: str  # of what was looked at
    notes: tuple[str, ...] = ()

    @property
    def single(self) -> bool:
        """Whether it is one slice, so that its patient's other rows are its other slices."""
        return all(scores.shape[0] == 1 for scores in self.scores.values())


@dataclass(frozen=True, slots=True, eq=False)
class Planes:
    """The slices of a study that are looked at: (slices, rows, columns)."""

    prediction: npt.NDArray[np.int16]
    target: npt.NDArray[np.int16]
    mask: npt.NDArray[np.bool_]

    def save(self, path: Path) -> None:
        """For a later pass."""
        np.savez(path, prediction=self.prediction, target=self.target, mask=self.mask)

    @property
    def digest(self) -> str:
        """The hash of all of it."""
        return hash_bytes(b"".join(one.tobytes() for one in (self.prediction, self.target, self.mask)))

    @classmethod
    def load(cls, path: Path) -> "Planes":
        """As they were saved."""
        with np.load(path) as stored:
            return cls(stored["prediction"], stored["target"], stored["mask"])


@dataclass(frozen=True, slots=True, eq=False)
class _Bench:
    """One slice in one view: the true pair is prepared once and compared with many."""

    plan: Plan
    view: View
    place: Region
    prediction: Prepared
    target: Prepared
    found: dict[tuple[int, Condition], list[float]] = field(default_factory=lambda: defaultdict(list))

    def true_pair(self) -> None:
        self._record(TRUE, self.prediction, self.target)

    def instead_of_prediction(self, condition: Condition, plane: Plane) -> None:
        self._record(condition, prepare(plane, self.place), self.target)

    def instead_of_target(self, condition: Condition, plane: Plane) -> None:
        self._record(condition, self.prediction, prepare(plane, self.place))

    def _record(self, condition: Condition, first: Prepared, second: Prepared) -> None:
        for number, reading in enumerate(self.plan.readings):
            if reading.view == self.view:
                score = reading.likeness.score(self.place, first, second)
                self.found[number, condition].append(min(score, CEILING) if reading.likeness.unit == "dB" else score)


def examine(item: tuple[int, Paired | Row], *, plan: Plan, units: Units, scratch: Path) -> Examined:
    """Score one study against its own alternatives: baselines, shifts and its other slices.

    Raises:
        UnusableInput: a file cannot be read, the grids differ, or no body is found.
    """
    number, given = item
    pair = given.read()
    if pair.units is not units:
        raise UnusableInput(f"{pair.study}: is in {pair.units.name}, the others in {units.name}; check them apart")
    masks, chosen = _body(pair, plan.slices)
    planes = Planes(pair.prediction.array[chosen], pair.target.array[chosen], masks)
    stored = scratch / f"{number}.npz"
    planes.save(stored)
    rng = np.random.default_rng([plan.seed, number])
    others = [_other_slices(pair.target, z, plan.draws, rng) for z in chosen]
    slots: list[dict[tuple[int, Condition], list[float]]] = []
    for slot, z in enumerate(chosen):
        found: dict[tuple[int, Condition], list[float]] = {}
        for bench in _benches(plan, planes, slot):
            bench.true_pair()
            if pair.input is not None:
                bench.instead_of_prediction(COPY, pair.input.array[z])
            bench.instead_of_prediction(AIR, np.full_like(planes.target[slot], units.air))
            for other in others[slot]:
                bench.instead_of_target(OTHER_SLICE, pair.target.array[other])
            for condition, moved in _moved(pair.target, z, plan.distances):
                bench.instead_of_target(condition, moved)
            found |= bench.found
        slots.append(found)
    contrast = _contrast(pair, chosen, masks, units.due) if pair.input is not None and units.due else None
    return Examined(pair.study, pair.patient, _stacked(slots), contrast, stored, planes.digest, pair.target.notes)


def examine_others(item: tuple[int, Path, list[Path], list[Path]], *, plan: Plan) -> Scores:
    """Score one study's prediction against other patients' targets, their mean, and its patient's other rows.

    ``item``: its number, its planes, those of other patients, those of the same patient.
    """
    number, own, strangers, kin = item
    rng = np.random.default_rng([plan.seed, number, 1])
    planes = Planes.load(own)
    shape = planes.target.shape[1:]
    drawn = [Planes.load(strangers[one]).target for one in _draw(len(strangers), plan.draws, rng)]
    beside = [Planes.load(kin[one]).target[0] for one in _draw(len(kin), plan.draws, rng)]
    slots = []
    for slot in range(planes.target.shape[0]):
        found: dict[tuple[int, Condition], list[float]] = {}
        others = [_fitted(one[min(slot, one.shape[0] - 1)], shape, one.min()) for one in drawn]
        for bench in _benches(plan, planes, slot):
            for other in others:
                bench.instead_of_target(OTHER_PATIENT, other)
            if others:
                bench.instead_of_prediction(MEAN, np.mean(others, axis=0).astype(np.int16))
            for other in beside:
                bench.instead_of_target(OTHER_SLICE, _fitted(other, shape, other.min()))
            found |= bench.found
        slots.append(found)
    return _stacked(slots)


def _benches(plan: Plan, planes: Planes, slot: int) -> Iterator[_Bench]:
    prediction, target = planes.prediction[slot], planes.target[slot]
    for view in plan.views:
        mask = planes.mask[slot] if view.region == BODY else None
        place = region(target.shape, mask, view.window, scales=plan.scales(view))
        yield _Bench(plan, view, place, prepare(prediction, place), prepare(target, place))


def _body(pair: Paired, most: int) -> tuple[npt.NDArray[np.bool_], list[int]]:
    """The body in the slices to look at: evenly spread over those that show any."""
    target = pair.target.array
    candidates = np.arange(target.shape[0]) if pair.slice is None else np.array([pair.slice])
    if pair.mask is not None:
        inside = pair.mask.array[candidates] > 0
    elif candidates.size <= most:
        inside = body_mask(target[candidates], pair.units.body)
    else:  # where a body is likely is told by a threshold; the mask itself is made for the chosen slices alone
        inside = target > pair.units.body
    shown = candidates[inside.mean(axis=(1, 2)) > (0 if pair.mask is not None else _SHOWN)]
    if not shown.size:
        raise UnusableInput(f"{pair.study}: no body was found in the target; give one in the column 'mask'")
    places = (np.arange(min(most, shown.size)) + 0.5) / min(most, shown.size) * shown.size
    chosen = [int(one) for one in shown[places.astype(int)]]
    masks = body_mask(target[chosen], pair.units.body) if pair.mask is None else pair.mask.array[chosen] > 0
    kept = [slot for slot, mask in enumerate(masks) if mask.any()]
    if not kept:
        raise UnusableInput(f"{pair.study}: no body was found in the target; give one in the column 'mask'")
    return masks[kept], [chosen[slot] for slot in kept]


_SHOWN = 0.02  # of a slice that must be body


def _other_slices(target: Volume, z: int, draws: int, rng: np.random.Generator) -> list[int]:
    away = np.abs(np.arange(target.array.shape[0]) - z) * target.spacing[0] >= AWAY
    far = np.flatnonzero(away)
    return [int(far[one]) for one in _draw(far.size, draws, rng)]


def _draw(size: int, most: int, rng: np.random.Generator) -> list[int]:
    return [int(one) for one in rng.choice(size, min(most, size), replace=False)] if size else []


def _moved(target: Volume, z: int, distances: tuple[float, ...]) -> Iterator[tuple[Condition, Plane]]:
    """The slice of a target that was moved, where whole voxels come near to the distance."""
    here = target.array[z]
    dz, *in_plane = target.spacing
    for steps, mm in _steps(distances, dz):
        for sign in (-1, 1):
            if 0 <= z + sign * steps < target.array.shape[0]:
                yield Condition(ALONG_Z, sign * mm), target.array[z + sign * steps]
    for axis, (kind, spacing) in enumerate(zip((ALONG_Y, ALONG_X), in_plane, strict=True)):
        for steps, mm in _steps(distances, spacing):
            if steps < here.shape[axis]:
                yield Condition(kind, mm), _slid(here, steps, axis)
                yield Condition(kind, -mm), _slid(here, -steps, axis)


def _steps(distances: tuple[float, ...], spacing: float) -> Iterator[tuple[int, float]]:
    """Whole voxels and the distance that they stand for: the one they come nearest to."""
    nearest: dict[int, float] = {}
    for mm in distances:
        steps = round(mm / spacing)
        if steps and abs(steps * spacing - mm) < min(ROUNDING * mm, abs(steps * spacing - nearest.get(steps, 0))):
            nearest[steps] = mm
    yield from nearest.items()


def _slid(plane: Plane, steps: int, axis: int) -> Plane:
    places = np.clip(np.arange(plane.shape[axis]) + steps, 0, plane.shape[axis] - 1)
    return np.take(plane, places, axis=axis)


def _fitted(plane: Plane, shape: tuple[int, ...], fill: np.int16) -> Plane:
    """Cut or padded around its middle."""
    if plane.shape == shape:
        return plane
    made = np.full(shape, fill, dtype=plane.dtype)
    cut = [min(a, b) for a, b in zip(plane.shape, shape, strict=True)]
    to = tuple(slice((side - one) // 2, (side - one) // 2 + one) for side, one in zip(shape, cut, strict=True))
    of = tuple(slice((side - one) // 2, (side - one) // 2 + one) for side, one in zip(plane.shape, cut, strict=True))
    made[to] = plane[of]
    return made


def _stacked(slots: list[dict[tuple[int, Condition], list[float]]]) -> Scores:
    """Per reading and condition an array (slices, draws), NaN where a slice could not be compared so."""
    keys = dict.fromkeys(key for slot in slots for key in slot)
    made: Scores = {}
    for key in keys:
        width = max(len(slot.get(key, ())) for slot in slots)
        made[key] = np.array([_filled(slot.get(key, []), width) for slot in slots])
    return made


def _filled(scores: list[float], width: int) -> list[float]:
    return scores + [float("nan")] * (width - len(scores))


def _contrast(pair: Paired, chosen: list[int], masks: npt.NDArray[np.bool_], due: float) -> Contrast:
    """Sums where |target - input|, smoothed against noise, exceeds ``due``."""
    plain, target, prediction = (
        image.array[chosen].astype(np.float32) for image in (pair.input, pair.target, pair.prediction) if image
    )
    smooth = (0, SIGMA, SIGMA)
    wanted: npt.NDArray[Any] = ndimage.gaussian_filter(target - plain, smooth)
    given: npt.NDArray[Any] = ndimage.gaussian_filter(prediction - plain, smooth)
    enhanced = masks & (np.abs(wanted) > due)
    quiet = masks & ~enhanced
    error = np.abs(prediction - target)
    return Contrast(
        due=float(enhanced.sum()),
        error=float(error[enhanced].sum(dtype=np.float64)),
        untouched=float(np.abs(plain - target)[enhanced].sum(dtype=np.float64)),
        enhancement=float(np.abs(wanted)[enhanced].sum(dtype=np.float64)),
        painted=float((given * np.sign(wanted))[enhanced].sum(dtype=np.float64)),
        elsewhere=float(quiet.sum()),
        error_elsewhere=float(error[quiet].sum(dtype=np.float64)),
        invented=float((np.abs(given)[quiet] > due).sum()),
    )
