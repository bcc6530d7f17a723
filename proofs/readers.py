"""How often does the reader analysis find a change where there is none? ``python -m proofs.readers OUT.md``.

Ratings come from the model of Roe and Metz 1997, Acad Radiol 4:298-303, doi:10.1016/S1076-6332(97)80032-3: normal
variables of reader, case, reader by case, the first two by arm, and error; the ill lie 1.5 higher (AUROC about 0.86).
"""

import datetime as dt
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import NormalDist
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.readers.alone import alone_in
from fiducial.audit.readers.gain import gain_in
from fiducial.audit.readers.level import level_in
from fiducial.audit.readers.parts import Asked
from fiducial.audit.readers.study import ReaderStudy
from fiducial.audit.readers.times import times_in
from fiducial.stats.intervals import Interval
from fiducial.stats.two_way import wilson_two_way
from proofs.coverage import Proof

RUNS = 2000
SHIFT = 1.5  # of the ill, in standard deviations of a rating
Generator: TypeAlias = np.random.Generator
Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Variances:
    """Of readers, cases and readers by cases, of the first two by arm, and of error."""

    reader: float
    arm_reader: float
    case: float
    arm_case: float
    reader_case: float
    error: float


# Readers alike and ratings that hang together little; readers unlike and ratings that hang together much.
ALIKE = Variances(0.0055, 0.0055, 0.1, 0.1, 0.2, 0.6)
UNLIKE = Variances(0.03, 0.03, 0.3, 0.3, 0.2, 0.2)


