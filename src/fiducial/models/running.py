"""Work over many studies: batches in processes, a journal of what is done, and nobody pays for another's crash."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol, cast

from fiducial.batch import Done, processes, run
from fiducial.cohort.journal import Journal
from fiducial.models.contract import Study
from fiducial.models.rows import Rows
from fiducial.predictions.table import CLEAN

_ROUNDS = 4  # batches that every process gets at least, so that all end together


class Work(Protocol):
    """Picklable: what is done with a batch of studies."""

    def __call__(self, batch: tuple[Study, ...]) -> list[Rows]:
        """One ``Rows`` a study, in order."""
        ...

    def without(self, study: Study, reason: str) -> Rows:
        """The rows of a study whose process died."""
        ...


@dataclass(frozen=True, slots=True)
class Run:
    """One pass over studies: those that the journal holds are taken from it, the others are worked on in batches."""

    work: Work
    studies: Sequence[Study]
    journal: Journal
    workers: int
    cluster: str | None
    largest_batch: int

    def rows(self, told: Callable[[int, int], None] | None) -> Iterator[Rows]:
        """The rows of every study, in order."""
        stamps = {study.study: stamp(study) for study in self.studies}
        known = {name for name, at in stamps.items() if name in self.journal and self.journal.stamp(name) == at}
        fresh = self._fresh([study for study in self.studies if study.study not in known], stamps)
        for count, study in enumerate(self.studies, start=1):
            yield _remembered(self.journal, study.study) if study.study in known else next(fresh)
            if told is not None:
                told(count, len(self.studies))

    def _fresh(self, todo: list[Study], stamps: dict[str, tuple[int, int] | None]) -> Iterator[Rows]:
        batches = list(_cut(todo, self._size(len(todo))))
        for done in run(self.work, batches, workers=self.workers, few=1, cluster=self.cluster):
            found = done.result if done.result is not None else self._one_by_one(done)
            for study, rows in zip(done.item, found, strict=True):
                if _is_answered(rows):  # what is not may be mended until the run goes on
                    self.journal.add(study.study, stamps[study.study], _facts(rows))
                yield rows

    def _one_by_one(self, batch: Done[tuple[Study, ...], list[Rows]]) -> list[Rows]:
        """The studies of a batch whose process died, each in a process of its own, so that one alone is to blame."""
        if len(batch.item) == 1:
            return [self.work.without(batch.item[0], str(batch.reason))]
        singles = [(study,) for study in batch.item]
        again = run(self.work, singles, workers=self.workers, few=0, cluster=self.cluster)
        return [
            done.result[0] if done.result is not None else self.work.without(done.item[0], str(done.reason))
            for done in again
        ]

    def _size(self, todo: int) -> int:
        return max(1, min(self.largest_batch, todo // (processes(self.workers) * _ROUNDS)))


def _cut(studies: list[Study], size: int) -> Iterator[tuple[Study, ...]]:
    for start in range(0, len(studies), size):
        yield tuple(studies[start : start + size])


def _is_answered(rows: Rows) -> bool:
    """Clean, that is: a condition that cannot change an image never will, and the study need not be asked again."""
    clean = [row for row in rows.predictions if row["condition"] == CLEAN]
    return all(row["score"] is not None or row["abstained"] for row in clean)


def _facts(rows: Rows) -> dict[str, Any]:
    return {one.name: getattr(rows, one.name) for one in fields(rows)}


def _remembered(journal: Journal, study: str) -> Rows:
    return Rows(**cast("dict[str, Any]", journal.facts(study)))


def stamp(study: Study) -> tuple[int, int] | None:
    """Size and newest change of all files of a study; None where one is absent."""
    try:
        told = [path.stat() for path in study.paths]
    except OSError:
        return None
    return sum(int(one.st_size) for one in told), max((int(one.st_mtime_ns) for one in told), default=0)
