"""Relevance: intervals of net benefit, how often its rung speaks up by chance, and the worklist against theory.

``python -m proofs.relevance docs/proofs-relevance.md``
"""

import datetime as dt
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
from scipy.special import expit
from scipy.stats import norm

from fiducial.audit.benefit import rates
from fiducial.audit.case import Case
from fiducial.audit.operating import pick
from fiducial.audit.rungs.relevance import Relevance
from fiducial.audit.threshold import threshold_told
from fiducial.claims.claim import Claim
from fiducial.claims.evidence import Verdict
from fiducial.claims.operating import parse_operating_rule
from fiducial.stats.decision import benefit, decision_curve, net_benefit
from fiducial.stats.intervals import Interval
from fiducial.stats.triage import (
    Draw,
    draw_worklist,
    expected_waits,
    exponential,
    lognormal,
    waits_called_first,
    waits_first_come,
)
from fiducial.stats.weighted import weighted_share
from proofs.coverage import Proof
from proofs.nothing import Generator, happens, judged, normal, patients_of

RUNS, SLOW = 1000, 300
STUDIES = 4_000_000  # of a simulated worklist; its mean wait is then within 1% at loads up to 0.8
CALLED = 0.3
PREVALENCE = 0.05


def relevance_proofs(runs: int = RUNS, slow: int = SLOW) -> list[Proof]:
    """Coverage first, then the rung and the check of the threshold under the null."""
    return [
        *(_covers(f"decision curve: {what}", make, runs) for what, make in _curves()),
        *(_covers(f"net benefit of calls, square-and-add: {what}", make, runs) for what, make in _calls()),
        *(_covers(f"weighted recall: {what}", make, runs) for what, make in _recalls()),
        *_counted("a model that is worth exactly as much as acting on nobody", _at_nobody, 0.025, runs),
        *_counted("a model that is worth exactly as much as acting on all", _at_all, 0.025, runs),
        *_counted("a model worth exactly as much as the claim's rule", _at_rule, 0.025, slow),
        *_counted("a model exactly at the floor", _at_floors, 0.025, runs),
        *_counted("the threshold's own rule, followed on as many other rows", _followed, 0.05, slow),
    ]


