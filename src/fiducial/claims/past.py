"""An audit that was saved: its evidence and every decision, read back from the folder of its report."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import ValidationError

from fiducial.claims.claim import Claim
from fiducial.claims.evidence import EVIDENCE_SCHEMA, Evidence, Figure, Provenance, RungResult, Verdict
from fiducial.errors import UnusableInput
from fiducial.files.columns import (
    as_choice,
    as_label,
    as_number,
    as_text,
    refuse_nulls,
    refuse_repeats,
    require_columns,
)
from fiducial.files.tables import Table, read_table
from fiducial.stats.intervals import Interval
from fiducial.stats.roc import auroc

EVIDENCE, DECISIONS = "evidence.json", "decisions.csv"
NEEDED = ("study", "patient", "judged", "truth", "score", "threshold", "called", "answered")
JUDGED = ("internal", "external")
_SAME_AREA = 1e-9
_CORNERS = {  # figure of the internal rung -> truth and call that it counts
    "true_positives": (1, 1),
    "false_negatives": (1, 0),
    "false_positives": (0, 1),
    "true_negatives": (0, 0),
}


def read_audit(folder: str | Path) -> Evidence:
    """The evidence of a report folder, decisions included; charts and shown cases stay in the report.

    Raises:
        UnusableInput: no such folder or file, another version's evidence, or decisions that are not the evidence's.
    """
    place = Path(folder)
    document = _document(place)
    try:
        decisions = _decisions(place)
        evidence = _evidence(document, decisions)
        _refuse_edited(place, document, evidence, decisions)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise UnusableInput(
            f"{place / EVIDENCE}: its claim cannot be read: {key}: {first['msg']}. {_again(document)}"
        ) from wrong
    except (KeyError, TypeError, ValueError) as wrong:
        raise UnusableInput(
            f"{place / EVIDENCE}: is not as fiducial audit writes it ({type(wrong).__name__}: {wrong}). "
            f"{_again(document)}"
        ) from wrong
    return evidence


def _document(place: Path) -> dict[str, Any]:
    path = place / EVIDENCE
    if not path.is_file():
        raise UnusableInput(f"{place}: {_what_it_is(place)}")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as broken:
        raise UnusableInput(f"{path}: cannot be read as JSON ({broken}). Audit again.") from broken
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != EVIDENCE_SCHEMA:
        told = f"has the schema {schema!r}" if schema else "names no schema"
        again = _again(document) if isinstance(document, dict) else ""
        raise UnusableInput(f"{path}: {told}; this version reads {EVIDENCE_SCHEMA!r}. {again}".strip())
    return dict(document)


def _what_it_is(place: Path) -> str:
    if place.is_file():
        return "is a file; name the folder that holds it, as fiducial audit --out wrote it."
    if not place.is_dir():
        return "there is no such folder. Name a folder that fiducial audit --out wrote."
    inside = sorted(path.parent.name for path in place.glob(f"*/{EVIDENCE}"))
    if inside:
        return f"holds several reports; name one of them: {', '.join(inside)}."
    return f"holds no {EVIDENCE}. Name a folder that fiducial audit --out wrote."


def _again(document: dict[str, Any]) -> str:
    provenance = document.get("provenance")
    command = provenance.get("command") if isinstance(provenance, dict) else None
    return f"Audit again: {command}." if command else "Audit again."


def _evidence(document: dict[str, Any], decisions: pl.DataFrame) -> Evidence:
    made = document["provenance"]
    return Evidence(
        claim=Claim.model_validate(document["claim"]),
        rungs=tuple(map(_rung, document["rungs"])),
        provenance=Provenance(
            made["inputs"], made["versions"], made["seed"], made["command"], made.get("confidence", 0.95)
        ),
        hints=tuple(document["hints"]),
        decisions=decisions,
    )


def _rung(told: dict[str, Any]) -> RungResult:
    return RungResult(
        told["rung"],
        Verdict(told["verdict"]),
        tuple(map(_figure, told["figures"])),
        told["sentence"],
        missing=tuple(told["missing"]),
        notes=tuple(told["notes"]),
        alarms=tuple(told["alarms"]),
    )


def _figure(told: dict[str, Any]) -> Figure:
    ends = None if told["low"] is None else Interval(float(told["low"]), float(told["high"]))
    value = told["value"]
    if not isinstance(value, int | float):
        raise TypeError(f"the value of {told['name']} is {value!r}")
    # A count stays a whole number.
    return Figure(told["name"], value, ends, int(told["n"]), told["unit"], told["subgroup"], told["condition"])


def _decisions(place: Path) -> pl.DataFrame:
    path = place / DECISIONS
    if not path.is_file():
        raise UnusableInput(
            f"{place}: holds no {DECISIONS}, in which an audit tells how every study was decided. Audit again."
        )
    table = read_table(path)
    table = Table(table.frame, str(path), table.first_row)
    require_columns(table, NEEDED)
    read = pl.DataFrame(
        [
            as_text(table, "study"),
            as_text(table, "patient"),
            as_choice(table, "judged", JUDGED),
            as_label(table, "truth"),
            as_number(table, "score", low=0.0, high=1.0),
            as_number(table, "threshold", low=0.0, high=1.0),
            as_label(table, "called"),
            as_label(table, "answered").cast(pl.Boolean),
        ]
    )
    checked = table.replace(read)
    for name in ("study", "truth", "threshold", "answered"):
        refuse_nulls(checked, name)
    refuse_repeats(checked, ["study"])
    _refuse_other_calls(checked)
    return read


def _refuse_other_calls(table: Table) -> None:
    """A call is what score and threshold say; whoever edited one of them is told."""
    rows = table.frame
    expected = (rows["score"] >= rows["threshold"]).cast(pl.Int8)
    wrong = (expected.ne_missing(rows["called"])) | (rows["answered"] & rows["score"].is_null())
    index = wrong.arg_max() if wrong.any() else None
    if index is not None:
        row = rows.row(index, named=True)
        raise UnusableInput(
            f"{table.row(index)}: study {row['study']!r} has score {row['score']}, threshold {row['threshold']} and "
            f"called {row['called']}, which do not agree. The file was edited: audit again."
        )


def _refuse_edited(place: Path, document: dict[str, Any], evidence: Evidence, decisions: pl.DataFrame) -> None:
    judged = decisions.filter((pl.col("judged") == "internal") & pl.col("answered"))
    if document.get("verdict") != str(evidence.verdict):
        raise UnusableInput(
            f"{place / EVIDENCE}: says that the claim {document.get('verdict')!r}, but its required rungs add up to "
            f"{str(evidence.verdict)!r}. The file was edited: audit again."
        )
    for name, told, counted in _corners(evidence, judged):
        if told != counted:
            raise UnusableInput(
                f"{place}: {EVIDENCE} counts {told} {name.replace('_', ' ')} in the internal split, {DECISIONS} holds "
                f"{counted}. They are not of one audit, or one was edited: audit again."
            )
    for area, found in _areas(evidence, judged):
        if abs(area - found) > _SAME_AREA:
            raise UnusableInput(
                f"{place}: {EVIDENCE} gives an AUROC of {area:.4f} in the internal split, the scores of {DECISIONS} "
                f"give {found:.4f}. They are not of one audit, or one was edited: audit again."
            )


def _corners(evidence: Evidence, judged: pl.DataFrame) -> Iterator[tuple[str, int, int]]:
    """Counts of the internal rung, as told and as the decisions add up."""
    for figure in _of_internal(evidence):
        if figure.name in _CORNERS:
            truth, called = _CORNERS[figure.name]
            counted = judged.filter((pl.col("truth") == truth) & (pl.col("called") == called)).height
            yield figure.name, int(figure.value), counted


def _areas(evidence: Evidence, judged: pl.DataFrame) -> Iterator[tuple[float, float]]:
    """The internal rung's AUROC, as told and as the scores give it: a score may be edited without turning its call."""
    truth = judged["truth"].cast(pl.Boolean).to_numpy()
    for figure in _of_internal(evidence):
        if figure.name == "auroc" and truth.any() and not truth.all():
            yield figure.value, auroc(truth, judged["score"].to_numpy())


def _of_internal(evidence: Evidence) -> Iterator[Figure]:
    for result in evidence.rungs:
        if result.rung == "internal":
            yield from (figure for figure in result.figures if figure.subgroup == "all")
