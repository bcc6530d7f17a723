"""Do the figures about labels hold the truth? ``python -m proofs.labels docs/proofs-labels.md``."""

import datetime as dt
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit

from fiducial.audit.case import Case
from fiducial.audit.label_consensus import Fitted, fitted, readers_by_model
from fiducial.audit.label_error import LabelError, label_error, moved
from fiducial.audit.label_votes import votes_of
from fiducial.audit.metrics import FLOOR_METRICS, measure
from fiducial.audit.rungs.labels import Labels
from fiducial.claims.evidence import RungResult, Verdict
from fiducial.stats.agreement import Coefficient, agreement
from fiducial.stats.icc import Form, intraclass_correlation
from fiducial.stats.intervals import Interval
from fiducial.stats.kappa import cohen_kappa, fleiss_kappa, gwet_ac
from fiducial.stats.krippendorff import krippendorff_alpha
from fiducial.stats.label_error import worst_labels
from proofs.coverage import Proof
from proofs.nothing import Generator, claim_of, happens, judged, normal, patients_of

RUNS = 1000
SLOW = 300
POPULATION = 200_000  # patients that the true coefficients are taken from
Ratings = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Design:
    """A reader study: three readers, each right in a share ``right`` of the images, 1 to ``most`` a patient."""

    what: str
    right: float
    patients: int = 60
    ill: float = 0.33
    most: int = 1
    missing: float = 0.0

    def read(self, rng: Generator, patients: int | None = None) -> tuple[Ratings, NDArray[np.int64]]:
        """Ratings, NaN where there are none, and the patient of every row; a reader errs alike on one patient."""
        patient = patients_of(rng, patients or self.patients, self.most)
        ill = happens(rng, patient, self.ill, 1.0)
        said = [np.where(happens(rng, patient, self.right, 0.6), ill, ~ill) for _ in range(3)]
        ratings = np.stack(said, axis=1).astype(np.float64)
        ratings[rng.random(ratings.shape) < self.missing] = np.nan
        return ratings, patient


DESIGNS = (
    Design("60 patients, a third ill, readers right in 90 of 100", 0.9),
    Design("60 patients, a tenth ill, readers right in 95", 0.95, ill=0.1),
    Design("60 patients, readers near chance", 0.6),
    Design("60 patients, nearly perfect readers", 0.98),
    Design("100 patients, a third of the ratings missing", 0.85, patients=100, missing=0.33),
    Design("80 patients of 1-4 images that are read alike", 0.85, patients=80, most=4),
)
COEFFICIENTS: dict[str, Callable[[Ratings], Coefficient]] = {
    "Krippendorff's alpha": krippendorff_alpha,
    "Gwet's AC1": lambda ratings: gwet_ac(ratings, categories=np.array([0.0, 1.0])),
    "Cohen's kappa": lambda ratings: cohen_kappa(ratings[:, :2]),
    "Fleiss' kappa": fleiss_kappa,
}


def main(out: Path) -> None:
    """Simulate, print and write."""
    today = dt.datetime.now(tz=dt.UTC).date()
    lines = [
        "# Proofs: labels",
        "",
        f"`make prove` on {today}: seeded simulations. A row holds where the 95% interval of what was seen includes",
        "what should be, or lies on its good side. [Labels](labels.md) says what the figures are.",
        "",
        "| what | should be | is | runs | holds |",
        "| --- | --- | --- | --- | --- |",
        *(proof.markdown() for proof in label_proofs()),
    ]
    text = "\n".join(lines) + "\n"
    out.write_text(text, encoding="utf-8")
    print(text)


def label_proofs(runs: int = RUNS, slow: int = SLOW, population: int = POPULATION) -> list[Proof]:
    """Coverage of agreement, of the readers' and the labels' errors, and of the metrics that labels blur."""
    return [
        *_agreements(runs, population),
        _correlation(runs),
        *_errors(slow, at_worst=False),
        *_errors(slow, at_worst=True),
        *_floors(runs, population),
    ]


def _agreements(runs: int, population: int) -> Iterator[Proof]:
    for design in DESIGNS:
        large, _ = design.read(np.random.default_rng(0), population)
        for name, coefficient in COEFFICIENTS.items():
            if design.missing and name == "Fleiss' kappa":
                continue
            truth = _value(coefficient(large))
            studies = (design.read(np.random.default_rng([29, run])) for run in range(runs))
            hits = sum(_holds(coefficient, truth, *study) for study in studies)
            yield Proof(f"{name} {truth:.2f}, {design.what}", 0.95, hits, runs)


def _value(coefficient: Coefficient) -> float:
    observed, expected = coefficient.disagreement(coefficient.terms.sum(axis=0))
    return float(1 - observed / expected)


def _holds(
    coefficient: Callable[[Ratings], Coefficient], truth: float, said: Ratings, patient: NDArray[np.int64]
) -> bool:
    try:
        found = agreement(coefficient(said), patient).interval
    except ValueError:  # all alike: nothing is told, and nothing wrong
        return True
    return found is not None and _within(found, truth)


