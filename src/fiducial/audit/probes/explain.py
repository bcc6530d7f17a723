"""``fiducial explain``: pictures of where the scores of some studies came from, and the tables behind them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from zlib import crc32

import numpy as np
from scipy import ndimage

from fiducial import plugins
from fiducial.audit.probes.saliency import energies
from fiducial.audit.probes.tables import ATTRIBUTIONS_SCHEMA, boxes_of_readers
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
    explainer = cast("Explainer", plugins.load("explainers", options.method)())
    marked = boxes_of_readers(read, finding)
    attributions: list[dict[str, Any]] = []
    regions: list[dict[str, Any]] = []
    pictures, failed = {}, {}
    chosen = _chosen(studies_of(read), options)
    for number, study in enumerate(chosen, start=1):
        try:
            scan = read_study(study)
            shown = Shown(study, _given(scan))
            rng = np.random.default_rng([options.seed, crc32(study.study.encode())])
            heat = explainer.saliency(model, shown, finding, rng)
            score = model.answer([shown])[0].scores.get(finding)
        except WrongUsage:
            raise
        except FiducialError as unfit:
            failed[study.study] = str(unfit)
            continue
        key = {"study": study.study, "finding": finding, "model": model.name, "condition": CLEAN}
        places = energies(heat, areas_of(scan))
        attributions += [
            {**key, "method": options.method, "region": region, "energy": energy, "area": area}
            for region, energy, area in places
        ]
        regions += [{**key, **box} for box in _hot_spots(heat)]
        boxes = marked.get(study.study, ())
        title = f"{study.study}: {finding} {'unscored' if score is None else f'{score:.2f}'} ({options.method})"
        pictures[study.study] = out / f"{number:04d}.png"
        save_overlay(_overlay(scan, heat, title, boxes), pictures[study.study])
        if told is not None:
            told(number, len(chosen))
    write_table(frame(attributions, ATTRIBUTIONS_SCHEMA), out / "attributions.parquet")
    write_table(frame(regions, REGIONS_SCHEMA), out / "regions.parquet")
    return Explained(pictures, failed)


def _given(scan: Scan) -> Callable[[], Scan]:
    return lambda: scan


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


def _overlay(scan: Scan, heat: Floats, title: str, boxes: tuple[tuple[float, float, float, float], ...]) -> Overlay:
    """The slice that speaks loudest."""
    hottest = int(heat.reshape(len(heat), -1).max(axis=1).argmax())
    return Overlay(windowed(scan, hottest), heat[hottest], title, boxes)


def _hot_spots(heat: Floats) -> Iterator[dict[str, Any]]:
    """Boxes around what is at least half as salient as the most salient pixel of the loudest slice."""
    plane = heat[int(heat.reshape(len(heat), -1).max(axis=1).argmax())]
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
