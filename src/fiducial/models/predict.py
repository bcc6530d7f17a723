"""A model over a cohort: decoding, preparation and inference side by side in every process, resumed after a kill."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any, cast

import joblib
import polars as pl

from fiducial.batch import Done, run
from fiducial.cohort.journal import Journal, journal_path
from fiducial.cohort.regions import REGIONS_SCHEMA
from fiducial.cohort.table import CohortSource, read_cohort
from fiducial.files.hashes import hash_bytes
from fiducial.files.names import refuse_other_endings
from fiducial.files.tables import write_table
from fiducial.models.bundle_model import BundleModel
from fiducial.models.contract import Answer, Extra, Model, Study
from fiducial.models.open import open_model
from fiducial.models.reading import shown_clean, studies_of
from fiducial.models.rows import (
    MASKS_SCHEMA,
    MEASUREMENTS_SCHEMA,
    PREDICTIONS_SCHEMA,
    Asked,
    Rows,
    features_frame,
    frame,
    rows_of,
)

_ROUNDS = 4  # batches that every process gets at least, so that all end together
_SMALL = 16  # studies in a batch of a model that does not say how many it likes


@dataclass(frozen=True, slots=True)
class PredictOptions:
    """How a run is made. ``workers=-1``: a process a core, each with a session of its own; ``cluster``: as in batch."""

    features: bool = False  # as a table of their own
    workers: int = -1
    cluster: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """``predictions`` has a row a study and finding; ``failed``: study -> reason, of those without a score."""

    predictions: pl.DataFrame
    failed: dict[str, str]
    abstained: int
    written: tuple[Path, ...]

    @property
    def exit_code(self) -> int:
        """5 where some studies have no score, else 0."""
        return 5 if self.failed else 0


def predict(
    model: Model | str | Path,
    cohort: CohortSource,
    out: str | Path,
    options: PredictOptions | None = None,
    *,
    told: Callable[[int, int], None] | None = None,
) -> Predicted:
    """Ask a model (a bundle's path, or anything that answers) about every row of a cohort, and write the tables.

    Beside ``out`` stand, where there is anything to write, ``<out>.regions``, ``.features``, ``.measurements`` and
    ``.masks`` of the same ending. What was answered before a kill is kept in a journal and not asked again, as long as
    bundle, options and files are the same.

    Raises:
        UnusableInput: the bundle or the cohort cannot be used, or the place cannot be written to.
        WrongUsage: ``out`` ends in neither .parquet nor .csv.
    """
    options, out = options or PredictOptions(), Path(out)
    refuse_other_endings(out)
    opened = open_model(model) if isinstance(model, str | Path) else model
    studies = studies_of(read_cohort(cohort))
    extras = frozenset({Extra.FEATURES} if options.features else ())
    asked = Asked(opened.name, opened.findings, maps=_beside(out, "masks").with_suffix(""))
    work = _Work(model if not isinstance(model, BundleModel) else model.bundle.where, asked, extras)
    about = {"model": _identity(opened), "asked": repr((asked.condition, sorted(extras)))}
    journal = journal_path(out)
    with Journal(journal, about) as kept:
        rows = list(_Run(work, studies, kept, options).rows(told))
    predicted = _write(rows, studies, asked, out)
    journal.unlink(missing_ok=True)
    return predicted


@dataclass(frozen=True, slots=True)
class _Work:
    """Picklable: a batch of studies -> their rows; each process opens the model once."""

    model: Model | str | Path
    asked: Asked
    extras: frozenset[Extra]

    def __call__(self, batch: tuple[Study, ...]) -> list[Rows]:
        model = _opened(str(self.model)) if isinstance(self.model, str | Path) else self.model
        began = perf_counter()
        shown = [shown_clean(study) for study in batch]
        answers = model.answer(shown, self.extras)
        seconds = (perf_counter() - began) / len(batch)
        return [rows_of(one, answer, self.asked, seconds) for one, answer in zip(shown, answers, strict=True)]


@cache
def _opened(path: str) -> Model:
    return open_model(path)


@dataclass(frozen=True, slots=True)
class _Run:
    """One pass over the studies: those that the journal holds are taken from it, the others are worked on."""

    work: _Work
    studies: Sequence[Study]
    journal: Journal
    options: PredictOptions

    def rows(self, told: Callable[[int, int], None] | None) -> Iterator[Rows]:
        """The rows of every study, in order."""
        stamps = {study.study: _stamp(study) for study in self.studies}
        known = {name for name, stamp in stamps.items() if name in self.journal and self.journal.stamp(name) == stamp}
        fresh = self._fresh([study for study in self.studies if study.study not in known], stamps)
        for count, study in enumerate(self.studies, start=1):
            yield _remembered(self.journal, study.study) if study.study in known else next(fresh)
            if told is not None:
                told(count, len(self.studies))

    def _fresh(self, todo: list[Study], stamps: dict[str, tuple[int, int] | None]) -> Iterator[Rows]:
        batches = list(_cut(todo, self._size(len(todo))))
        options = self.options
        for done in run(self.work, batches, workers=options.workers, few=1, cluster=options.cluster):
            found = done.result if done.result is not None else self._one_by_one(done)
            for study, rows in zip(done.item, found, strict=True):
                if not any(row["score"] is None for row in rows.predictions):  # what failed may be mended next time
                    self.journal.add(study.study, stamps[study.study], _facts(rows))
                yield rows

    def _one_by_one(self, batch: Done[tuple[Study, ...], list[Rows]]) -> list[Rows]:
        """The studies of a batch whose process died, each in a process of its own, so that one alone is to blame."""
        if len(batch.item) == 1:
            return [self._without(batch.item[0], str(batch.reason))]
        singles = [(study,) for study in batch.item]
        again = run(self.work, singles, workers=self.options.workers, few=0, cluster=self.options.cluster)
        return [
            done.result[0] if done.result is not None else self._without(done.item[0], str(done.reason))
            for done in again
        ]

    def _without(self, study: Study, reason: str) -> Rows:
        return rows_of(shown_clean(study), Answer(reason=reason), replace(self.work.asked, maps=None), 0.0)

    def _size(self, todo: int) -> int:
        model = self.work.model
        liked = open_model(model).bundle.manifest.graph.largest_batch if isinstance(model, str | Path) else _SMALL
        workers = int(joblib.effective_n_jobs(self.options.workers))
        return max(1, min(liked, todo // (workers * _ROUNDS)))


def _cut(studies: list[Study], size: int) -> Iterator[tuple[Study, ...]]:
    for start in range(0, len(studies), size):
        yield tuple(studies[start : start + size])


def _facts(rows: Rows) -> dict[str, Any]:
    return {one.name: getattr(rows, one.name) for one in fields(rows)}


def _remembered(journal: Journal, study: str) -> Rows:
    return Rows(**cast("dict[str, Any]", journal.facts(study)))


def _stamp(study: Study) -> tuple[int, int] | None:
    """Size and newest change of all files of a study; None where one is absent."""
    try:
        told = [path.stat() for path in study.paths]
    except OSError:
        return None
    return sum(int(one.st_size) for one in told), max((int(one.st_mtime_ns) for one in told), default=0)


def _identity(model: Model) -> str:
    return model.bundle.hash if isinstance(model, BundleModel) else hash_bytes(repr(model).encode())


def _beside(out: Path, kind: str) -> Path:
    return out.with_name(f"{out.stem}.{kind}{out.suffix}")


def _write(rows: list[Rows], studies: list[Study], asked: Asked, out: Path) -> Predicted:
    predictions = frame((row for one in rows for row in one.predictions), PREDICTIONS_SCHEMA)
    features = [
        (study.study, asked.model, asked.condition, one.features)
        for study, one in zip(studies, rows, strict=True)
        if one.features is not None
    ]
    tables = {
        "regions": frame((row for one in rows for row in one.regions), REGIONS_SCHEMA),
        "features": features_frame(features),
        "measurements": frame((row for one in rows for row in one.measurements), MEASUREMENTS_SCHEMA),
        "masks": frame((row for one in rows for row in one.masks), MASKS_SCHEMA),
    }
    write_table(predictions, out)
    written = [out]
    for kind, table in tables.items():
        place = _beside(out, kind)
        if table.height:
            write_table(table, place)
            written.append(place)
        else:
            place.unlink(missing_ok=True)  # of an earlier run with another bundle
    without = predictions.filter(pl.col("reason").is_not_null() & ~pl.col("abstained"))
    failed = dict(without.select("study", "reason").iter_rows())
    abstained = predictions.filter("abstained")["study"].n_unique()
    return Predicted(predictions, failed, abstained, tuple(written))
