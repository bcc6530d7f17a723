"""A pipeline over many studies: resumed after a kill, never stopped by a bad study, one folder of results."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from fiducial.batch import processes, run
from fiducial.cohort.journal import Journal, journal_path
from fiducial.cohort.layouts.contract import Unit
from fiducial.errors import UnusableInput
from fiducial.files.hashes import hash_bytes
from fiducial.files.writing import write_text
from fiducial.models.contract import Study
from fiducial.models.running import stamp
from fiducial.pipelines.folder import RESULTS, RunResult, file_name, save_results
from fiducial.pipelines.opening import open_pipeline
from fiducial.pipelines.pictures import save_picture
from fiducial.pipelines.pipeline import Pipeline
from fiducial.pipelines.priority import priority_unread
from fiducial.pipelines.result import StudyResult
from fiducial.pipelines.studies import studies_in

FEW = 8  # studies: for fewer it does not pay to open every bundle in other processes

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """``workers``: processes, each with the models open; -1 is one a core. ``unit``: of folders, what a study is."""

    workers: int = -1
    unit: Unit = Unit.STUDY


def run_pipeline(
    pipeline: Pipeline | str | Path,
    sources: Sequence[str | Path],
    out: str | Path,
    options: RunOptions | None = None,
    *,
    told: Callable[[int, int], None] | None = None,
) -> RunResult:
    """Run a pipeline on images, folders and cohort tables, and write everything into the folder ``out``.

    What was found before a kill is kept in a journal there and not asked again, as long as pipeline and files are the
    same; a study that failed, or that a model was too slow for, is asked again.

    Raises:
        UnusableInput: the pipeline or a source cannot be used, or the folder cannot be written to.
        WrongUsage: no study, or two of one name.
    """
    options, out = options or RunOptions(), Path(out)
    opened = pipeline if isinstance(pipeline, Pipeline) else open_pipeline(pipeline)
    studies = studies_in(sources, options.unit)
    place, identity = journal_path(out / RESULTS), opened.identity
    with Journal(place, {"pipeline": identity}) as journal:
        records = list(_records(opened, identity, studies, out, journal, options.workers, told))
    found = save_results(opened, records, out)
    place.unlink(missing_ok=True)
    return found


def _records(  # noqa: PLR0913, PLR0917  (a run as it stands)
    pipeline: Pipeline,
    identity: str,
    studies: list[Study],
    out: Path,
    journal: Journal,
    workers: int,
    told: Callable[[int, int], None] | None,
) -> Iterator[Record]:
    stamps = {one.study: stamp(one) for one in studies}
    abouts = {
        one.study: hash_bytes(repr((one.paths, sorted(one.columns.items(), key=str))).encode()) for one in studies
    }
    kept = {
        name: record
        for name, at in stamps.items()
        if name in journal
        and journal.stamp(name) == at
        and (record := journal.facts(name) or {}).get("about") == abouts[name]
    }
    missing = [one for one in studies if one.study not in kept]
    fresh = run(_work(pipeline, identity, out, len(missing), workers), missing, workers=workers, few=FEW)
    for count, study in enumerate(studies, start=1):
        if study.study in kept:
            yield kept[study.study]
        else:
            done = next(fresh)
            record = done.result or _lost(pipeline, study, str(done.reason))
            if record["failed"] is None and not record["late"]:  # else it may be mended until the run goes on
                journal.add(study.study, stamps[study.study], record | {"about": abouts[study.study]})
            yield record
        if told is not None:
            told(count, len(studies))


def _work(pipeline: Pipeline, identity: str, out: Path, todo: int, workers: int) -> Callable[[Study], Record]:
    if todo <= FEW or workers == 1:
        return partial(_record, pipeline, out)
    threads = max(1, processes(-1) // processes(workers))
    return partial(_record_elsewhere, str(pipeline.where.resolve()), identity, threads, out)


def _record_elsewhere(path: str, identity: str, threads: int, out: Path, study: Study) -> Record:
    """In another process, which opens the pipeline once."""
    return _record(_opened(path, identity, threads), out, study)


@lru_cache(maxsize=2)
def _opened(path: str, identity: str, threads: int) -> Pipeline:
    pipeline = open_pipeline(path, threads=threads)
    if pipeline.identity != identity:
        raise UnusableInput(f"{path}: is no longer the pipeline that was opened; run it again")
    return pipeline


def _record(pipeline: Pipeline, out: Path, study: Study) -> Record:
    """Run one study, write its trace and its picture, and keep the rest as plain values."""
    outputs = pipeline.file.outputs
    result = pipeline.run(study, maps=out / "masks" if "masks" in outputs.tables else None)
    name = file_name(study.study)
    trace, overlay = f"traces/{name}.json", None
    document = json.dumps(result.document(), indent=1, ensure_ascii=False, allow_nan=False)
    write_text(out / trace, document + "\n")
    if outputs.overlays and result.decision is not None:
        overlay = f"overlays/{name}.png"
        save_picture(result, outputs.draw, out / overlay)
    return _plain(result, trace, overlay)


def _plain(result: StudyResult, trace: str | None, overlay: str | None) -> Record:
    return {
        "study": result.study,
        "outside": result.outside,
        "failed": result.failed,
        "late": result.late,
        "priority": None if result.priority is None else result.priority.document(),
        "conclusions": result.conclusions,
        "told": result.told,
        "silent": {name: one.answer.reason for name, one in result.answers.items() if one.answer.reason},
        "rows": dict(result.rows),
        "trace": trace,
        "overlay": overlay,
    }


def _lost(pipeline: Pipeline, study: Study, reason: str) -> Record:
    """A study whose process died."""
    return _plain(StudyResult(study.study, failed=reason, priority=priority_unread(pipeline.rules, reason)), None, None)
