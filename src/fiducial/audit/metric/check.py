"""The check: pairs into readings of every metric, in two passes over the pairs."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from math import inf
from pathlib import Path
from platform import python_version
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.audit.metric.answers import Ask, answer
from fiducial.audit.metric.enhancement import judge_contrast
from fiducial.audit.metric.observed import Doubt, observe
from fiducial.audit.metric.pairs import GREY, HU, Paired, Row, Units, read_pairs
from fiducial.audit.metric.plan import Plan, plan
from fiducial.audit.metric.trials import Examined, Scores, examine, examine_others
from fiducial.batch import run
from fiducial.claims.evidence import CONFIDENCE, Provenance
from fiducial.claims.likeness import FailedPair, MetricEvidence
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.hashes import hash_bytes
from fiducial.files.tables import hash_table
from fiducial.report.metric import metric_summary, save_metric
from fiducial.scans.likeness import Window
from fiducial.scans.raster import SUFFIXES

PairSource: TypeAlias = str | Path | pl.DataFrame | Sequence[Paired]
VERSIONED = ("fiducial", "numpy", "scipy", "simpleitk")
SEE = 6.0  # mm: a vessel's width, and less than the smallest measurable lesion (10 mm, RECIST 1.1)


@dataclass(frozen=True, slots=True)
class MetricReport(MetricEvidence):
    """Evidence about metrics that shows itself in a notebook and saves itself as a page."""

    def save(self, folder: str | Path) -> Path:
        """Write ``metric-check.html``, ``metric-check.json`` and ``figures.csv``; gives the page.

        Raises:
            UnusableInput: the folder cannot be written to.
        """
        return save_metric(self, Path(folder))

    def _repr_html_(self) -> str:
        return metric_summary(self)


def check_metric(  # noqa: PLR0913  (each is an option of the verb)
    pairs: PairSource,
    metrics: Sequence[str] = (),
    *,
    window: tuple[float, float] | None = None,
    regions: Sequence[str] = ("full", "body"),
    columns: Mapping[str, str] | None = None,
    see: float = SEE,
    slices: int = 6,
    draws: int = 4,
    seed: int = 0,
    resamples: int = 2000,
    confidence: float = CONFIDENCE,
    workers: int = -1,
    told: Callable[[int, int], None] | None = None,
) -> MetricReport:
    """Ask every metric (all five where none is named) what it can tell from the predictions.

    ``window``: -160 to 240 HU, or 0 to 255 grey levels. ``see``: the shift in mm that a metric must see. ``slices``: at
    most so many a study. ``draws``: other slices, and other patients, that each of them is compared with.

    Raises:
        UnusableInput: the table cannot be used; a broken row never raises, it is listed.
        WrongUsage: an unknown metric or region, or an option out of its range.
    """
    if not 0 < confidence < 1:
        raise WrongUsage(f"confidence must lie between 0 and 1 (0.95 is usual); got {confidence:g}.")
    if min(slices, draws) < 1 or not 0 < see < inf:
        raise WrongUsage(f"slices, draws and see must be above 0; got {slices}, {draws} and {see:g}.")
    items: Sequence[Paired | Row]
    items = read_pairs(pairs, columns) if isinstance(pairs, str | Path | pl.DataFrame) else list(pairs)
    if not items:
        raise UnusableInput("no pair was handed in. Give a table of pairs, or pairs.")
    units = _units(items)
    chosen = Window(*window) if window else units.window
    asked = Plan(plan(tuple(metrics), tuple(regions), units.whole, chosen), slices, draws, seed)
    told = told or (lambda _done, _total: None)
    with tempfile.TemporaryDirectory(prefix="metric-check-") as scratch:
        work = partial(examine, plan=asked, units=units, scratch=Path(scratch))
        total = 2 * len(items)
        done = list(run(work, list(enumerate(items)), workers=workers, told=lambda n, _: told(n, total)))
        failed = [FailedPair(one.item[1].study, one.reason) for one in done if one.reason is not None]
        studies = [one.result for one in done if one.result is not None]
        beside = run(
            partial(examine_others, plan=asked),
            _others(studies),
            workers=workers,
            told=lambda n, _: told(len(items) + n, total),
        )
        scores = [_joined(study, other.result or {}) for study, other in zip(studies, beside, strict=True)]
    patient = _patients(studies)
    lacking = _lacking(studies, patient)
    doubt = Doubt(lacking is None, seed, resamples, confidence)
    readings = [
        answer(reading, observe(scores, number, reading, patient, doubt), Ask(see, lacking))
        for number, reading in enumerate(asked.readings)
        if studies
    ]
    contrast = judge_contrast([one.contrast for one in studies], patient, doubt, lacking)
    return MetricReport(
        tuple(readings),
        contrast,
        tuple(failed),
        Provenance(
            {"results": _hash(pairs), "images": hash_bytes("\n".join(one.digest for one in studies).encode())},
            {"python": python_version(), **{name: version(name) for name in VERSIONED}},
            seed,
            _command(pairs, metrics, chosen, regions, see, seed, resamples),
            confidence,
        ),
        len(studies),
        0 if any(one.patient is None for one in studies) else int(np.unique(patient).size),
        tuple(_notes(studies, units)),
    )


def _units(items: Sequence[Paired | Row]) -> Units:
    """Those of the first pair; pairs in other units are listed as unusable."""
    first = items[0]
    if isinstance(first, Paired):
        return first.units
    return GREY if first.paths["target"].suffix.lower() in SUFFIXES else HU


def _others(studies: list[Examined]) -> list[tuple[int, Path, list[Path], list[Path]]]:
    """For every study: its number, its planes, those of other patients, and of its own patient's other rows."""
    by_patient: dict[str, list[Examined]] = {}
    for one in studies:
        if one.patient is not None:
            by_patient.setdefault(one.patient, []).append(one)
    made = []
    for number, one in enumerate(studies):
        strangers = [
            other.stored
            for patient, all_of in by_patient.items()
            if one.patient is not None and patient != one.patient
            for other in all_of
        ]
        own = by_patient.get(one.patient, []) if one.patient is not None and one.single else []
        made.append((number, one.stored, strangers, [other.stored for other in own if other is not one]))
    return made


