"""What training may see: the rows of ``train`` and ``tune``. All others are left behind at the door."""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from fiducial.cohort.table import LABEL_PREFIX, Cohort
from fiducial.errors import CannotJudge, UnusableInput, WrongUsage
from fiducial.files.names import did_you_mean
from fiducial.models.contract import Study
from fiducial.models.reading import studies_of

Split: TypeAlias = Literal["train", "tune"]
SEEN: tuple[Split, ...] = ("train", "tune")
Labels: TypeAlias = npt.NDArray[np.float32]  # (n, findings): 0, 1, or NaN where a label is missing


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """Rows of train and tune with a label at least, in the cohort's order; nothing of other splits is kept."""

    cohort: Cohort  # those rows, and their files, alone
    findings: tuple[str, ...]
    mined: frozenset[str] = frozenset()  # studies of train that a reviewed list holds as hard negatives

    @classmethod
    def of(cls, cohort: Cohort, findings: tuple[str, ...]) -> "TrainingRows":
        """Shut out everything but train and tune.

        Raises:
            UnusableInput: no splits, no such finding, or a patient who stands in another split as well.
            CannotJudge: a split has one patient, or a finding that nobody or everybody has.
        """
        _require_columns(cohort, findings)
        _refuse_straddlers(cohort)
        labels = [f"{LABEL_PREFIX}{finding}" for finding in findings]
        seen = cohort.rows.filter(pl.col("split").is_in(SEEN) & pl.any_horizontal(pl.col(labels).is_not_null()))
        others = [name for name in seen.columns if name.startswith(LABEL_PREFIX) and name not in labels]
        files = None if cohort.files is None else cohort.files.join(seen, on="study", how="semi")
        kept = cls(replace(cohort, rows=seen.drop(others), files=files, regions=None), findings)
        for split in SEEN:
            _refuse_poor(kept.only(split), split)
        return kept

    def only(self, split: str) -> "TrainingRows":
        """The rows of one split.

        Raises:
            WrongUsage: any other than train and tune.
        """
        if split not in SEEN:
            raise WrongUsage(
                f"training may not touch the split {split!r}: what is judged must not be seen before. "
                f"It sees {' and '.join(SEEN)}."
            )
        return self._kept(self.cohort.rows.filter(pl.col("split") == split))

    def with_studies(self, studies: set[str]) -> "TrainingRows":
        """Those rows whose images could be prepared."""
        return self._kept(self.cohort.rows.filter(pl.col("study").is_in(list(studies))))

    def with_mined(self, mined: frozenset[str]) -> "TrainingRows":
        """The same rows, with what was mined among them."""
        return replace(self, mined=mined)

    @property
    def mined_places(self) -> npt.NDArray[np.bool_] | None:
        """(n,): which rows were mined; None where nothing was."""
        return np.array([study in self.mined for study in self.studies]) if self.mined else None

    def with_unlabelled(self, cohort: Cohort) -> "TrainingRows":
        """Every row of ``train``, whether it has a label or not: what may be looked at without one."""
        others = [name for name in cohort.rows.columns if name not in self.cohort.rows.columns]
        seen = cohort.rows.filter(pl.col("split") == SEEN[0]).drop(others)
        files = None if cohort.files is None else cohort.files.join(seen, on="study", how="semi")
        return TrainingRows(replace(cohort, rows=seen, files=files, regions=None), self.findings)

    def with_share(self, share: float, seed: int) -> "TrainingRows":
        """The rows of ``train`` of a share of its patients; a smaller share of the same seed is part of a larger one.

        Patients with any of the findings and those without are taken evenly, so that a small share has both.

        Raises:
            CannotJudge: so few patients are too few, or all of them are alike.
        """
        train = self.only(SEEN[0])
        if share >= 1:
            return train
        place = train.groups("patient")
        patient = np.arange(len(train.studies)) if place is None else place
        ill = np.zeros(patient.max() + 1, bool)
        np.logical_or.at(ill, patient, (train.labels == 1).any(axis=1))
        order = _evenly(ill, np.random.default_rng([seed, 3]))
        taken = set(order[: max(1, round(share * order.size))].tolist())
        kept = {study for study, one in zip(train.studies, patient.tolist(), strict=True) if one in taken}
        found = train.with_studies(kept)
        _refuse_poor(found, SEEN[0], f" at a share of {share:g} of its patients")
        return found

    @property
    def studies(self) -> list[str]:
        """The keys, in order."""
        return self.cohort.rows["study"].to_list()

    @property
    def labels(self) -> Labels:
        """(n, findings)."""
        columns = [f"{LABEL_PREFIX}{finding}" for finding in self.findings]
        return self.cohort.rows.select(pl.col(columns).cast(pl.Float32)).to_numpy().astype(np.float32)

    @property
    def patients(self) -> int:
        """How many; of a cohort that does not name them, rows."""
        frame = self.cohort.rows
        return frame["patient"].n_unique() if "patient" in frame.columns else frame.height

    def groups(self, column: str) -> npt.NDArray[np.int64] | None:
        """Which rows share a value of ``column``: (n,), or None where the cohort does not say."""
        if column not in self.cohort.rows.columns or self.cohort.rows[column].null_count():
            return None
        return self.cohort.rows[column].cast(pl.String).rank("dense").to_numpy().astype(np.int64) - 1

    def images(self) -> list[Study]:
        """Where the pixels lie."""
        return studies_of(self.cohort)

    def _kept(self, rows: pl.DataFrame) -> "TrainingRows":
        files = self.cohort.files
        kept = None if files is None else files.join(rows, on="study", how="semi")
        mined = self.mined & frozenset(rows["study"])
        return TrainingRows(replace(self.cohort, rows=rows, files=kept), self.findings, mined)


