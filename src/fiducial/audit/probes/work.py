"""What is asked about one study: decoded once, it is shown clean, under every stress, and with regions filled in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast
from zlib import crc32

import numpy as np

from fiducial import plugins
from fiducial.audit.probes.saliency import energies, similarity
from fiducial.audit.probes.tables import Corners
from fiducial.errors import FiducialError
from fiducial.models.bundle_model import BundleModel
from fiducial.models.contract import Answer, Extra, Floats, Shown, Study
from fiducial.models.open import open_model
from fiducial.models.randomised import randomised_model
from fiducial.models.reading import read_study, shown_under
from fiducial.models.rows import Asked, Rows, rows_of
from fiducial.scans.areas import Mask, areas_of
from fiducial.scans.conditions.filling import filled
from fiducial.scans.conditions.stress import Stress
from fiducial.scans.physical import physical, with_physical
from fiducial.scans.scan import Scan

if TYPE_CHECKING:
    from fiducial.models.explainers.contract import Explainer

MARKED = "mask-region-{}:1"  # the condition under which a region that readers marked was filled in
_UNTRAINED = 3  # networks with random weights that the saliency is compared with
SIMILARITY = "saliency-similarity-randomised"


@dataclass(frozen=True, slots=True)
class ProbeWork:
    """Picklable. ``marked``: study -> region -> boxes that readers drew there."""

    bundle: str
    finding: str
    stresses: tuple[Stress, ...]
    explainer: str | None
    features: bool
    seed: int
    key: str | None = None
    marked: Mapping[str, Mapping[str, tuple[Corners, ...]]] = field(default_factory=dict)

    def __call__(self, batch: tuple[Study, ...]) -> list[Rows]:
        """The rows of each study, under every condition."""
        return [self._probed(study) for study in batch]

    def without(self, study: Study, reason: str) -> Rows:
        """A null score and the reason, under every condition."""
        return self._unanswered(_model(self.bundle, self.key), study, reason)

    def _probed(self, study: Study) -> Rows:
        model = _model(self.bundle, self.key)
        try:
            scan = read_study(study)
        except FiducialError as unread:
            return self._unanswered(model, study, str(unread))
        asked = dict(self._asked(study, scan))
        began = perf_counter()
        extras = frozenset({Extra.FEATURES} if self.features else ())
        clean = model.answer([Shown(study, lambda: scan)], extras)[0]
        answers = model.answer(list(asked.values())) if asked else []
        seconds = (perf_counter() - began) / (1 + len(asked))
        told = Asked(model.name, model.findings)
        rows = rows_of(Shown(study, lambda: scan), clean, told, seconds)
        for (condition, shown), answer in zip(asked.items(), answers, strict=True):
            rows = _joined(rows, rows_of(shown, answer, replace(told, condition=condition), seconds))
        return self._with_saliency(rows, model, study, scan) if clean.reason is None else rows

    def _asked(self, study: Study, scan: Scan) -> Iterator[tuple[str, Shown]]:
        for stress in self.stresses:
            yield str(stress), shown_under(study, scan, stress, self.seed)
        for region, mask in self._marked(study, scan).items():
            yield MARKED.format(region), Shown(study, partial(_filled, scan, mask, self._rng(study)))

    def _with_saliency(self, rows: Rows, model: BundleModel, study: Study, scan: Scan) -> Rows:
        if self.explainer is None:
            return rows
        shown = Shown(study, lambda: scan)
        heat = self._heat(model, shown, study)
        places = dict(areas_of(scan)) | self._marked(study, scan)
        key = {"study": study.study, "finding": self.finding, "model": model.name, "method": self.explainer}
        attributions = [
            {**key, "condition": "clean", "region": name, "energy": energy, "area": area}
            for name, energy, area in energies(heat, places)
        ]
        similar = self._similarity(heat, shown, study)
        measured = {"study": study.study, "model": model.name, "name": SIMILARITY, "value": similar, "unit": "1"}
        measurements = rows.measurements if similar is None else [*rows.measurements, measured]
        return replace(rows, attributions=attributions, measurements=measurements)

    def _similarity(self, heat: Floats, shown: Shown, study: Study) -> float | None:
        """The mean over networks whose weights nobody trained: near 1 the map shows the image, not the model."""
        others = [self._heat(other, shown, study) for other in _untrained(self.bundle, self.key, self.seed)]
        found = [one for one in (similarity(heat, other) for other in others) if one is not None]
        return float(np.mean(found)) if found else None

    def _heat(self, model: BundleModel, shown: Shown, study: Study) -> Floats:
        explainer = cast("Explainer", plugins.load("explainers", str(self.explainer))())
        rng = np.random.default_rng([self.seed, crc32(study.study.encode())])
        return explainer.saliency(model, shown, self.finding, rng)

    def _marked(self, study: Study, scan: Scan) -> dict[str, Mask]:
        return {region: _boxed(boxes, scan) for region, boxes in self.marked.get(study.study, {}).items()}

    def _rng(self, study: Study) -> int:
        return crc32(f"{self.seed} {study.study}".encode())

    def _unanswered(self, model: BundleModel, study: Study, reason: str) -> Rows:
        told = Asked(model.name, model.findings)
        nothing = Shown(study, partial(read_study, study))
        rows = rows_of(nothing, Answer(reason=reason), told, 0.0)
        for stress in self.stresses:
            rows = _joined(rows, rows_of(nothing, Answer(reason=reason), replace(told, condition=str(stress)), 0.0))
        return rows


@cache
def _model(bundle: str, key: str | None) -> BundleModel:
    return open_model(bundle, key=key)


@cache
def _untrained(bundle: str, key: str | None, seed: int) -> tuple[BundleModel, ...]:
    opened = _model(bundle, key).bundle
    drawn = (randomised_model(opened, np.random.default_rng([seed, number])) for number in range(_UNTRAINED))
    return tuple(one for one in drawn if one is not None)


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


def plain(rows: list[Rows], name: str) -> Iterator[dict[str, Any]]:
    """The rows of one table of all studies."""
    for one in rows:
        yield from getattr(one, name)
