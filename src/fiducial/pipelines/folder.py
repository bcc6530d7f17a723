"""What a run leaves behind: the worklist, the tables, the document and a page, all from the studies' records."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from fiducial.claims.evidence import NOTICE
from fiducial.files.hashes import hash_bytes
from fiducial.files.tables import write_table
from fiducial.files.writing import write_text
from fiducial.models.rows import frame
from fiducial.pipelines.pipeline import Pipeline
from fiducial.pipelines.priority import Priority
from fiducial.pipelines.result import SCHEMAS
from fiducial.report.worklist import worklist_html

SCHEMA = "fiducial.run/1"
RESULTS, WORKLIST, PAGE = "results.json", "worklist.csv", "results.html"
WORKLIST_SCHEMA: dict[str, type[pl.DataType]] = {
    "place": pl.Int64,  # 1 is read first
    "study": pl.String,
    "urgency": pl.String,
    "certain": pl.Boolean,
    "rule": pl.String,
    "score": pl.Float64,
    "why": pl.String,
    "true": pl.String,  # conclusions, joined by ", "
    "unknown": pl.String,
    "failed": pl.String,
    "overlay": pl.String,
    "trace": pl.String,
}
_PLAIN = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class RunResult:
    """``worklist``: the studies that entered or failed, the most urgent first. ``told``: the document that is saved."""

    worklist: pl.DataFrame
    tables: Mapping[str, pl.DataFrame]
    told: dict[str, Any]
    written: tuple[Path, ...]

    @property
    def failed(self) -> dict[str, str]:
        """Study -> why it counts as failed."""
        return {one["study"]: one["reason"] for one in self.told["failed"]}

    @property
    def outside(self) -> dict[str, str]:
        """Study -> why it does not enter."""
        return {one["study"]: one["reason"] for one in self.told["outside"]}

    @property
    def exit_code(self) -> int:
        """5 where a study failed, else 0."""
        return 5 if self.failed else 0

    def document(self) -> dict[str, Any]:
        """What ``--json`` prints and ``results.json`` holds: neither clock times nor absolute paths."""
        return self.told


def file_name(study: str) -> str:
    """What the files of a study are called: its name where that can be a file's, else what is left of it and a hash."""
    if _PLAIN.match(study):
        return study
    short = re.sub(r"[^A-Za-z0-9._-]+", "-", study).strip("-.")[-40:]
    return f"{short}-{hash_bytes(study.encode()).removeprefix('sha256:')[:12]}".lstrip("-.")


def save_results(pipeline: Pipeline, records: Sequence[Record], out: Path) -> RunResult:
    """Write tables, worklist, page and, last, the document.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    outputs = pipeline.file.outputs
    ordered = sorted((one for one in records if one["priority"] is not None), key=_order)
    worklist = frame([_line(place, one) for place, one in enumerate(ordered, start=1)], WORKLIST_SCHEMA)
    tables: dict[str, pl.DataFrame] = {
        name: frame((row for one in records for row in one["rows"].get(name, [])), SCHEMAS[name])
        for name in outputs.tables
    }
    written = [out / WORKLIST]
    write_table(worklist, written[0])
    for name, table in tables.items():
        place = out / f"{name}.parquet"
        if table.height:
            write_table(table, place)
            written.append(place)
        else:
            place.unlink(missing_ok=True)  # of an earlier run
    told = _document(pipeline, records, ordered, [path.name for path in written])
    if outputs.page:
        write_text(out / PAGE, worklist_html(told, out))
        written.append(out / PAGE)
    write_text(out / RESULTS, json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
    return RunResult(worklist, tables, told, (*written, out / RESULTS))


def _order(record: Record) -> tuple[object, ...]:
    return (*Priority(**record["priority"]).order, record["study"])


def _line(place: int, record: Record) -> dict[str, Any]:
    said = record["conclusions"]
    return {
        **record["priority"],
        "place": place,
        "study": record["study"],
        "true": ", ".join(name for name, value in said.items() if value is True) or None,
        "unknown": ", ".join(name for name, value in said.items() if value is None) or None,
        **{name: record[name] for name in ("failed", "overlay", "trace")},
    }


def _document(
    pipeline: Pipeline, records: Sequence[Record], ordered: Sequence[Record], written: list[str]
) -> dict[str, Any]:
    kept = ("study", "priority", "conclusions", "told", "silent", "failed", "overlay", "trace")
    return {
        "schema": SCHEMA,
        "notice": NOTICE,
        "pipeline": pipeline.document(),
        "studies": len(records),
        "entered": sum(one["outside"] is None for one in records),
        "worklist": [{name: one[name] for name in kept} for one in ordered],
        "outside": [{"study": one["study"], "reason": one["outside"]} for one in records if one["outside"]],
        "failed": [{"study": one["study"], "reason": one["failed"]} for one in records if one["failed"]],
        "written": [*written, *([PAGE] if pipeline.file.outputs.page else []), RESULTS],
    }
