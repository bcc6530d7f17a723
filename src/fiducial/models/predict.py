"""A model over a cohort: decoding, preparation and inference side by side in every process, resumed after a kill."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import polars as pl

from fiducial.cohort.journal import Journal, journal_path
from fiducial.cohort.regions import REGIONS_SCHEMA
from fiducial.cohort.table import CohortSource, read_cohort
from fiducial.files.names import refuse_other_endings
from fiducial.files.tables import write_table
from fiducial.models.bundle_model import BundleModel
from fiducial.models.contract import Answer, Extra, Model, Study
from fiducial.models.open import open_again, open_model
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
from fiducial.models.running import Run

_SMALL = 16  # studies in a batch of a model that does not say how many it likes


@dataclass(frozen=True, slots=True)
class PredictOptions:
    """How a run is made. ``workers=-1``: a process a core, each with a session of its own; ``cluster``: as in batch."""

    features: bool = False  # as a table of their own
    key: str | None = None  # where the key of a sealed bundle lies: env:NAME, file:PATH, keyring:SERVICE/NAME
    workers: int = -1
    cluster: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """``predictions`` has a row a study and finding (of a model without findings, only where there is a reason);
    ``failed``: study -> reason, of those without a score.
    """

    predictions: pl.DataFrame
    studies: int
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
    opened = open_model(model, key=options.key) if isinstance(model, str | Path) else model
    studies = studies_of(read_cohort(cohort))
    extras = frozenset({Extra.FEATURES} if options.features else ())
    asked = Asked(opened.name, opened.findings, maps=_beside(out, "masks").with_suffix(""))
    asks = opened.bundle.where if isinstance(opened, BundleModel) else opened
    work = _Work(asks, opened.identity, asked, extras, options.key)
    about = {"model": opened.identity, "asked": repr((asked.condition, sorted(extras)))}
    journal = journal_path(out)
    with Journal(journal, about) as kept:
        rows = list(Run(work, studies, kept, options.workers, options.cluster, _largest_batch(opened)).rows(told))
    predicted = _write(rows, studies, asked, out)
    journal.unlink(missing_ok=True)
    return predicted


@dataclass(frozen=True, slots=True)
class _Work:
    """Picklable: a batch of studies -> their rows; each process opens the model once."""

    model: Model | str  # the path of a bundle: a session cannot be sent to another process
    identity: str
    asked: Asked
    extras: frozenset[Extra]
    key: str | None

    def __call__(self, batch: tuple[Study, ...]) -> list[Rows]:
        model = open_again(self.model, self.key, self.identity) if isinstance(self.model, str) else self.model
        began = perf_counter()
        shown = [shown_clean(study) for study in batch]
        answers = model.answer(shown, self.extras)
        seconds = (perf_counter() - began) / len(batch)
        return [rows_of(one, answer, self.asked, seconds) for one, answer in zip(shown, answers, strict=True)]

    def without(self, study: Study, reason: str) -> Rows:
        """A null score and the reason."""
        return rows_of(shown_clean(study), Answer(reason=reason), replace(self.asked, maps=None), 0.0)


def _largest_batch(model: Model) -> int:
    return model.bundle.manifest.graph.largest_batch if isinstance(model, BundleModel) else _SMALL


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
    return Predicted(predictions, len(studies), failed, abstained, tuple(written))