@dataclass(frozen=True, slots=True)
class World:
    """How many read what. ``levels``: of the rating scale; 0 is a continuous one. ``images``: most of one patient."""

    variances: Variances
    readers: int = 5
    ill: int = 40
    healthy: int = 60
    levels: int = 0
    images: int = 1

    def draw(self, rng: Generator) -> ReaderStudy:
        """One study in two arms that do not differ."""
        v = self.variances
        patients = self.ill + self.healthy
        size = rng.integers(1, self.images + 1, patients)
        truth = np.repeat(np.arange(patients) < self.ill, size)
        patient = np.repeat(np.arange(patients), size)
        n = truth.size
        alike = np.sqrt(0.7) if self.images > 1 else 0.0  # share of a case's variance that is its patient's

        def of_cases(*shape: int) -> Floats:
            own = rng.normal(size=(*shape, n)) * np.sqrt(1 - alike**2)
            return np.asarray(own + alike * rng.normal(size=(*shape, patients))[..., patient])

        rating = (
            SHIFT * truth
            + np.where(truth, 1.0, 0.0) * self._of_readers(rng)
            + np.where(truth, 0.0, 1.0) * self._of_readers(rng)
            + np.sqrt(v.case) * of_cases()
            + np.sqrt(v.arm_case) * of_cases(2)[:, None]
            + np.sqrt(v.reader_case) * rng.normal(size=(self.readers, n))
            + np.sqrt(v.error) * rng.normal(size=(2, self.readers, n))
        )
        if self.levels:
            cuts = np.linspace(-0.75, SHIFT + 0.75, self.levels - 1)
            rating = np.searchsorted(cuts, rating).astype(np.float64)
        names = tuple(f"r{reader}" for reader in range(self.readers))
        study = np.array([f"s{case:04d}" for case in range(n)])
        calls = (rating >= (self.levels // 2 if self.levels else SHIFT / 2)).astype(np.float64)
        silent = np.full(rating.shape, np.nan)
        return ReaderStudy(("a", "b"), names, study, truth, patient.astype(np.int64), rating, calls, silent)

    def _of_readers(self, rng: Generator) -> Floats:
        v = self.variances
        both = np.sqrt(v.reader) * rng.normal(size=(1, self.readers, 1))
        return np.asarray(both + np.sqrt(v.arm_reader) * rng.normal(size=(2, self.readers, 1)))


def reader_proofs(runs: int = RUNS) -> Iterator[Proof]:
    """The test of a change under every covariance and design, where readers share their cases and where not."""
    five = replace(World(UNLIKE), levels=5)
    for covariance in ("jackknife", "delong", "unbiased"):
        asked = Asked(covariance=covariance)
        yield _proof(f"AUROC, random, {covariance}, readers alike", World(ALIKE), asked, runs)
        yield _proof(f"AUROC, random, {covariance}, readers unlike", World(UNLIKE), asked, runs)
        yield _proof(f"AUROC, random, {covariance}, five levels", five, asked, runs)
        yield _proof(f"sensitivity, random, {covariance}", five, asked, runs, "sensitivity")
    fixed = World(replace(UNLIKE, arm_reader=0.0))
    yield _proof("AUROC, fixed readers, jackknife", fixed, Asked("fixed-readers"), runs)
    same = World(replace(UNLIKE, arm_case=0.0))
    yield _proof("AUROC, fixed cases, jackknife", same, Asked("fixed-cases"), runs)
    wide = World(UNLIKE, readers=12, ill=48, healthy=72)
    yield _proof("AUROC, random, 4 blocks of 3 readers, split plot", wide, Asked(), runs, cut=_split)
    yield _proof("AUROC, random, one reading in ten missing", wide, Asked(), runs, cut=_thinned)
    yield _proof("AUROC, random, 6 other readers in each arm", wide, Asked(), runs, cut=_unpaired)
    clustered = World(UNLIKE, ill=30, healthy=45, images=3)
    yield _proof("AUROC, random, patients of 1-3 images", clustered, Asked(), runs)
    yield Proof("model as good as the readers", 0.05, _hits(_leads, runs), runs, at_most=True)


def share_proofs(runs: int = RUNS) -> Iterator[Proof]:
    """The interval of a share of readings."""
    for readers, share in ((4, 0.1), (10, 0.1), (10, 0.4)):
        what = f"share of readings, {readers} readers, 60 patients, p = {share}"
        yield Proof(what, 0.95, _hits(partial(_covers, readers=readers, share=share), runs), runs)


def interval_proofs(runs: int = RUNS) -> Iterator[Proof]:
    """The mean of one arm, and a ratio of times."""
    unlike = World(UNLIKE)
    v = unlike.variances
    total = v.reader + v.arm_reader + v.case + v.arm_case + v.reader_case + v.error
    area = NormalDist().cdf(SHIFT / np.sqrt(2 * total))
    hits = _hits(partial(_holds_mean, world=unlike, area=area), runs)
    yield Proof(f"mean AUROC of the readers of one arm, {area:.3f}", 0.95, hits, runs)
    yield Proof("ratio of times, 5 readers, 80 patients", 0.95, _hits(_holds_ratio, runs), runs)


def _holds_mean(rng: Generator, world: World, area: float) -> bool:
    main = level_in(world.draw(rng).of((0,)), "auroc", Asked()).main
    return main is not None and main.interval is not None and main.interval.low <= area <= main.interval.high


def _holds_ratio(rng: Generator) -> bool:
    """Readers and cases gain from the second arm more or less; the true ratio is 0.8."""
    study = World(ALIKE, ill=30, healthy=50).draw(rng)
    apart = 0.1 * rng.normal(size=(5, 1)) + 0.1 * rng.normal(size=80) + 0.4 * rng.normal(size=(5, 80))
    first = rng.lognormal(3, 0.5, (5, 80))
    main = times_in(replace(study, seconds=np.stack([first, 0.8 * first * np.exp(apart)])), 0.95).main
    return main is not None and main.interval is not None and main.interval.low <= 0.8 <= main.interval.high


def _proof(  # noqa: PLR0913  (a world and how it is looked at)
    what: str,
    world: World,
    asked: Asked,
    runs: int,
    metric: str = "auroc",
    *,
    cut: Callable[[ReaderStudy, Generator], ReaderStudy] | None = None,
) -> Proof:
    def speaks(rng: Generator) -> bool:
        study = world.draw(rng)
        main = gain_in(cut(study, rng) if cut else study, metric, asked).part.main
        return main is not None and _beyond(main.interval)

    return Proof(what, 0.05, _hits(speaks, runs), runs, at_most=True)


def _hits(speaks: Callable[[Generator], bool], runs: int) -> int:
    return sum(speaks(np.random.default_rng([17, run])) for run in range(runs))


def _beyond(interval: Interval | None) -> bool:
    return interval is not None and not interval.low <= 0 <= interval.high


def _split(study: ReaderStudy, _: Generator) -> ReaderStudy:
    """Every third reader's block reads every fourth case."""
    block = np.arange(len(study.readers)) % 4
    return _kept(study, block[:, None] == np.arange(study.cases) % 4)


def _thinned(study: ReaderStudy, rng: Generator) -> ReaderStudy:
    return _kept(study, rng.random((2, len(study.readers), study.cases)) > 0.1)


def _unpaired(study: ReaderStudy, _: Generator) -> ReaderStudy:
    early = np.arange(len(study.readers)) < len(study.readers) // 2
    return _kept(study, np.stack([early, ~early])[:, :, None])


def _kept(study: ReaderStudy, kept: NDArray[np.bool_]) -> ReaderStudy:
    return replace(
        study,
        rating=np.where(kept, study.rating, np.nan),
        decision=np.where(kept, study.decision, np.nan),
    )


def _leads(rng: Generator) -> bool:
    """The model is an average reader: its skill is the readers' mean, and its errors are its own."""
    study = World(replace(UNLIKE, arm_reader=0.0, reader=0.0), readers=6).draw(rng)
    others = replace(study, readers=study.readers[1:], rating=study.rating[:, 1:])
    main = alone_in(others.of((0,)), "auroc", study.rating[0, 0], Asked()).main
    return main is not None and _beyond(main.interval)


def _covers(rng: Generator, readers: int, share: float) -> bool:
    """Readers differ in the share, and so do patients; the true share is over all of them."""
    spread = 0.6
    cut = np.sqrt(1 + 2 * spread**2)
    latent = spread * (rng.normal(size=(readers, 1)) + rng.normal(size=60)) + rng.normal(size=(readers, 60))
    success = latent / cut < NormalDist().inv_cdf(share)
    reader, patient = np.nonzero(np.ones(success.shape, dtype=bool))
    interval = wilson_two_way(success.ravel(), reader, patient)
    return interval.low <= share <= interval.high


HEAD = """# Proofs of the reader analysis

`make prove` on {today}: {runs:,} seeded studies a row from the model of Roe and Metz (1997), in which the arms do not
differ. A row holds where the 95% interval of the share includes what should be, or lies on its good side. Unless said
otherwise: 5 readers, 40 ill and 60 healthy cases, all read by all in both arms.

Variances of readers, cases, readers by cases and error: alike 0.0055, 0.1 + 0.1 by arm, 0.2, 0.6; unlike (everywhere
else) 0.03, 0.3 + 0.3 by arm, 0.2, 0.2; readers by arm as readers. Fixed readers are drawn without readers by arm, fixed
cases without cases by arm: that is what each design takes for granted.

## How often a change is found where there is none

| what | should be | is | runs | holds |
| --- | --- | --- | --- | --- |
"""
BETWEEN = """
## How often an interval holds the truth

| what | should be | is | runs | holds |
| --- | --- | --- | --- | --- |
"""


def main(path: Path) -> None:
    """Write the tables."""
    head = HEAD.format(today=dt.datetime.now(tz=dt.UTC).date(), runs=RUNS)
    intervals = [*interval_proofs(), *share_proofs()]
    nulls, covers = ("\n".join(proof.markdown() for proof in proofs) for proofs in (reader_proofs(), intervals))
    text = f"{head}{nulls}\n{BETWEEN}{covers}\n"
    path.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
