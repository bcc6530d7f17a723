"""``fiducial explain``: pictures of where the scores of some studies came from, and the tables behind them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
from scipy import ndimage

from fiducial.audit.probes.saliency import energies
from fiducial.audit.probes.tables import ATTRIBUTIONS_SCHEMA, Corners, boxes_of_readers
from fiducial.audit.probes.work import explainer_of
from fiducial.cohort.regions import REGIONS_SCHEMA
from fiducial.cohort.table import CohortSource, read_cohort
from fiducial.errors import FiducialError, WrongUsage
from fiducial.files.names import did_you_mean
from fiducial.files.tables import write_table
from fiducial.models.bundle_model import BundleModel
from fiducial.models.contract import Floats, Shown, Study
from fiducial.models.open import open_model
from fiducial.models.reading import read_study, studies_of
from fiducial.models.rows import frame
from fiducial.predictions.table import CLEAN
from fiducial.report.overlay import Overlay, save_overlay
from fiducial.scans.areas import areas_of
from fiducial.scans.scan import Scan
from fiducial.scans.thumbnail import windowed

if TYPE_CHECKING:
    from fiducial.models.explainers.contract import Explainer

_HOT = 0.5  # of the greatest saliency: what lies above is one region


@dataclass(frozen=True, slots=True)
class ExplainOptions:
    """``studies``: which; without any, the first ``most`` of the cohort. ``finding``: if there are several."""

    method: str = "cam"
    finding: str | None = None
    studies: tuple[str, ...] = ()
    most: int = 20
    seed: int = 0
    key: str | None = None  # where the key of a sealed bundle lies


@dataclass(frozen=True, slots=True)
class Explained:
    """``pictures`` by study; ``failed``: study -> reason."""

    pictures: dict[str, Path]
    failed: dict[str, str]

    @property
    def exit_code(self) -> int:
        """5 where a study has no picture, else 0."""
        return 5 if self.failed else 0


def explain_studies(
    bundle: str | Path,
    cohort: CohortSource,
    out: str | Path,
    options: ExplainOptions | None = None,
    *,
    told: Callable[[int, int], None] | None = None,
) -> Explained:
    """Write one PNG a study, ``attributions.parquet`` (energy inside regions) and ``regions.parquet`` (hot spots).

    Raises:
        UnusableInput: bundle or cohort cannot be used.
        WrongUsage: an unknown study, finding or method, or one that this bundle cannot be asked by.
    """
    options, out = options or ExplainOptions(), Path(out)
    model, read = open_model(bundle, threads=0, key=options.key), read_cohort(cohort)
    finding = _finding(model, options.finding)
    explainer = explainer_of(options.method)
    marked = boxes_of_readers(read, finding)
    attributions: list[dict[str, Any]] = []
    regions: list[dict[str, Any]] = []
    pictures, failed = {}, {}
    chosen = _chosen(studies_of(read), options)
    for number, study in enumerate(chosen, start=1):
        try:
            found = _looked(model, explainer, study, finding, options.seed)
        except WrongUsage:
            raise
        except FiducialError as unfit:
            failed[study.study] = str(unfit)
        else:
            key = {"study": study.study, "finding": finding, "model": model.name, "condition": CLEAN}
            attributions += [
                {**key, "method": options.method, "region": region, "energy": energy, "area": area}
                for region, energy, area in found.places
            ]
            regions += [{**key, **box} for box in _hot_spots(found.heat)]
            title = f"{study.study}: {finding} {_in_words(found.score)} ({options.method})"
            pictures[study.study] = out / f"{number:04d}.png"
            save_overlay(_overlay(found, title, marked.get(study.study, ())), pictures[study.study])
        if told is not None:
            told(number, len(chosen))
    write_table(frame(attributions, ATTRIBUTIONS_SCHEMA), out / "attributions.parquet")
    write_table(frame(regions, REGIONS_SCHEMA), out / "regions.parquet")
    return Explained(pictures, failed)


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """One study: ``heat`` is (slices, rows, columns); ``places`` are (region, energy, area)."""

    scan: Scan
    heat: Floats
    score: float | None
    places: tuple[tuple[str, float, float], ...]


def _looked(model: BundleModel, explainer: "Explainer", study: Study, finding: str, seed: int) -> _Looked:
    scan = read_study(study)
    shown = Shown(study, lambda: scan)
    heat = explainer.saliency(model, shown, finding, np.random.default_rng([seed, crc32(study.study.encode())]))
    score = model.answer([shown])[0].scores.get(finding)
    return _Looked(scan, heat, score, tuple(energies(heat, areas_of(scan))))


def _in_words(score: float | None) -> str:
    return "unscored" if score is None else f"{score:.2f}"


def _finding(model: BundleModel, named: str | None) -> str:
    if named is None and len(model.findings) == 1:
        return model.findings[0]
    if named is None or named not in model.findings:
        told = f"scores no {named!r}.{did_you_mean(named, model.findings)}" if named else "scores several findings"
        raise WrongUsage(f"{model.name}: {told} Name one of: {', '.join(model.findings)} (--finding).")
    return named


def _chosen(studies: list[Study], options: ExplainOptions) -> list[Study]:
    if not options.studies:
        return studies[: options.most]
    known = {study.study: study for study in studies}
    for name in options.studies:
        if name not in known:
            raise WrongUsage(f"the cohort holds no study {name!r}.{did_you_mean(name, known)}")
    return [known[name] for name in options.studies]


def _overlay(found: _Looked, title: str, boxes: tuple[Corners, ...]) -> Overlay:
    hottest = _loudest(found.heat)
    return Overlay(windowed(found.scan, hottest), found.heat[hottest], title, boxes)


def _loudest(heat: Floats) -> int:
    """The slice with the most salient pixel."""
    return int(heat.reshape(len(heat), -1).max(axis=1).argmax())


def _hot_spots(heat: Floats) -> Iterator[dict[str, Any]]:
    """Boxes around what is at least half as salient as the most salient pixel of the loudest slice."""
    plane = heat[_loudest(heat)]
    top = float(plane.max())
    if top <= 0:
        return
    labelled, _ = ndimage.label(plane >= _HOT * top)
    for number, (down, across) in enumerate(ndimage.find_objects(labelled)):
        yield {
            "box": number,
            "x0": float(across.start),
            "y0": float(down.start),
            "x1": float(across.stop),
            "y1": float(down.stop),
            "rows": plane.shape[0],
            "columns": plane.shape[1],
            "score": float(plane[down, across].max()) / top,
        }
