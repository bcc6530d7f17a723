"""What is asked about one study: decoded once, it is shown clean, under every stress, and with regions filled in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast
from zlib import crc32

import numpy as np

from fiducial import plugins
from fiducial.audit.probes.saliency import energies, similarity
from fiducial.audit.probes.tables import SIMILARITY, Corners
from fiducial.claims.regions import masking
from fiducial.errors import FiducialError, UnusableInput
from fiducial.models.bundle_model import BundleModel
from fiducial.models.contract import Answer, Extra, Floats, Shown, Study
from fiducial.models.open import open_again
from fiducial.models.randomised import randomised_model
from fiducial.models.reading import read_study, shown_under
from fiducial.models.rows import Asked, Rows, rows_of
from fiducial.predictions.table import CLEAN
from fiducial.scans.areas import Mask, areas_of
from fiducial.scans.conditions.filling import filled
from fiducial.scans.conditions.stress import Stress
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.read import read_scan
from fiducial.scans.scan import Scan

if TYPE_CHECKING:
    from fiducial.models.explainers.contract import Explainer

_UNTRAINED = 3  # networks with random weights that the saliency is compared with
_AT_ONCE = 2**25  # bytes of changed scans that are asked about together


@dataclass(frozen=True, slots=True)
class ProbeWork:
    """Picklable. ``marked``: study -> region -> boxes that readers drew there; ``masks``: -> the file of a mask."""

    bundle: str
    identity: str  # of the bundle
    finding: str
    stresses: tuple[Stress, ...]
    explainer: str | None
    features: bool
    seed: int
    key: str | None = None
    marked: Mapping[str, Mapping[str, tuple[Corners, ...]]] = field(default_factory=dict)
    masks: Mapping[str, Mapping[str, Path]] = field(default_factory=dict)

    def __call__(self, batch: tuple[Study, ...]) -> list[Rows]:
        """The rows of each study, under every condition."""
        return [self._probed(study) for study in batch]

    def without(self, study: Study, reason: str) -> Rows:
        """A null score and the reason, under every condition."""
        return self._unanswered(open_again(self.bundle, self.key, self.identity), study, reason)

    def _probed(self, study: Study) -> Rows:
        model = open_again(self.bundle, self.key, self.identity)
        try:
            scan = read_study(study)
            marked = self._marked(study, scan)
        except FiducialError as unread:
            return self._unanswered(model, study, str(unread))
        shown, told = Shown(study, lambda: scan), Asked(model.name, model.findings)
        rows, clean = _answered(model, shown, told, frozenset({Extra.FEATURES} if self.features else ()))
        for few in _few(self._asked(study, scan, marked), max(1, _AT_ONCE // max(1, scan.array.nbytes))):
            rows = _joined(rows, _under(model, few, told))
        return self._with_saliency(rows, model, shown, marked) if clean.reason is None else rows

    def _marked(self, study: Study, scan: Scan) -> dict[str, Mask]:
        """Every region that somebody marked; a mask goes before a box of its name."""
        boxed = {region: _boxed(boxes, scan) for region, boxes in self.marked.get(study.study, {}).items()}
        masked = {region: _mask(path, scan) for region, path in self.masks.get(study.study, {}).items()}
        return {region: mask for region, mask in (boxed | masked).items() if mask.any()}

    def _asked(self, study: Study, scan: Scan, marked: Mapping[str, Mask]) -> Iterator[tuple[str, Shown]]:
        for stress in self.stresses:
            yield str(stress), shown_under(study, scan, stress, self.seed)
        seed = crc32(f"{self.seed} {study.study}".encode())
        for region, mask in marked.items():
            yield f"{masking(region)}:1", Shown(study, partial(_filled, scan, mask, seed))

    def _with_saliency(self, rows: Rows, model: BundleModel, shown: Shown, marked: Mapping[str, Mask]) -> Rows:
        if self.explainer is None:
            return rows
        try:
            heat = self._heat(model, shown)
        except UnusableInput:
            return rows  # a score without a map is still a score
        places = dict(areas_of(shown.scan)) | dict(marked)
        key = {"study": shown.study.study, "finding": self.finding, "model": model.name, "method": self.explainer}
        attributions = [
            {**key, "condition": CLEAN, "region": name, "energy": energy, "area": area}
            for name, energy, area in energies(heat, places)
        ]
        similar = self._similarity(heat, shown)
        measured = {"study": shown.study.study, "model": model.name, "name": SIMILARITY, "value": similar, "unit": "1"}
        measurements = rows.measurements if similar is None else [*rows.measurements, measured]
        return replace(rows, attributions=attributions, measurements=measurements)

    def _similarity(self, heat: Floats, shown: Shown) -> float | None:
        """The mean over networks whose weights nobody trained: near 1 the map shows the image, not the model."""
        others = [self._heat(other, shown) for other in _untrained(self.bundle, self.key, self.identity, self.seed)]
        found = [one for one in (similarity(heat, other) for other in others) if one is not None]
        return float(np.mean(found)) if found else None

    def _heat(self, model: BundleModel, shown: Shown) -> Floats:
        rng = np.random.default_rng([self.seed, crc32(shown.study.study.encode())])
        return explainer_of(str(self.explainer)).saliency(model, shown, self.finding, rng)

    def _unanswered(self, model: BundleModel, study: Study, reason: str) -> Rows:
        told = Asked(model.name, model.findings)
        nothing = Shown(study, partial(read_study, study))
        rows = rows_of(nothing, Answer(reason=reason), told, 0.0)
        for stress in self.stresses:
            rows = _joined(rows, rows_of(nothing, Answer(reason=reason), replace(told, condition=str(stress)), 0.0))
        return rows


def explainer_of(name: str) -> "Explainer":
    """The explainer behind a name.

    Raises:
        WrongUsage: none bears it.
    """
    return cast("Explainer", plugins.load("explainers", name)())


@lru_cache(maxsize=1)
def _untrained(bundle: str, key: str | None, identity: str, seed: int) -> tuple[BundleModel, ...]:
    opened = open_again(bundle, key, identity).bundle
    drawn = (randomised_model(opened, np.random.default_rng([seed, number])) for number in range(_UNTRAINED))
    return tuple(one for one in drawn if one is not None)


def _answered(model: BundleModel, shown: Shown, told: Asked, extras: frozenset[Extra]) -> tuple[Rows, Answer]:
    began = perf_counter()
    answer = model.answer([shown], extras)[0]
    return rows_of(shown, answer, told, perf_counter() - began), answer


def _under(model: BundleModel, few: list[tuple[str, Shown]], told: Asked) -> Rows:
    """The rows of one study under some conditions, which go through the graph together."""
    began = perf_counter()
    answers = model.answer([shown for _, shown in few])
    seconds = (perf_counter() - began) / len(few)
    rows = Rows([])
    for (condition, shown), answer in zip(few, answers, strict=True):
        rows = _joined(rows, rows_of(shown, answer, replace(told, condition=condition), seconds))
    return rows


def _few(asked: Iterator[tuple[str, Shown]], size: int) -> Iterator[list[tuple[str, Shown]]]:
    """A changed scan lives as long as it is asked about: a hundred of them at once would be a hundred volumes."""
    while few := list(islice(asked, size)):
        yield few


def _joined(rows: Rows, more: Rows) -> Rows:
    """Scores of both; features and measurements are those of the clean image."""
    return replace(rows, predictions=[*rows.predictions, *more.predictions], regions=[*rows.regions, *more.regions])


def _filled(scan: Scan, mask: Mask, seed: int) -> Scan:
    return with_physical(scan, filled(physical(scan), mask, seed))


def _boxed(boxes: tuple[Corners, ...], scan: Scan) -> Mask:
    mask = np.zeros(scan.array.shape[:3], dtype=bool)
    for x0, y0, x1, y1 in boxes:
        mask[:, int(y0) : int(np.ceil(y1)), int(x0) : int(np.ceil(x1))] = True
    return mask


def _mask(path: Path, scan: Scan) -> Mask:
    try:
        drawn = read_scan(path)
    except UnusableInput as unread:
        raise UnusableInput(f"its mask {path.name}: {unread}") from unread
    values = drawn.array.max(axis=-1) if drawn.is_colour else drawn.array
    mask: Mask = np.not_equal(values, 0)
    if mask.shape != scan.array.shape[:3]:
        raise UnusableInput(
            f"its mask {path.name} has {mask.shape} slices, rows and columns and the image {scan.array.shape[:3]}; "
            "draw it on this image"
        )
    return mask


def plain(rows: list[Rows], name: str) -> Iterator[dict[str, Any]]:
    """The rows of one table of all studies."""
    for one in rows:
        yield from getattr(one, name)
