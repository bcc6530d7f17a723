"""How often does a rung fail a model in which nothing is wrong, and how often does it pass a useless one?

Patients bring several images, which are alike in label and score.
"""

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import polars as pl
from scipy.special import expit
from scipy.stats import norm

from fiducial.audit.gaps import holm
from fiducial.audit.metrics import FLOOR_METRICS, measure
from fiducial.audit.rungs.baselines import Baselines
from fiducial.audit.rungs.bias import Bias
from fiducial.audit.rungs.calibration import Calibration
from fiducial.audit.rungs.external import External
from fiducial.audit.rungs.failures import Failures
from fiducial.audit.slices import find_slices
from fiducial.audit.together import climb_all
from fiducial.claims.claim import Claim
from fiducial.claims.evidence import RungResult, Verdict
from fiducial.stats.roc import compare_paired, compare_unpaired, delong
from proofs.coverage import Proof
from proofs.nothing import Generator, calibrated, case_of, claim_of, happens, judged, normal, patients_of

RUNS = 600
SLOW = 200


def ladder_proofs(runs: int = RUNS, slow: int = SLOW) -> list[Proof]:
    """Every rung, the claims of a family, and the two tests of areas."""
    return [
        *_floors("200 patients of 1-3 images", 1.5, 200, 3, runs),
        *_floors("100 patients of one image", 2.3, 100, 1, runs),
        *_counted("external", _external, 0.05, slow),
        *_counted("bias", _bias, 0.05, slow),
        _false_discoveries(slow // 2),
        *_counted("failures", _failures, 0.05, runs),
        *_counted("calibration", lambda rng: _calibration(rng, 200, 3), 0.05, runs),
        *_counted("calibration", lambda rng: _calibration(rng, 60, 1), 0.05, runs),
        *_counted("baselines", _baselines, 0.05, slow),
        *_counted("many claims", _family, 0.05, slow),
        *_counted("two areas", _areas, 0.05, runs),
    ]


def _counted(name: str, speaks: Callable[[Generator], dict[str, bool]], nominal: float, runs: int) -> Iterator[Proof]:
    hits: Counter[str] = Counter()
    for run in range(runs):
        for what, spoke in speaks(np.random.default_rng([17, run])).items():
            hits[what] += spoke
    for what, count in hits.items():
        yield Proof(f"{name}: {what}", nominal, count, runs, at_most=True)


def _floors(where: str, distance: float, patients: int, most: int, runs: int) -> Iterator[Proof]:
    """A model exactly at each floor: half of the doubt of a 95% interval lies on either side."""
    corner = float(norm.cdf(distance / 2))
    truth = {"auroc": float(norm.cdf(distance / np.sqrt(2))), "sensitivity": corner, "specificity": corner}
    hits: Counter[str] = Counter()
    for run in range(runs):
        decisions = case_of(np.random.default_rng([19, run]), claim_of({}), distance, patients, most=most).internal
        for metric in FLOOR_METRICS:
            interval = measure(metric, decisions, 0.95).interval
            if interval:
                hits[f"fails, {metric}"] += interval.high < truth[metric]
                hits[f"passes, {metric}"] += interval.low >= truth[metric]
    for what, count in sorted(hits.items()):
        verdict, metric = what.split(", ")
        told = f"a floor {verdict} a model that is at it: {metric} {truth[metric]:.3f}, {where}"
        yield Proof(told, 0.025, count, runs, at_most=True)


def _external(rng: Generator) -> dict[str, bool]:
    found = External().judge(case_of(rng, claim_of({"largest_drop": 0.0}), 1.5, 600, external=0.6))
    return {
        "fails a model without a drop, 12 drops at 4 sites of 90 patients, largest_drop 0": _fails(found),
        "says that a metric drops": any(" drops by " in note for note in found.notes),
    }


def _bias(rng: Generator) -> dict[str, bool]:
    claim = claim_of({"largest_gap": 0.0}, internal="all", strata=["sex", "view", "age:0-50-60-120"])
    found = Bias().judge(case_of(rng, claim, 1.5, 400))
    return {
        "fails a fair model of 400 patients of 1-3 images, 3 strata, largest_gap 0 (Holm)": _fails(found),
        "says that a gap is worth a look (Benjamini and Hochberg)": any("Beyond 0" in note for note in found.notes),
    }


def _false_discoveries(runs: int) -> Proof:
    """Half of the model's scores are noise in one view: of the gaps that are called, those of the other strata."""
    claim = claim_of({"largest_gap": 0.0}, internal="all", strata=["sex", "view", "age:0-50-60-120"])
    called = wrong = 0
    for run in range(runs):
        rng = np.random.default_rng([23, run])
        patient = patients_of(rng, 600, 2)
        ill = happens(rng, patient, 0.35, 0.8)
        case = judged(rng, claim, patient, ill, np.zeros(ill.size))
        blind = (case.decisions.columns["view"] == "lateral").to_numpy()
        case.decisions.score[:] = expit(normal(rng, patient, 0.5) + 2 * (ill - 0.5) * ~blind)
        notes = [note for note in Bias().judge(case).notes if note.startswith("Beyond 0")]
        called += len(notes)
        wrong += sum("view=" not in note for note in notes)
    what = "bias: of the gaps called (Benjamini and Hochberg) those that are none, one stratum of three is truly unfair"
    return Proof(what, 0.05, wrong, called, at_most=True)


def _failures(rng: Generator) -> dict[str, bool]:
    """Errors fall on anybody, and several images of one patient err together."""
    claim = claim_of({"worst_slice_gap": 0.0}, internal="all", strata=["sex", "view", "age:0-50-60-120"])
    case = case_of(rng, claim, 1.5, 400)
    found = Failures().judge(case)
    told = [note.split(":")[0] for note in found.notes]
    ill = case.internal.where(case.internal.truth)
    leaves = find_slices(ill.columns, ~ill.called, ill.patient, rng, worth=0.0).slices
    unpruned = [one.shares.p_beyond() for one in leaves]
    of = "random errors of 400 patients of 1-3 images"
    return {
        f"names a failure mode, {of}, 3 strata (Holm)": "Failure mode" in told,
        f"names a slice, {of} (Holm)": "Slice" in told,
        f"names a slice of a tree that nothing pruned, {of} (Holm)": bool(unpruned)
        and bool(holm(unpruned, len(unpruned)).min() < 0.05),
        f"fails, {of}, worst_slice_gap 0 (Holm)": _fails(found),
    }


def _calibration(rng: Generator, patients: int, most: int) -> dict[str, bool]:
    case = calibrated(rng, claim_of({"ece": 0.0}), patients, most=most)
    found = Calibration().judge(case)
    by_name = {one.name: one.interval for one in found.figures if one.subgroup == "all"}
    of = f"perfect scores, {patients} patients of {'1-3 images' if most > 1 else 'one image'}"
    told = {f"fails {of}, ece 0": _fails(found)}
    for name, right in (("calibration_slope", 1.0), ("calibration_intercept", 0.0)):
        interval = by_name.get(name)
        told[f"{name.removeprefix('calibration_')} of {of} is called wrong"] = (
            interval is not None and not interval.low <= right <= interval.high
        )
    if most > 1:
        elsewhere = calibrated(rng, claim_of({}), 4 * patients, external=0.7)
        notes = Calibration().judge(elsewhere).notes
        told["says that scores are too high or low at one of 4 sites"] = any("At site=" in note for note in notes)
    return told


def _baselines(rng: Generator) -> dict[str, bool]:
    """Rivals that know nothing against a model that knows nothing, and against one that knows something."""
    told = {}
    for distance, what in ((0.0, "no better than metadata"), (1.0, "that is truly better")):
        patient = patients_of(rng, 300, 2)
        ill = happens(rng, patient, 0.35, 0.8)
        score = expit(normal(rng, patient, 0.5) + distance * (ill - 0.5))
        case = judged(rng, claim_of({"lead_over_baselines": 0.0}), patient, ill, score, training=0.4)
        found = Baselines().judge(case).verdict
        told[f"{'fails' if distance else 'fails or passes'} a model {what}, lead 0"] = found is Verdict.FAILS or (
            not distance and found is Verdict.HOLDS
        )
    case = case_of(rng, claim_of({}, internal="all"), 0.0, 200, most=2)
    told["a rival across folds beats a model that is as useless"] = _fails(Baselines().judge(case))
    return told


def _family(rng: Generator, claims: int = 8) -> dict[str, bool]:
    n = 200
    ill = rng.random(n) < 0.4
    rows = pl.DataFrame({"study": [f"s{i}" for i in range(n)], "patient": [f"p{i}" for i in range(n)]}).with_columns(
        **{f"label.f{k}": pl.Series(ill.astype(int)) for k in range(claims)}
    )
    scores = pl.concat(
        rows.select("study", finding=pl.lit(f"f{k}")).with_columns(
            score=pl.Series(expit(rng.normal(size=n) + 2 * (ill - 0.5)))
        )
        for k in range(claims)
    )
    given = [
        Claim.model_validate(
            {
                "claim": {"name": f"c{k}", "finding": f"f{k}", "threshold": {"value": 0.5}},
                "floors": {"specificity": float(norm.cdf(1))},
                "ladder": {"required": ["internal"]},
                "evidence": {"internal": "all"},
            }
        )
        for k in range(claims)
    ]
    found = climb_all(given, cohort=rows, predictions=scores, resamples=50)
    return {f"any of {claims} claims fails, each exactly at its floor": found.verdict is Verdict.FAILS}


def _areas(rng: Generator) -> dict[str, bool]:
    patient = patients_of(rng, 120, 3)
    ill = happens(rng, patient, 0.3, 0.8)
    common = normal(rng, patient, 0.5) + 1.2 * ill
    one, other = (common + 0.7 * normal(rng, patient, 0.5) for _ in range(2))
    here = patient < 60
    first, second = (delong(ill[side], one[side], patient[side]) for side in (here, ~here))
    return {
        "paired DeLong calls two equal models different, 120 patients of 1-3 images": compare_paired(
            ill, one, other, patient
        ).p
        < 0.05,
        "unpaired, one model on 60 and 60 patients": compare_unpaired(first, second).p < 0.05,
    }


def _fails(found: RungResult) -> bool:
    return found.verdict is Verdict.FAILS