def strange_sites(rows: TrainingRows) -> list[str]:
    """Sites that the tuning split has and the training split has not, sorted."""
    if "site" not in rows.cohort.rows.columns:
        return []
    train, tune = (set(rows.only(split).cohort.rows["site"].drop_nulls()) for split in SEEN)
    return sorted(tune - train)


def _evenly(ill: npt.NDArray[np.bool_], rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Patients in an order whose every beginning has nearly as many ill as the whole."""
    when = np.empty(ill.size)
    for kind in (True, False):
        members = rng.permutation(np.flatnonzero(ill == kind))
        when[members] = (np.arange(members.size) + 0.5) / max(1, members.size)
    return np.argsort(when, kind="stable")


def _require_columns(cohort: Cohort, findings: tuple[str, ...]) -> None:
    if "split" not in cohort.rows.columns:
        raise UnusableInput(
            f"{cohort.name}: has no column 'split', so nothing tells what may be trained on. "
            "`fiducial cohort split` makes it."
        )
    for finding in findings:
        if finding not in cohort.findings:
            known = ", ".join(cohort.findings) or "no finding at all"
            raise UnusableInput(
                f"{cohort.name}: has no column 'label.{finding}'.{did_you_mean(finding, cohort.findings)} "
                f"It has: {known}."
            )


def _refuse_straddlers(cohort: Cohort) -> None:
    if "patient" not in cohort.rows.columns:
        return
    spread = (
        cohort.rows.filter(pl.col("patient").is_not_null() & pl.col("split").is_not_null())
        .group_by("patient")
        .agg(pl.col("split").unique().sort())
        .filter((pl.col("split").list.len() > 1) & pl.col("split").list.eval(pl.element().is_in(SEEN)).list.any())
        .sort("patient")
    )
    if spread.height:
        raise UnusableInput(
            f"{cohort.name}: {spread.height} patients stand in several splits, such as {spread['patient'][0]!r} in "
            f"{' and '.join(spread['split'][0])}. Whoever is judged must not be trained on: `fiducial cohort split`."
        )


def _refuse_poor(rows: TrainingRows, split: Split, where: str = "") -> None:
    patients = rows.patients
    if patients < 2:
        raise CannotJudge(
            f"the split {split!r}{where} has {patients} patients with a label; training needs two at least."
        )
    for finding, labels in zip(rows.findings, rows.labels.T, strict=True):
        ill, healthy = int((labels == 1).sum()), int((labels == 0).sum())
        if not ill or not healthy:
            raise CannotJudge(
                f"{finding}: the split {split!r}{where} has {ill} studies with it and {healthy} without; both must be "
                "there. Leave the finding out of the recipe, or split again."
            )