def _joined(study: Examined, others: Scores) -> Scores:
    """Both passes' scores; another slice may come from either."""
    joined = dict(study.scores)
    for key, scores in others.items():
        joined[key] = np.hstack([joined[key], scores]) if key in joined else scores
    return joined


def _patients(studies: list[Examined]) -> NDArray[np.int64]:
    """A number a patient; without names all count as one, so that nothing is shown."""
    _, numbers = np.unique([one.patient or "" for one in studies], return_inverse=True)
    return numbers.astype(np.int64)


def _lacking(studies: list[Examined], patient: NDArray[np.int64]) -> str | None:
    if any(one.patient is None for one in studies):
        return (
            "the table has no patient for every row (where each study is another patient, say --column patient=study)"
        )
    return "there is one patient, and an interval needs more" if np.unique(patient).size < 2 else None


def _hash(pairs: PairSource) -> str:
    if isinstance(pairs, str | Path | pl.DataFrame):
        return hash_table(pairs)
    return hash_bytes("\n".join(one.study for one in pairs).encode())


def _command(  # noqa: PLR0913, PLR0917  (each is an option of the verb)
    pairs: PairSource,
    metrics: Sequence[str],
    window: Window,
    regions: Sequence[str],
    see: float,
    seed: int,
    resamples: int,
) -> str:
    verb = f"fiducial metric-check {Path(pairs).name}" if isinstance(pairs, str | Path) else "fd.check_metric(pairs)"
    named = "".join(f" --metric {one}" for one in metrics)
    where = "" if len(regions) > 1 else f" --region {regions[0]}"
    return (
        f"{verb}{named} --window {window.low:g} {window.high:g}{where} --see {see:g} --seed {seed} "
        f"--resamples {resamples}"
    )


def _notes(studies: list[Examined], units: Units) -> Iterator[str]:
    if units is GREY:
        yield "Grey-level images carry no spacing: a pixel is counted as 1 mm."
    yield from dict.fromkeys(f"{one.study}: {note}" for one in studies for note in one.notes)
