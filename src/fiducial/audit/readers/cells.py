"""Which readers can be analysed in which arms, and what of the design still holds when they read different cases."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.readers.study import ReaderStudy
from fiducial.errors import CannotJudge
from fiducial.stats.mrmc import Design
from fiducial.stats.reader_metrics import CellEstimates, Covariance, MetricFunction, estimate_cells

Metric = str | MetricFunction
FEWEST = 2  # cases of a class; a variance over one case cannot be seen
FEW = 8  # patients of a class; over fewer, a variance is seen too poorly for a verdict
_CLASSES = {"sensitivity": ("ill",), "specificity": ("healthy",), "auroc": ("ill", "healthy")}


@dataclass(frozen=True, slots=True, eq=False)
class Usable:
    """``values``: (arms, readers, cases). ``kept``: by arm, the readers (by number) whose figure can be estimated."""

    study: ReaderStudy
    metric: Metric
    values: NDArray[np.float64]
    kept: tuple[NDArray[np.int64], ...]
    notes: tuple[str, ...]

    @property
    def paired(self) -> NDArray[np.int64]:
        """Readers who can be analysed in every arm."""
        found = self.kept[0]
        for readers in self.kept[1:]:
            found = np.intersect1d(found, readers)
        return found

    def counted(self, cells: Iterable[tuple[int, int]]) -> int:
        """How many readings of some (arm, reader) the metric is about."""
        return sum(int(self.rows(arm, reader).sum()) for arm, reader in cells)

    def rows(self, arm: int, reader: int) -> NDArray[np.bool_]:
        """The cases that a reader read in an arm, of the class that the metric is about; (cases,)."""
        truth = self.study.truth
        asked = {"sensitivity": truth, "specificity": ~truth}.get(str(self.metric), np.ones_like(truth))
        return np.asarray(np.isfinite(self.values[arm, reader]) & asked)

    def estimates(self, cells: list[tuple[int, int]], covariance: str) -> CellEstimates:
        """Of some (arm, reader), in that order.

        Raises:
            CannotJudge: the covariance cannot be estimated from these cases.
        """
        values = np.array([self.values[arm, reader] for arm, reader in cells])
        seen = np.isfinite(values).any(axis=0)
        patient = self.study.patient[seen]
        try:
            return estimate_cells(
                self.metric,
                self.study.truth[seen],
                values[:, seen],
                covariance=Covariance(covariance),
                patient=patient if np.unique(patient).size < patient.size else None,
            )
        except ValueError as unfit:
            raise CannotJudge(str(unfit)) from unfit


def usable(study: ReaderStudy, metric: Metric) -> Usable:
    """What the metric is computed from, and who has enough of it.

    Raises:
        CannotJudge: the study has nothing that the metric is computed from.
    """
    needs_ratings = metric == "auroc" or not isinstance(metric, str)
    values = study.rating if needs_ratings else study.decision
    if not np.isfinite(values).any():
        raise CannotJudge(
            f"{name_of(metric)} needs {'ratings' if needs_ratings else 'decisions'}, and no reading has one"
        )
    kept, notes = [], []
    for arm, name in enumerate(study.arms):
        enough = np.array([_lacks(study, metric, row) is None for row in values[arm]])
        kept.append(np.flatnonzero(enough))
        notes += list(_left_out(study, metric, name, values[arm]))
    return Usable(study, metric, values, tuple(kept), tuple(notes))


def name_of(metric: Metric) -> str:
    """What a figure of the metric is called."""
    return metric if isinstance(metric, str) else getattr(metric, "__name__", "metric")


def _left_out(study: ReaderStudy, metric: Metric, arm: str, values: NDArray[np.float64]) -> Iterator[str]:
    for reader, row in zip(study.readers, values, strict=True):
        if np.isfinite(row).any() and (lack := _lacks(study, metric, row)):
            yield f"Reader {reader} is left out of {name_of(metric)} in arm {arm!r}: {lack}."


def _lacks(study: ReaderStudy, metric: Metric, row: NDArray[np.float64]) -> str | None:
    """What a reader's cases lack; where patients repeat, patients are counted."""
    read = np.isfinite(row)
    for kind, count in _patients(study, metric, read):
        if count < FEWEST:
            return (
                f"read {count} {'' if kind == 'any' else kind + ' '}{'patient' if count == 1 else 'patients'}, needs 2"
            )
    return None


def _patients(study: ReaderStudy, metric: Metric, read: NDArray[np.bool_]) -> Iterator[tuple[str, int]]:
    """How many patients of each class that the metric is about; ``read``: (cases,)."""
    for kind in _CLASSES.get(metric, ("any",)) if isinstance(metric, str) else ("any",):
        rows = read & {"ill": study.truth, "healthy": ~study.truth, "any": read}[kind]
        yield kind, int(np.unique(study.patient[rows]).size)


def thin(found: Usable, cells: Iterable[tuple[int, int]]) -> tuple[str, ...]:
    """What must be said where too few patients stand behind some (arm, reader) for a verdict; nothing otherwise."""
    read: NDArray[np.bool_] = np.any([np.isfinite(found.values[arm, reader]) for arm, reader in cells], axis=0)
    few = [
        f"{count} {'' if kind == 'any' else kind + ' '}patients"
        for kind, count in _patients(found.study, found.metric, read)
        if count < FEW
    ]
    told = (
        f"{name_of(found.metric)} rests on {' and '.join(few)}: over fewer than {FEW} a variance is seen too "
        "poorly, and nothing holds or fails on it."
    )
    return (told,) if few else ()


def crossed(values: NDArray[np.float64]) -> bool:
    """Whether all cells read the same cases. ``values``: (arms, readers, cases)."""
    read = np.isfinite(values).reshape(-1, values.shape[-1])
    return bool((read == read[0]).all())


def of_design(found: Usable, readers: NDArray[np.int64], design: str) -> tuple[str, ...]:
    """What must be said of the design where readers read different cases.

    Raises:
        CannotJudge: the cases are to be fixed and the readers did not read the same ones.
    """
    values = found.values[:, readers]
    if values.shape[1] < 2 and design != Design.FIXED_READERS:
        one = found.study.readers[int(readers[0])]
        raise CannotJudge(
            f"{one} is the only reader with enough cases: one reader says nothing about others. Ask for the design "
            f"{Design.FIXED_READERS.value!r}, which is about this reader alone"
        )
    if crossed(values):
        return ()
    read: NDArray[np.bool_] = np.asarray(np.isfinite(values).all(axis=0))
    shared = int(read.all(axis=0).sum())
    if design == Design.FIXED_CASES:
        alone = "Analyse the shared cases alone, or ask" if shared else "Ask"
        raise CannotJudge(
            f"fixed cases need readers who read the same cases; these share {shared} of {values.shape[-1]}. {alone} "
            "for the design 'random', which allows for it"
        )
    return (_told_split(read, shared, " in both arms" if len(values) > 1 else ""),)


def _told_split(read: NDArray[np.bool_], shared: int, arms: str) -> str:
    together = read.astype(float) @ read.astype(float).T
    readers = read.shape[0]
    apart = int((np.triu(together == 0, 1)).sum())
    return (
        f"Readers did not all read the same cases (all of them share {shared} of {read.shape[1]}; {apart} of "
        f"{readers * (readers - 1) // 2} pairs of readers share none{arms}). Covariances are averages over all pairs, "
        "as in a split plot; the degrees of freedom are then approximate."
    )
