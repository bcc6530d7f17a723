"""How often does a comparison call two equal models different, and a model that lost the margin as good as before?

Patients bring several images, which are alike in label and score.
"""

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import norm

from fiducial.audit.comparison.paired import paired_tests
from fiducial.audit.comparison.pairing import Pair, Side
from fiducial.audit.comparison.unpaired import unpaired_tests
from fiducial.audit.gaps import holm
from fiducial.claims.comparison import MARGIN, Tested
from proofs.coverage import Proof
from proofs.nothing import Generator, happens, normal, patients_of

Floats = NDArray[np.float64]
RUNS = 600
DISTANCE = 2.0  # between the scores of ill and healthy, in deviations
PAIRED = (  # patients, images of one at most, and how the test is then called
    (60, 3, "exact, signs of patients"),
    (400, 3, "Obuchowski"),
    (150, 1, "exact, binomial"),
)


def comparison_proofs(runs: int = RUNS) -> list[Proof]:
    """Every test of a comparison, all of them together, and the claim that nothing was lost."""
    return [
        *(proof for people, most, how in PAIRED for proof in _equal(people, most, how, runs)),
        *_counted(_unpaired, 0.05, runs),
        *_counted(_at_the_margin, 0.025, runs),
    ]


def _counted(speaks: Callable[[Generator], dict[str, bool]], nominal: float, runs: int) -> Iterator[Proof]:
    hits: Counter[str] = Counter()
    for run in range(runs):
        for what, spoke in speaks(np.random.default_rng([29, run])).items():
            hits[what] += spoke
    for what, count in hits.items():
        yield Proof(f"compare: {what}", nominal, count, runs, at_most=True)


def _equal(people: int, most: int, how: str, runs: int) -> Iterator[Proof]:
    def speaks(rng: Generator) -> dict[str, bool]:
        found = list(paired_tests(_twice(rng, people, most), 0.95))
        of = f"two equal models, {people} patients of {'one image' if most == 1 else f'1-{most} images'}"
        told = {"sensitivity": f"sensitivity (McNemar, {how})", "specificity": f"specificity (McNemar, {how})"}
        alone = {f"{told.get(test.metric, test.metric)} differs, {of}": _p(test) < 0.05 for test in found}
        together = holm([_p(test) for test in found], len(found)).min() < 0.05
        return {**alone, f"any metric differs (Holm), {of}": bool(together)}

    yield from _counted(speaks, 0.05, runs)


def _unpaired(rng: Generator) -> dict[str, bool]:
    before, after = (_side(rng, 100, 3) for _ in range(2))
    found = list(unpaired_tests(Pair("internal", before, after, paired=False), 0.95))
    together = holm([_p(test) for test in found], len(found)).min() < 0.05
    return {"any metric differs (Holm), one model on 100 and 100 other patients": bool(together)}


def _at_the_margin(rng: Generator) -> dict[str, bool]:
    """The later threshold costs exactly the margin in sensitivity."""
    pair = _twice(rng, 500, 3, spread=0.5)
    scale = np.sqrt(1 + 0.5**2)
    lost = float(norm.ppf(norm.cdf(DISTANCE / 2 / scale) - MARGIN)) * scale
    called = _logit(pair.after.score) >= DISTANCE / 2 - lost
    after = Side(pair.after.truth, pair.after.score, called, pair.after.answered, pair.after.patient)
    found = paired_tests(Pair("internal", pair.before, after, paired=True), 0.95)
    test = next(one for one in found if one.metric == "sensitivity")
    return {f"called no loss, a model that lost {MARGIN:g} of its sensitivity": test.is_no_loss(MARGIN)}


def _twice(rng: Generator, people: int, most: int, spread: float = 0.7) -> Pair:
    """Two models that see the same with a noise of their own each."""
    patient = patients_of(rng, people, most)
    ill = happens(rng, patient, 0.35, 0.8)
    common = normal(rng, patient, 0.5) + DISTANCE * (ill - 0.5)
    one, other = (_answered(ill, common + spread * normal(rng, patient, 0.5), patient) for _ in range(2))
    return Pair("internal", one, other, paired=True)


def _side(rng: Generator, people: int, most: int) -> Side:
    return _twice(rng, people, most).before


def _answered(ill: NDArray[np.bool_], seen: Floats, patient: NDArray[np.int64]) -> Side:
    return Side(ill, expit(seen), seen >= 0, np.ones(ill.size, dtype=bool), patient)


def _logit(score: Floats) -> Floats:
    return np.asarray(np.log(score / (1 - score)))


def _p(test: Tested) -> float:
    return 1.0 if test.p is None else test.p