def _correlation(runs: int) -> Proof:
    """Cases, readers and what is left have variances 4, 1 and 2."""
    hits = 0
    for run in range(runs):
        rng = np.random.default_rng([31, run])
        ratings = 2 * rng.normal(size=(40, 1)) + rng.normal(size=4) + np.sqrt(2) * rng.normal(size=(40, 4))
        hits += _within(intraclass_correlation(ratings, Form.RANDOM_READERS).interval, 4 / 7)
    return Proof("ICC(2,1) 0.57 (F), 40 cases, 4 readers drawn anew", 0.95, hits, runs)


def _case(
    rng: Generator, floors: dict[str, float], *, at_worst: bool = False, patients: int = 400
) -> tuple[Case, NDArray[np.bool_]]:
    """A model, a reference that is wrong in 6 labels of 100, three readers right in 88; and the truth."""
    patient = patients_of(rng, patients, 1)
    ill = happens(rng, patient, 0.35)
    score = expit(normal(rng, patient) + 2.2 * (ill - 0.5))
    wrong = rng.random(ill.size) < 0.06
    if at_worst:  # as many, where the figures come out furthest from the truth
        turns = int((wrong & ill).sum()), int((wrong & ~ill).sum())
        wrong = worst_labels(ill, score, score >= 0.5, turns) != ill
    case = judged(rng, claim_of(floors, internal="all"), patient, ill ^ wrong, score, resamples=200)
    said = {f"r{one}": np.where(rng.random(ill.size) < 0.88, ill, ~ill) for one in range(3)}
    return replace(case, labels=_table(case, said)), ill


def _table(case: Case, said: dict[str, NDArray[np.bool_]]) -> pl.DataFrame:
    rows = [
        pl.DataFrame({"study": case.decisions.study, "reader": reader, "label": label.astype(float)})
        for reader, label in said.items()
    ]
    return pl.concat(rows).with_columns(
        finding=pl.lit("x"), certainty=pl.lit(None, dtype=pl.Float64), significance=pl.lit(None, dtype=pl.Float64)
    )


def _errors(runs: int, *, at_worst: bool) -> Iterator[Proof]:
    """Errors that were measured hold those that there are, and the metrics those against the truth."""
    hits: dict[str, list[bool]] = {}
    for run in range(runs):
        case, ill = _case(np.random.default_rng([37, run]), {}, at_worst=at_worst)
        assert case.labels is not None  # noqa: S101  (made above)
        votes = votes_of(case.labels, case.decisions)
        error, model = label_error(case, votes), fitted(case, votes.codes, case.decisions.patient, "consensus")
        told = _told_errors(case, ill, error) | ({} if at_worst else _told_readers(case, model))
        for what, held in told.items():
            hits.setdefault(what, []).append(held)
    where = "labels wrong where it hurts most" if at_worst else "labels wrong at random"
    for what, every in hits.items():
        yield Proof(f"{what}, 400 patients, 6 of 100 {where}", 0.95, sum(every), len(every))


def _told_errors(case: Case, ill: NDArray[np.bool_], error: LabelError | str) -> dict[str, bool]:
    if isinstance(error, str):
        return {}
    wrong = case.decisions.truth != ill
    told = {"label_error": _within(error.of_all.interval, float(wrong.mean()))}
    found = {one.name: one.interval for one in moved(case, case.decisions, error)}
    against_truth = replace(case.decisions, truth=ill)
    for metric in FLOOR_METRICS:
        true = measure(metric, against_truth, 0.95).value
        told[f"{metric} against the truth lies in {metric}_if_labels_wrong"] = _within(
            found[f"{metric}_if_labels_wrong"], true
        )
    return told


def _told_readers(case: Case, model: Fitted | str) -> dict[str, bool]:
    if isinstance(model, str) or case.labels is None:
        return {}
    figures = readers_by_model(case, votes_of(case.labels, case.decisions), model)
    first = {one.name: one.interval for one in figures if one.subgroup == "reader=r0"}
    return {f"{name} 0.88": _within(interval, 0.88) for name, interval in first.items()}


def _floors(runs: int, population: int) -> Iterator[Proof]:
    """Readers exactly at each floor: half of the doubt of a 95% interval lies on either side."""
    case, _ = _case(np.random.default_rng(0), {}, patients=2 * population)
    assert case.labels is not None  # noqa: S101  (made above)
    alpha = _value(krippendorff_alpha(votes_of(case.labels, case.decisions).ratings))
    for name, floor in (("reader_agreement", alpha), ("label_error", 0.06)):
        seen = [_verdict(_case(np.random.default_rng([41, run]), {name: floor})[0]) for run in range(runs)]
        for verdict, word in ((Verdict.FAILS, "fails"), (Verdict.HOLDS, "passes")):
            what = f"the labels rung {word} labels that are exactly at the floor: {name} {floor:.3f}"
            yield Proof(what, 0.025, sum(one is verdict for one in seen), runs, at_most=True)


def _verdict(case: Case) -> Verdict:
    found: RungResult = Labels().judge(case)
    return found.verdict


def _within(interval: Interval | None, truth: float) -> bool:
    return interval is not None and interval.low - 1e-9 <= truth <= interval.high + 1e-9


if __name__ == "__main__":
    main(Path(sys.argv[1]))
