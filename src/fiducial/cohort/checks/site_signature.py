"""Check: can the site or the scanner be told from pixels, and does a crop or a resize take its signature away?"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from fiducial.batch import run
from fiducial.claims.evidence import Figure
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.words import INDEPENDENT, between, counted, not_made
from fiducial.cohort.facts import paths_by_row
from fiducial.cohort.predictors import PATIENTS, clusters, patient_codes
from fiducial.cohort.signature import signatures
from fiducial.cohort.table import Cohort
from fiducial.stats.intervals import Interval
from fiducial.stats.resampling import patient_bootstrap, weighted_auroc

_MOST_IMAGES = 400  # read anew: enough for an interval of a few hundredths, in seconds
_MOST_PLACES = 10
_FEWEST_IMAGES = 10  # of a place
_FEWEST_PATIENTS = 5
_FOLDS = 5
_CLEAR = 0.6
_RESAMPLES = 500
_WEAK = 0.1  # inverse strength of the penalty: there are a hundred features and few images


@dataclass(frozen=True, slots=True)
class Sample:
    """Images of known places. ``place``, ``patient``: (images,), as codes; ``features``: by preprocessing."""

    names: tuple[str, ...]
    place: NDArray[np.int64]
    patient: NDArray[np.int64]
    features: dict[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class SiteSignature:
    """A network that can tell the hospital needs only its prevalence: Zech 2018, PLOS Med 15:e1002683."""

    name: ClassVar[str] = "site-signature"
    says: ClassVar[str] = "whether pixels, raw, resized, cropped and standardised, tell the site or the scanner"

    seed: int = 0

    def examine(self, cohort: Cohort) -> Iterator[Finding]:
        """One finding for the site and one for the scanner, where there are images of two of them."""
        paths = [several[0] if several else None for several in paths_by_row(cohort, readable=True)]
        if not any(paths):
            yield self._not_made("the cohort has no image that can be read", "Build the cohort from its images.")
            return
        made, whom = False, clusters(cohort)
        for place in ("site", "scanner"):
            chosen = self._chosen(cohort, place, paths)
            sample = None if chosen is None else _read(chosen, cohort.folder)
            if sample is not None:
                made = True
                yield self._judged(place, sample, whom)
        if not made:
            of = f" of {_FEWEST_PATIENTS} patients" if whom == PATIENTS else ""
            few = f"{_FEWEST_IMAGES} images{of}"
            yield self._not_made(f"no two sites and no two scanners have {few} each", "Add the site of every study.")

    def _chosen(self, cohort: Cohort, place: str, paths: list[str | None]) -> pl.DataFrame | None:
        """``place``, ``patient`` and ``path`` of images of large enough places, drawn evenly from them."""
        if place not in cohort.rows.columns:
            return None
        rows = pl.DataFrame(
            {
                "place": cohort.rows[place],
                "patient": patient_codes(cohort.rows),
                "path": pl.Series(paths, dtype=pl.String),
            }
        ).drop_nulls()
        sizes = rows.group_by("place").agg(images=pl.len(), patients=pl.col("patient").n_unique())
        large = sizes.filter(pl.col("images") >= _FEWEST_IMAGES, pl.col("patients") >= _FEWEST_PATIENTS)
        kept = large.sort("images", "place", descending=[True, False]).head(_MOST_PLACES)
        if kept.height < 2:
            return None
        drawn = rows.with_columns(draw=pl.Series(np.random.default_rng(self.seed).permutation(rows.height)))
        among = drawn.filter(pl.col("place").is_in(kept["place"].to_list())).sort("draw")
        return among.group_by("place", maintain_order=True).head(_MOST_IMAGES // kept.height)

    def _judged(self, place: str, sample: Sample, whom: str) -> Finding:
        found = {step: self._auroc(features, sample) for step, features in sample.features.items()}
        last = list(found)[-1]
        area, interval = found[last]
        steps = ", ".join(f"{step} {value:.2f} ({between(about)})" for step, (value, about) in found.items())
        stays = interval.low >= _CLEAR
        told = "stays in the pixels after every step" if stays else _what_took_it(found)
        patients = counted(np.unique(sample.patient).size, "patient") if whom == PATIENTS else INDEPENDENT
        return Finding(
            self.name,
            Severity.WARNING if stays else Severity.NOTE,
            f"The signature of the {place} {told}: AUROC of telling {len(sample.names)} of them apart by pixels: "
            f"{steps} ({counted(sample.place.size, 'image')}, {patients}).",
            Figure("auroc", area, interval, sample.place.size, subgroup=place, condition=last),
            (),
            f"Where prevalence differs by {place} a model can learn the {place} instead of the disease: balance the "
            f"labels within each {place}, and hold one {place} out as external."
            if stays
            else "Keep the step that takes it away in front of every model.",
        )

    def _auroc(self, features: NDArray[np.float64], sample: Sample) -> tuple[float, Interval]:
        """The mean over places of the AUROC of this one against the others, out of fold; interval by patient."""
        chances = self._out_of_fold(features, sample)
        statistics = [weighted_auroc(sample.place == code, chances[:, code]) for code in range(len(sample.names))]

        def mean(weights: NDArray[np.int64]) -> float:
            return float(np.mean([statistic(weights) for statistic in statistics]))

        generator = np.random.default_rng(self.seed)
        interval = patient_bootstrap(mean, sample.patient, generator, resamples=_RESAMPLES)
        return mean(np.ones(sample.place.size, dtype=np.int64)), interval

    def _out_of_fold(self, features: NDArray[np.float64], sample: Sample) -> NDArray[np.float64]:
        chances = np.zeros((sample.place.size, len(sample.names)))
        folds = StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=self.seed)
        for train, test in folds.split(features, sample.place, sample.patient):
            model = make_pipeline(StandardScaler(), LogisticRegression(C=_WEAK, max_iter=300))
            with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
                model.fit(features[train], sample.place[train])
            chances[np.ix_(test, model.classes_)] = model.predict_proba(features[test])
        return chances

    def _not_made(self, absent: str, remedy: str) -> Finding:
        return not_made(self.name, absent, "whether pixels tell the site", remedy)


def _read(chosen: pl.DataFrame, folder: Path) -> Sample | None:
    """The features of the images that can still be read; None where too few are left."""
    done = list(run(partial(_of_file, folder), chosen["path"].to_list()))
    read = chosen.filter(pl.Series([one.reason is None for one in done]))
    features = [one.result for one in done if one.result is not None]
    sizes = read.group_by("place").agg(pl.col("patient").n_unique()).sort("place")
    if sizes.height < 2 or int(sizes["patient"].to_numpy().min()) < _FEWEST_PATIENTS:
        return None
    names = sizes["place"].to_list()
    code = {name: number for number, name in enumerate(names)}
    return Sample(
        tuple(names),
        np.array([code[name] for name in read["place"]], dtype=np.int64),
        read["patient"].to_numpy().astype(np.int64),
        {step: np.array([one[step] for one in features]) for step in features[0]},
    )


def _of_file(folder: Path, path: str) -> dict[str, NDArray[np.float64]]:
    return signatures(folder / path)


def _what_took_it(found: dict[str, tuple[float, Interval]]) -> str:
    """The first step behind which it is no longer clear, and stays so."""
    steps = list(found)
    clear = [step for step in steps if found[step][1].low >= _CLEAR]
    if not clear:
        return "is not clear in the pixels"
    return f"is gone once they are {steps[steps.index(clear[-1]) + 1]}"