@dataclass(frozen=True, slots=True)
class Waited:
    """Mean wait of one class of studies, simulated and by the closed form, in mean reading times."""

    what: str
    simulated: float
    expected: float

    @property
    def apart(self) -> float:
        """Relative difference."""
        return self.simulated / self.expected - 1

    def markdown(self) -> str:
        """One row of the table."""
        holds = "yes" if abs(self.apart) < 0.01 else "**no**"
        return f"| {self.what} | {self.expected:.4f} | {self.simulated:.4f} | {100 * self.apart:+.2f}% | {holds} |"


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue with a mean reading time of 1. ``second``: mean of its square, where it is not exponential."""

    where: str
    load: float
    readers: int
    reading: Draw
    second: float | None = None


def worklist_proofs(studies: int = STUDIES) -> Iterator[Waited]:
    """Loads, readers and reading times that have a closed form (Cobham 1954; Pollaczek and Khinchine)."""
    for load, readers in ((0.3, 1), (0.6, 1), (0.8, 1), (0.6, 2), (0.8, 4)):
        yield from _waited(Queue(f"M/M/{readers}, load {load}", load, readers, exponential(1.0)), studies)
    yield from _waited(Queue("M/G/1, lognormal, deviation 0.5, load 0.8", 0.8, 1, lognormal(1.0, 0.5), 1.25), studies)


def _waited(queue: Queue, studies: int) -> Iterator[Waited]:
    rng, rate, readers, second = np.random.default_rng(29), queue.load * queue.readers, queue.readers, queue.second
    worklist = draw_worklist(rng, studies, rate, queue.reading, readers)
    called = rng.random(studies) < CALLED
    waits = waits_called_first(worklist, called)
    (first_come,) = expected_waits((rate,), 1.0, readers, second_moment=second)
    ahead, behind = expected_waits((CALLED * rate, (1 - CALLED) * rate), 1.0, readers, second_moment=second)
    yield Waited(f"{queue.where}: first come", float(waits_first_come(worklist).mean()), first_come)
    yield Waited(f"{queue.where}: called first, the called", float(waits[called].mean()), ahead)
    yield Waited(f"{queue.where}: called first, the others", float(waits[~called].mean()), behind)


def _covers(what: str, holds: Callable[[Generator], bool], runs: int) -> Proof:
    return Proof(what, 0.95, sum(holds(np.random.default_rng([31, run])) for run in range(runs)), runs)


def _counted(name: str, speaks: Callable[[Generator], dict[str, bool]], nominal: float, runs: int) -> Iterator[Proof]:
    hits: Counter[str] = Counter()
    for run in range(runs):
        for what, spoke in speaks(np.random.default_rng([37, run])).items():
            hits[what] += spoke
    for what, count in hits.items():
        yield Proof(f"{name}: {what}", nominal, count, runs, at_most=True)


def _within(interval: Interval, truth: float) -> bool:
    return interval.low - 1e-12 <= truth <= interval.high + 1e-12


def _curves() -> Iterator[tuple[str, Callable[[Generator], bool]]]:
    for threshold in (0.05, 0.2, 0.5):
        for most in (1, 3):
            images = "one image" if most == 1 else "1-3 images"
            yield (
                f"acting from {threshold:g}, 5% ill, 300 patients of {images}",
                partial(_curve_holds, threshold=threshold, prevalence=PREVALENCE, most=most),
            )
    yield "acting from 0.2, at the sample's prevalence", partial(_curve_holds, threshold=0.2, prevalence=None, most=1)


def _curve_holds(rng: Generator, threshold: float, prevalence: float | None, most: int) -> bool:
    """Scores are normal, a deviation and a half apart; those that reach the threshold are acted on."""
    patient = patients_of(rng, 300, most)
    ill = happens(rng, patient, 0.35, 0.8)
    score = expit(normal(rng, patient, 0.5) + 1.5 * (ill - 0.5))
    cut = np.log(threshold / (1 - threshold))
    hit, alarm = (np.array([norm.sf(cut - sign * 0.75)]) for sign in (1, -1))
    at = np.array([threshold])
    true = float(net_benefit(0.35 if prevalence is None else prevalence, hit, alarm, at)[0])
    found = decision_curve(ill, score, patient, at, rng, prevalence=prevalence, resamples=400)
    return _within(Interval(float(found.low[0]), float(found.high[0])), true)


def _calls() -> Iterator[tuple[str, Callable[[Generator], bool]]]:
    for distance, patients, most in ((1.5, 200, 3), (2.5, 200, 1), (4.0, 150, 1)):
        corner = norm.cdf(distance / 2)
        images = "one image" if most == 1 else "1-3 images"
        what = f"both shares {corner:.3f}, {patients} patients of {images}"
        yield what, partial(_calls_hold, distance=distance, patients=patients, most=most)


def _calls_hold(rng: Generator, distance: float, patients: int, most: int) -> bool:
    corner = float(norm.cdf(distance / 2))
    true = float(net_benefit(PREVALENCE, np.array([corner]), np.array([1 - corner]), np.array([0.05]))[0])
    decisions = _case(rng, _claim(), distance, patients, most).internal
    return _within(benefit(PREVALENCE, 0.05, *rates(decisions, 0.95)).interval, true)


def _recalls() -> Iterator[tuple[str, Callable[[Generator], bool]]]:
    for share, patients, most in ((0.8, 80, 1), (0.8, 80, 3), (0.95, 60, 1)):
        images = "one image" if most == 1 else "1-3 images"
        yield (
            f"{share:g}, {patients} ill patients of {images}",
            partial(_recall_holds, share=share, patients=patients, most=most),
        )


def _recall_holds(rng: Generator, share: float, patients: int, most: int) -> bool:
    """Light, ordinary and heavy studies, the heavy ones found less often by a tenth."""
    patient = patients_of(rng, patients, most)
    weight = rng.choice([0.2, 1.0, 3.0], patient.size, p=(0.3, 0.5, 0.2))
    hard = np.where(weight == 3.0, share - 0.1, share)
    hit = norm.cdf(normal(rng, patient, 0.5)) < hard
    mean = 0.3 * 0.2 + 0.5 + 0.2 * 3.0
    true = share - 0.1 * 0.2 * 3.0 / mean
    return _within(weighted_share(np.asarray(hit), weight, patient).interval, true)


def _claim(**use: object) -> Claim:
    floors = use.pop("floors", {})
    evidence = use.pop("evidence", {})
    said = {"name": "nothing", "finding": "x", "threshold": {"value": 0.5}, **use}
    return Claim.model_validate({"claim": said, "floors": floors, "evidence": evidence})


def _case(rng: Generator, claim: Claim, distance: float, patients: int = 200, most: int = 3) -> Case:
    """Both shares are Phi(distance / 2). No column but the split varies, so that no rival is fitted."""
    patient = patients_of(rng, patients, most)
    ill = happens(rng, patient, 0.35, 0.8)
    case = judged(rng, claim, patient, ill, expit(normal(rng, patient, 0.5) + distance * (ill - 0.5)))
    study = pl.DataFrame({"study": case.decisions.study, "patient": case.decisions.patient.astype(str)})
    columns = study.with_columns(case.decisions.columns["split"])
    return replace(case, decisions=replace(case.decisions, columns=columns))


def _at(distance: float, hit_price: Callable[[float], float]) -> float:
    """The threshold probability at which the price of an alarm is ``hit_price`` of the corner."""
    odds = hit_price(float(norm.cdf(distance / 2)))
    return odds / (1 + odds)


def _verdicts(rng: Generator, threshold: float, prevalence: float = PREVALENCE) -> dict[str, bool]:
    claim = _claim(
        floors={"net_benefit": 0.0},
        prevalence=[prevalence, prevalence],
        threshold_probability=[threshold, threshold],
    )
    found = Relevance().judge(_case(rng, claim, 2.0)).verdict
    return {"holds, floor 0": found is Verdict.HOLDS, "fails, floor 0": found is Verdict.FAILS}


def _at_nobody(rng: Generator) -> dict[str, bool]:
    odds = PREVALENCE / (1 - PREVALENCE)
    return _verdicts(rng, _at(2.0, lambda corner: odds * corner / (1 - corner)))


def _at_all(rng: Generator) -> dict[str, bool]:
    odds = PREVALENCE / (1 - PREVALENCE)
    return _verdicts(rng, _at(2.0, lambda corner: odds * (1 - corner) / corner))


def _at_rule(rng: Generator) -> dict[str, bool]:
    """A rule that calls as many of the ill and of the healthy, apart from the model."""
    claim = _claim(
        floors={"net_benefit": 0.0},
        prevalence=[PREVALENCE, PREVALENCE],
        threshold_probability=[PREVALENCE, PREVALENCE],
        evidence={"simple_rule": "marker >= 0"},
    )
    case = _case(rng, claim, 2.0)
    decisions = case.decisions
    marker = normal(rng, decisions.patient, 0.5) + 2.0 * (decisions.truth - 0.5)
    columns = decisions.columns.with_columns(marker=pl.Series(np.where(marker >= 0, 1.0, -1.0)))
    # Held by every row alike the column would be no metadata; the rule itself is the rival that is meant.
    found = Relevance().judge(replace(case, decisions=replace(decisions, columns=columns)))
    return {
        "holds, floor 0": found.verdict is Verdict.HOLDS,
        "fails, floor 0, that rule and metadata that hold it": found.verdict is Verdict.FAILS,
    }


def _at_floors(rng: Generator) -> dict[str, bool]:
    corner = float(norm.cdf(1.0))
    told = {}
    for name, floor in (
        ("weighted_sensitivity", corner),
        ("false_alarms_per_day", 100 * (1 - PREVALENCE) * (1 - corner)),
        ("alerts_per_day", 100 * (PREVALENCE * corner + (1 - PREVALENCE) * (1 - corner))),
    ):
        claim = _claim(
            floors={name: floor, "sensitivity": 0.1},
            prevalence=[PREVALENCE, PREVALENCE],
            workload={"studies_per_day": 100},
        )
        case = _case(rng, claim, 2.0)
        found = Relevance().judge(replace(case, labels=_labels(rng, case))).verdict
        told[f"holds, {name}"] = found is Verdict.HOLDS
        told[f"fails, {name}"] = found is Verdict.FAILS
    return told


def _labels(rng: Generator, case: Case) -> pl.DataFrame:
    n = len(case.decisions)
    return pl.DataFrame(
        {"study": case.decisions.study, "finding": "x", "reader": "truth", "label": 1.0, "certainty": 1.0}
    ).with_columns(significance=pl.Series(rng.choice([0.2, 1.0, 3.0], n)))


def _followed(rng: Generator) -> dict[str, bool]:
    rule = "specificity >= 0.85"
    elsewhere, here = (_case(rng, _claim(), 2.0, 200, 1) for _ in range(2))
    curve, at = pick(elsewhere.decisions, parse_operating_rule(rule))
    value = float(curve.threshold[at])
    claim = _claim(threshold={"value": value, "chosen_on": "tune", "rule": rule})
    split = np.full(len(here.decisions), "tune")
    columns = here.decisions.columns.with_columns(split=pl.Series(split))
    case = replace(here, claim=claim, decisions=replace(here.decisions, columns=columns))
    return {"an alarm says that it was not": bool(threshold_told(case).alarms)}


def main(out: Path) -> None:
    """Simulate, print and write."""
    today = dt.datetime.now(tz=dt.UTC).date()
    lines = [
        "# Proofs of relevance",
        "",
        f"`make prove` on {today}: seeded simulations. A row of the first table holds where the 95% interval of what",
        "was seen includes what should be, or lies on its good side; one of the second where theory is met within 1%.",
        "",
        "## Intervals, and how often the rung speaks up by chance",
        "",
        "| what | should be | is | runs | holds |",
        "| --- | --- | --- | --- | --- |",
        *(proof.markdown() for proof in relevance_proofs()),
        "",
        f"## The worklist against queueing theory, {STUDIES:,} studies, {100 * CALLED:.0f}% of them called",
        "",
        "Mean waits in mean reading times. Cobham 1954 for priorities that interrupt nobody; Pollaczek and Khinchine",
        "for reading times that are not exponential.",
        "",
        "| what | theory | simulated | apart | within 1% |",
        "| --- | --- | --- | --- | --- |",
        *(one.markdown() for one in worklist_proofs()),
    ]
    text = "\n".join(lines) + "\n"
    out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
