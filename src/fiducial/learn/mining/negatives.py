"""The negatives of the training split that a bundle is most wrongly sure of, and what it looks at in each."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
import polars as pl

from fiducial.audit.probes.saliency import energies
from fiducial.audit.probes.tables import files_of_masks
from fiducial.cohort.table import LABEL_PREFIX, CohortSource, read_cohort
from fiducial.errors import CannotJudge, UnusableInput, WrongUsage
from fiducial.files.names import did_you_mean
from fiducial.learn.rows import TrainingRows
from fiducial.models.bundle_model import BundleModel
from fiducial.models.contract import Floats, Shown, Study
from fiducial.models.explainers.cam import Cam
from fiducial.models.open import open_model
from fiducial.models.reading import read_study, studies_of
from fiducial.scans.areas import Mask, areas_of
from fiducial.scans.read import read_scan
from fiducial.scans.scan import Scan
from fiducial.scans.thumbnail import windowed

_SURE = 1e-6  # a score of 1 has a loss of 14
_LIFT = 1.5  # so many times its share of the image must a part hold of what speaks for the finding
_BATCH = 16
_THIRDS = (("upper", "middle", "lower"), ("left", "centre", "right"))


@dataclass(frozen=True, slots=True)
class MineOptions:
    """``most``: to list; ``per_patient``: of one. ``masks``: a table of regions that the saliency is laid upon."""

    finding: str | None = None
    most: int = 100
    per_patient: int = 2
    masks: Path | None = None
    key: str | None = None  # where the key of a sealed bundle lies

    def __post_init__(self) -> None:
        """Refuse numbers below 1."""
        for what, number in (("most", self.most), ("per_patient", self.per_patient)):
            if number < 1:
                raise WrongUsage(f"{what} must be 1 or more, got {number}.")


@dataclass(frozen=True, slots=True, eq=False)
class Negative:
    """``loss``: cross-entropy of the score. ``group``: what it looks at. ``grey``, ``heat``: (rows, columns)."""

    study: str
    patient: str
    finding: str
    score: float
    loss: float
    called: bool  # at or over the bundle's threshold
    group: str
    energy: float  # share of what speaks for the finding that lies in the group's part
    grey: Floats
    heat: Floats


@dataclass(frozen=True, slots=True)
class Mined:
    """``negatives``: the hardest first. ``looked_at``: how many were scored. ``failed``: study -> why it was not."""

    bundle: str
    finding: str
    negatives: tuple[Negative, ...]
    looked_at: int
    failed: Mapping[str, str]

    @property
    def groups(self) -> dict[str, int]:
        """What they look at, the most frequent first."""
        return dict(Counter(one.group for one in self.negatives).most_common())

    @property
    def exit_code(self) -> int:
        """5 where an image could not be scored, else 0."""
        return 5 if self.failed else 0


def mine_negatives(
    bundle: str | Path,
    cohort: CohortSource,
    options: MineOptions | None = None,
    *,
    told: Callable[[int, int], None] | None = None,
) -> Mined:
    """Score every negative of the training split; no pixel and no label of another split is read.

    Raises:
        UnusableInput: bundle, cohort or masks cannot be used.
        CannotJudge: no negative could be scored.
        WrongUsage: an unknown finding, or a bundle that carries no last layer to look through.
    """
    asked = options or MineOptions()
    model = open_model(bundle, threads=0, key=asked.key)
    finding = _finding(model, asked.finding)
    rows = TrainingRows.of(read_cohort(cohort), (finding,)).only("train")
    marked = {} if asked.masks is None else files_of_masks(asked.masks)
    negative = rows.cohort.rows.filter(pl.col(f"{LABEL_PREFIX}{finding}") == 0)["study"].to_list()
    known = {study.study: study for study in studies_of(rows.cohort)}
    scores, failed = _scored(model, finding, [known[name] for name in negative], told)
    if not scores:
        raise CannotJudge(f"{model.name}: no negative of {finding} in train has a score; {_first(failed)}")
    chosen = _hardest(scores, known, asked)
    threshold = _threshold(model, finding)
    found = []
    for name in chosen:
        try:
            found.append(_looked(model, finding, known[name], scores[name], threshold, marked.get(name, {})))
        except UnusableInput as unfit:
            failed[name] = str(unfit)
    return Mined(model.name, finding, tuple(found), len(negative), failed)


def _finding(model: BundleModel, named: str | None) -> str:
    if named is None and len(model.findings) == 1:
        return model.findings[0]
    if named is None or named not in model.findings:
        told = f"scores no {named!r}.{did_you_mean(named, model.findings)}" if named else "scores several findings"
        raise WrongUsage(f"{model.name}: {told} Name one of: {', '.join(model.findings)} (--finding).")
    return named


def _scored(
    model: BundleModel, finding: str, studies: list[Study], told: Callable[[int, int], None] | None
) -> tuple[dict[str, float], dict[str, str]]:
    scores, failed = {}, {}
    for start in range(0, len(studies), _BATCH):
        some = studies[start : start + _BATCH]
        for study, answer in zip(some, model.answer([Shown(one, _reader(one)) for one in some]), strict=True):
            score = answer.scores.get(finding)
            if score is None:
                failed[study.study] = answer.reason or answer.doubts.get(finding) or "has no score"
            else:
                scores[study.study] = float(score)
        if told is not None:
            told(min(start + _BATCH, len(studies)), len(studies))
    return scores, failed


def _reader(study: Study) -> Callable[[], Scan]:
    return lambda: read_study(study)


def _first(failed: Mapping[str, str]) -> str:
    return "there is none." if not failed else "the first: {}: {}.".format(*next(iter(failed.items())))


def _hardest(scores: Mapping[str, float], known: Mapping[str, Study], asked: MineOptions) -> list[str]:
    """By loss, at most so many of a patient: ten slices of one head are one lesson."""
    seen: Counter[str] = Counter()
    chosen = []
    for name in sorted(scores, key=lambda one: (-scores[one], one)):
        patient = _patient(known[name])
        if seen[patient] < asked.per_patient:
            seen[patient] += 1
            chosen.append(name)
        if len(chosen) == asked.most:
            break
    return chosen


def _patient(study: Study) -> str:
    return str(study.columns.get("patient") or study.study)


def _threshold(model: BundleModel, finding: str) -> float:
    named = next(one for one in model.bundle.manifest.findings if one.name == finding)
    return 0.5 if named.threshold is None else named.threshold.value


def _looked(  # noqa: PLR0913, PLR0917  (one image, and all that is known of it)
    model: BundleModel, finding: str, study: Study, score: float, threshold: float, marked: Mapping[str, Path]
) -> Negative:
    scan = read_study(study)
    heat = Cam().saliency(
        model, Shown(study, lambda: scan), finding, np.random.default_rng(crc32(study.study.encode()))
    )
    group, energy = _group(heat, scan, marked)
    place = int(heat.max(axis=(1, 2)).argmax())
    return Negative(
        study.study, _patient(study), finding, score, -float(np.log(max(1 - score, _SURE))), score >= threshold,
        group, energy, windowed(scan, place).astype(np.float32), heat[place],
    )  # fmt: skip


def _group(heat: Floats, scan: Scan, marked: Mapping[str, Path]) -> tuple[str, float]:
    """The part that holds most of the saliency for its size; else the ninth of the image where the peak lies.

    Regions that somebody marked come first: calcification says more than border.
    """
    for places in ({name: _mask(path, scan) for name, path in marked.items()}, areas_of(scan)):
        found = [(share / area, name, share) for name, share, area in energies(heat, places) if area > 0]
        lift, name, share = max(found, default=(0.0, "", 0.0))
        if lift >= _LIFT:
            return name, share
    _, row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    down, across = _THIRDS[0][3 * int(row) // heat.shape[1]], _THIRDS[1][3 * int(column) // heat.shape[2]]
    return f"the {down} {across} of the image", 1.0


def _mask(path: Path, scan: Scan) -> Mask:
    mask = np.asarray(read_scan(path).array) > 0
    if mask.shape != scan.array.shape[:3]:
        raise UnusableInput(f"{path.name}: is a mask of {mask.shape}, and the image has {scan.array.shape[:3]}.")
    return mask
