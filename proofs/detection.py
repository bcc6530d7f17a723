"""How often do the intervals of a detector hold the truth? ``python -m proofs.detection OUT.md``.

Images are drawn from a world of known rates: patients bring one to three images, most of a patient's images share their
fate (ill or healthy, easy or hard), and a detector finds lesions and marks nothing with chances that go by patient.
"""

import datetime as dt
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from fiducial.audit.detection.figures import Asked, Measured, measured
from fiducial.audit.detection.images import Images
from fiducial.audit.detection.matching import Matched
from fiducial.errors import CannotJudge
from fiducial.stats.detection import Detections
from proofs.coverage import Proof

RUNS = 250
RESAMPLES = 300
ENDLESS = 20_000  # patients that stand for the truth
FIGURES = (
    "lesion_sensitivity",
    "average_precision",
    "mean_lesion_sensitivity",
    "lesion_sensitivity_at_threshold",
    "lesion_precision",
    "false_positives_per_image",
    "sensitivity_from_boxes",
    "specificity_from_boxes",
)


@dataclass(frozen=True, slots=True)
class World:
    """``finds``: chance that a lesion is marked. ``false``: marks on nothing an image. ``alike``: spread by patient."""

    what: str
    patients: int = 150
    images: int = 1
    finds: float = 0.8
    false: float = 0.8
    alike: float = 0.0
    ill: float = 0.4

    def draw(self, rng: np.random.Generator) -> Matched:
        """One study, matched: where marks lie is of no consequence here, only what they found."""
        each = rng.integers(1, self.images + 1, self.patients)
        patient = np.repeat(np.arange(self.patients), each)
        n = patient.size
        ill = (rng.random(self.patients) < self.ill)[patient]
        skill = rng.normal(0, self.alike, self.patients)[patient]  # on the scale of log odds, and of log rates
        lesions = np.where(ill, rng.integers(1, 4, n), 0)
        of_lesion = np.repeat(np.arange(n), lesions)
        odds = self.finds / max(1 - self.finds, 1e-9) * np.exp(skill[of_lesion])
        found = rng.random(of_lesion.size) < odds / (1 + odds)
        vain = np.repeat(np.arange(n), rng.poisson(self.false * np.exp(skill - self.alike**2 / 2)))
        right = rng.beta(3, 1.5, of_lesion.size)
        image = np.concatenate([of_lesion[found], vain])
        score = np.concatenate([right[found], rng.beta(1.5, 3, vain.size)])
        hit = np.arange(image.size) < found.sum()
        order = np.argsort(-score, kind="stable")
        strongest = np.full(n, -np.inf)
        np.maximum.at(strongest, image, score)
        told = pl.DataFrame({"score": pl.Series(np.where(found, right, np.nan)).fill_nan(None)})
        names = np.arange(n).astype(str)
        images = Images(names, patient.astype(np.int64), ill, np.ones(n, dtype=bool))
        detections = Detections(score[order], image[order].astype(np.int64), hit[order], lesions.astype(np.int64))
        return Matched(images, strongest, detections, images.patient, pl.DataFrame(), told)


WORLDS = (
    World("150 patients"),
    World("40 patients", patients=40),
    World("60 patients of 1-3 images that are alike", patients=60, images=3, alike=1.0),
    World("150 patients, nearly all lesions found", finds=0.97, false=0.2),
    World("40 patients, nearly all lesions found", patients=40, finds=0.97, false=0.2),
    World("80 patients, few lesions found", patients=80, finds=0.15, false=2.0),
)


def detection_proofs(runs: int = RUNS, endless: int = ENDLESS) -> Iterator[Proof]:
    """Every interval in every world."""
    for world in WORLDS:
        hits: dict[str, list[bool]] = {name: [] for name in FIGURES}
        for run in range(runs):
            told = _told(world, np.random.default_rng([29, run]))
            for name in FIGURES:
                figure = told.figures.get(name) if told else None
                if figure and figure.interval:
                    truth = _truth(world, endless)[name]
                    hits[name].append(bool(figure.interval.low <= truth <= figure.interval.high))
        for name, held in hits.items():
            yield Proof(f"{name}, {world.what}", 0.95, sum(held), len(held))


def _told(world: World, rng: np.random.Generator) -> Measured | None:
    try:
        return measured(world.draw(rng), Asked(threshold=0.5, seed=int(rng.integers(2**31)), resamples=RESAMPLES))
    except CannotJudge:
        return None


@cache
def _truth(world: World, endless: int) -> dict[str, float]:
    """What the figures are in a study that does not end."""
    whole = replace(world, patients=endless).draw(np.random.default_rng(7))
    told = measured(whole, Asked(threshold=0.5, resamples=2))
    return {name: told.figures[name].value for name in FIGURES}


def null_proofs(runs: int = RUNS) -> Iterator[Proof]:
    """A detector that is exactly as good as its floor must not hold more often than chance allows."""
    for world in WORLDS[:3]:
        for name in ("lesion_sensitivity", "average_precision", "specificity_from_boxes"):
            cleared = sum(_clears(world, name, run) for run in range(runs))
            yield Proof(f"{name}, {world.what}", 0.025, cleared, runs, at_most=True)


def _clears(world: World, name: str, run: int) -> bool:
    told = _told(world, np.random.default_rng([31, run]))
    figure = told.figures.get(name) if told else None
    return bool(figure and figure.interval and figure.interval.low > _truth(world, ENDLESS)[name])


HEAD = """# Proofs of detection

`make prove` on {today}: {runs} seeded studies a row, {resamples} resamples each. A row holds where the 95% interval of
the share includes what should be, or lies on its good side. The truth is the figure of {endless:,} patients of the same
world.

Lesions: 1 to 3 on 40% of the images. Unless said otherwise a mark finds 80% of them and 0.8 marks an image lie on
nothing; where images are alike, the odds of finding and the rate of vain marks differ between patients by a factor
of e at one standard deviation. `lesion_sensitivity` is read at 1 false positive an image, the others at threshold 0.5.

## How often an interval holds the truth

| what | should be | is | runs | holds |
| --- | --- | --- | --- | --- |
"""
BETWEEN = """
## How often a detector that is as good as its floor is said to be better

| what | should be | is | runs | holds |
| --- | --- | --- | --- | --- |
"""


def main(path: Path) -> None:
    """Write the tables."""
    today = dt.datetime.now(tz=dt.UTC).date()
    head = HEAD.format(today=today, runs=RUNS, resamples=RESAMPLES, endless=ENDLESS)
    covers, nulls = ("\n".join(one.markdown() for one in proofs) for proofs in (detection_proofs(), null_proofs()))
    text = f"{head}{covers}\n{BETWEEN}{nulls}\n"
    path.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
