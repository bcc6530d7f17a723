"""From judged slices to decisions about volumes: order, fit or pool, export, and say what it bought on ``tune``."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import nn

from fiducial.cohort.volumes import stack_cohort
from fiducial.errors import CannotJudge
from fiducial.learn.export.bundling import Judged, Together
from fiducial.learn.export.operating import Operating
from fiducial.learn.recipe import Recipe, SliceSequence
from fiducial.learn.rows import SEEN, Labels, TrainingRows
from fiducial.learn.sequence.fitting import fit_head, volume_logits
from fiducial.learn.sequence.gap import Gap, measure_gap
from fiducial.learn.sequence.graph import head_parity, head_to_onnx
from fiducial.learn.sequence.stacked import DecidedVolumes, Stacked
from fiducial.learn.sequence.volumes import Volumes
from fiducial.learn.training.scoring import auroc
from fiducial.models.contract import Model
from fiducial.models.reading import shown_clean

FILE = "sequence.onnx"
_ASKED = 2  # tuning volumes that the finished bundle is asked about
_ALIKE = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Sequenced:
    """``epoch``: that whose head was kept, 0 being max-pooling itself; ``parity``: of the head's graph."""

    kind: str
    train: DecidedVolumes
    tune: DecidedVolumes
    graph: bytes | None
    epoch: int | None
    parity: float | None
    gaps: tuple[Gap, ...]

    @property
    def together(self) -> Together:
        """What the export is about."""
        named = {"kind": "max"} if self.graph is None else {"kind": "graph", "file": FILE}
        return Together(self.train, self.tune, named, self.graph)

    @property
    def left_out(self) -> dict[str, str]:
        """Series -> why its slices have no order."""
        return self.train.stacked.volumes.left_out | self.tune.stacked.volumes.left_out

    def metrics(self, findings: tuple[str, ...]) -> dict[str, float]:
        """AUROC of volumes, split by split; findings without both classes are left out."""
        found: dict[str, float] = {}
        for split, decided in zip(SEEN, (self.train, self.tune), strict=True):
            areas = auroc(decided.logits, decided.labels)
            found |= {f"{split}.auroc.volumes.{name}": area for name, area in zip(findings, areas, strict=True)}
        return {name: round(area, 6) for name, area in found.items() if np.isfinite(area)}

    def document(self) -> dict[str, Any]:
        """What learned.json keeps of it."""
        return {
            "kind": self.kind,
            "volumes": {split: len(one.labels) for split, one in zip(SEEN, (self.train, self.tune), strict=True)},
            "epoch": self.epoch,
            "parity": self.parity,
            "split": "tune",
            "gaps": [one.document() for one in self.gaps],
            "left_out": [{"series": series, "reason": reason} for series, reason in self.left_out.items()],
        }


def require_stackable(recipe: Recipe, train: TrainingRows, tune: TrainingRows) -> None:
    """Look, before hours of training, whether the slices of both splits can be volumes.

    Raises:
        UnusableInput: nothing says which images are slices of one series.
        CannotJudge: a finding that no volume of a split has, or every one.
    """
    if recipe.sequence is not None:
        for split, rows in zip(SEEN, (train, tune), strict=True):
            labels = TrainingRows(stack_cohort(rows.cohort), rows.findings).labels
            _refuse_poor(split, labels, recipe.recipe.findings)


def sequence_slices(recipe: Recipe, asked: SliceSequence, last: nn.Linear, train: Judged, tune: Judged) -> Sequenced:
    """Volumes of both splits and their logits, by a head that is fitted here or by the greatest slice.

    Raises:
        UnusableInput: nothing says which images are slices of one series.
        CannotJudge: no series could be put in order, or a finding that no volume of a split has, or every one.
        NotTheSame: the exported head differs from the trained one.
    """
    findings, seed = recipe.recipe.findings, recipe.recipe.seed
    stacked, held = (Stacked(one, Volumes.of(one.pictures.rows)) for one in (train, tune))
    for split, one in zip(SEEN, (stacked, held), strict=True):
        _refuse_poor(split, one.volumes.labels, findings)
    if asked.kind == "max":
        pooled, judged = (DecidedVolumes(one, one.volumes.greatest(one.slices.logits)) for one in (stacked, held))
        return Sequenced("max", pooled, judged, None, None, None, measure_gap(held, None, findings, seed=seed))
    fitted = fit_head(last, asked, stacked, held, seed)
    graph = head_to_onnx(fitted.head)
    apart = float(f"{head_parity(graph, fitted.head, held):.2e}")
    learned, judged = (DecidedVolumes(one, volume_logits(fitted.head, one)) for one in (stacked, held))
    gaps = measure_gap(held, judged.logits, findings, seed=seed)
    return Sequenced(asked.kind, learned, judged, graph, fitted.epoch, apart, gaps)


def told_by_bundle(model: Model, tune: DecidedVolumes, points: dict[str, Operating]) -> tuple[str, ...]:
    """Ask the finished bundle about whole volumes from disk; a note where it says otherwise than what was fitted.

    More than 1e-4 comes from a step of the preparation that looks at several slices at once, or from a series that
    holds more slices than the cohort has rows.
    """
    apart, volumes = 0.0, tune.stacked.volumes
    for number in range(min(_ASKED, len(tune.labels))):
        answer = model.answer([shown_clean(volumes.images(number))])[0]
        if not answer.scores:
            return (f"{volumes.series[number]}: its slices were learned from, and as a whole it {answer.reason}.",)
        for column, (finding, point) in enumerate(points.items()):
            expected = float(point.scores(tune.logits[[number], column])[0])
            apart = max(apart, abs(answer.scores[finding] - expected))
    if apart <= _ALIKE:
        return ()
    told = (
        f"Volumes read as a whole score up to {apart:.2g} otherwise than their slices one by one, on which head and "
        "threshold were fitted: a step of the preparation looks at several slices, or a series has more slices than "
        "the cohort has rows."
    )
    return (told,)


def _refuse_poor(split: str, known: Labels, findings: tuple[str, ...]) -> None:
    for finding, labels in zip(findings, known.T, strict=True):
        ill, healthy = int((labels == 1).sum()), int((labels == 0).sum())
        if not ill or not healthy:
            raise CannotJudge(
                f"{finding}: the split {split!r} has {ill} volumes with it and {healthy} without; both must be there. "
                "Leave the finding or [sequence] out of the recipe, or split again."
            )
