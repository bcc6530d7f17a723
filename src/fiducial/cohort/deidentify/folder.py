"""A source of DICOM files into a folder of copies without identifiers, and the cohort of those copies.

The folder mirrors the source under pseudonyms. Which files were refused is told by pseudonym in the cohort; their real
names stand beside the key, in a list that stays in the house like the key itself.
"""

import csv
import io
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import polars as pl

from fiducial.batch import run
from fiducial.cohort.build import Built, build_cohort
from fiducial.cohort.deidentify.burned_in import Mask
from fiducial.cohort.deidentify.header import deidentify
from fiducial.cohort.deidentify.profile import EDITION
from fiducial.cohort.deidentify.pseudonyms import Pseudonyms, read_key
from fiducial.cohort.deidentify.table import without_identifiers
from fiducial.cohort.file_facts import FileFacts, claims_to_be_dicom, is_directory
from fiducial.cohort.layouts.contract import Source
from fiducial.cohort.layouts.joining import FileNames, counted, rename, table_of
from fiducial.cohort.reading import files_frame, walk
from fiducial.errors import FiducialError, UnusableInput, WrongUsage
from fiducial.files.tables import write_table
from fiducial.files.writing import replacing
from fiducial.scans.dicom import parse

_LAYOUT = "dicom-folder"


@dataclass(frozen=True, slots=True)
class Deidentification:
    """Where the copies go, the file of the secret key, and what is blackened where letters may be burned in."""

    folder: Path
    key: Path
    mask: Mask = field(default_factory=Mask)


@dataclass(frozen=True, slots=True)
class Copies:
    """``places``: the path in the source -> the path of its copy. ``refused``: the path in the source -> why."""

    places: dict[str, str]
    refused: dict[str, str]
    passed_by: int  # files that are no DICOM


def build_deidentified(
    source: Source,
    order: Deidentification,
    *,
    layout: str | None = None,
    told: Callable[[int, int], None] | None = None,
) -> Built:
    """Write de-identified copies of every DICOM file of a source and build the cohort from the copies.

    What cannot be copied safely is refused and stands in the files table with its reason. A copy that is there
    already, of the same file under the same key and mask, is not made again.

    Raises:
        UnusableInput: no file could be copied, the folder holds something else, or the key or table is unusable.
        WrongUsage: folder, key and source lie inside each other, or another layout is asked for.
    """
    _refuse_confusion(source, order, layout)
    pseudonyms = read_key(order.key)
    copies = copy_all(replace(source, told=told or source.told), order, pseudonyms)
    _write_refused(order.key, copies)
    if len(copies.refused) == len(copies.places):
        why = next(iter(copies.refused.values()))
        raise UnusableInput(f"none of {counted(len(copies.places), 'DICOM file')} could be de-identified: {why}")
    with tempfile.TemporaryDirectory(prefix="deid-") as scratch:
        cleaned, notes = _clean_source(source, order, copies, pseudonyms, Path(scratch))
        built = build_cohort(cleaned, layout=_LAYOUT, told=told or source.told)
    return _with_refusals(built, copies, (*notes, *_notes(copies, order)))


def copy_all(source: Source, order: Deidentification, pseudonyms: Pseudonyms) -> Copies:
    """Copy every file of a source, in processes.

    Raises:
        UnusableInput: the folder holds files that are no copies of these, or no file is DICOM.
    """
    root = source.path if source.path.is_dir() else source.path.parent
    paths = list(walk(root)) if source.path.is_dir() else [source.path.name]
    names = {path: pseudonyms.path(path, _version(root / path, order.mask)) for path in paths}
    _refuse_strangers(order.folder, set(names.values()))
    work = partial(_copied, root, order, pseudonyms, names)
    places, refused, passed_by = {}, {}, 0
    for done in run(work, paths, workers=source.workers, told=source.told):
        if done.reason is None and not done.result:
            passed_by += 1
            continue
        places[done.item] = names[done.item]
        if done.reason is not None:
            refused[done.item] = done.reason
    if not places:
        raise UnusableInput(f"{source.path}: none of its {len(paths)} files is DICOM.")
    return Copies(places, refused, passed_by)


def _copied(root: Path, order: Deidentification, pseudonyms: Pseudonyms, names: dict[str, str], path: str) -> bool:
    """Whether a copy of one file is there; False where the file is no DICOM and never meant to be."""
    claims = claims_to_be_dicom(root / path)
    target = order.folder / names[path]
    if claims is False:
        return False
    if target.exists():
        return True
    try:
        dataset = parse(root / path)
    except FiducialError:
        if claims:
            raise
        return False
    if is_directory(dataset) or (claims is None and "SOPClassUID" not in dataset):
        return False
    try:
        content = deidentify(dataset, pseudonyms, order.mask)
    except FiducialError:
        raise
    except Exception as wrong:  # a message that nobody foresaw may quote a value
        raise UnusableInput(f"cannot be de-identified ({type(wrong).__name__})") from wrong
    with replacing(target) as temporary:
        temporary.write_bytes(content)
    return True


def _version(path: Path, mask: Mask) -> str:
    """What a copy depends on beside the key: another file of the same name, or another mask, gets another copy."""
    try:
        told = path.stat()
    except OSError:
        return ""
    return f"{EDITION} {told.st_size} {told.st_mtime_ns} {mask}"


def _clean_source(
    source: Source, order: Deidentification, copies: Copies, pseudonyms: Pseudonyms, scratch: Path
) -> tuple[Source, tuple[str, ...]]:
    """The folder of copies as a source, with the table that may go along."""
    root = source.path if source.path.is_dir() else source.path.parent
    table, _ = table_of(source)
    if table is None:
        return replace(source, path=order.folder), ()
    early = {new: old for new, old in source.columns.items() if old in table.frame.columns}
    names = FileNames(root, list(copies.places))

    def copy_of(called: str) -> str:
        path, _ = names.find(called)
        return copies.places.get(path) or pseudonyms.path(path, "")

    frame, notes = without_identifiers(rename(table, early), pseudonyms, copy_of)
    written = scratch / "labels.parquet"
    write_table(frame, written)
    late = {new: old for new, old in source.columns.items() if new not in early}
    return replace(source, path=order.folder, table=written, columns=late), notes


def _with_refusals(built: Built, copies: Copies, notes: tuple[str, ...]) -> Built:
    files = built.cohort.files
    listed = set() if files is None else set(files["path"])
    missing = [
        FileFacts(copies.places[path], reason=_public(reason))
        for path, reason in copies.refused.items()
        if copies.places[path] not in listed
    ]
    reasons = {copies.places[path]: _public(reason) for path, reason in copies.refused.items()}
    told = [] if files is None else [files.with_columns(reason=_reasons(files, reasons))]
    cohort = replace(built.cohort, files=pl.concat([*told, files_frame(missing, {})]))
    return Built(cohort, (*built.notes, *notes), built.layout)


def _reasons(files: pl.DataFrame, reasons: dict[str, str]) -> pl.Series:
    """Why a file that a joined table names is not there: it was refused."""
    pairs = zip(files["path"], files["reason"], strict=True)
    return pl.Series("reason", [reasons.get(path, reason) for path, reason in pairs], dtype=pl.String)


def _public(reason: str) -> str:
    """A reason without what it quotes: a decoder may repeat a value of the header."""
    return re.sub(r"\s*\([^)]*\)?|['\"].*?['\"]", "", reason)


def _notes(copies: Copies, order: Deidentification) -> tuple[str, ...]:
    made = len(copies.places) - len(copies.refused)
    called = "copy" if made == 1 else "copies"
    notes = [f"{made} de-identified {called} in {order.folder.name}; keep {order.key.name} secret"]
    if copies.passed_by:
        notes.append(f"{counted(copies.passed_by, 'file')} not copied: no DICOM")
    if copies.refused:
        notes.append(
            f"{counted(len(copies.refused), 'file')} refused; {_refused_path(order.key).name} beside the key names "
            "them, keep it in the house"
        )
    return tuple(notes)


def _write_refused(key: Path, copies: Copies) -> None:
    """The real names of refused files, for the owner alone."""
    path = _refused_path(key)
    if not copies.refused:
        path.unlink(missing_ok=True)
        return
    text = io.StringIO()
    rows = ((name, copies.places[name], reason) for name, reason in copies.refused.items())
    csv.writer(text, lineterminator="\n").writerows([("path", "copy", "reason"), *rows])
    with replacing(path) as temporary:
        temporary.write_text(text.getvalue(), encoding="utf-8", errors="replace")
    path.chmod(0o600)


def _refused_path(key: Path) -> Path:
    return key.with_name(f"{key.name}.refused.csv")


def _refuse_confusion(source: Source, order: Deidentification, layout: str | None) -> None:
    if layout not in (None, _LAYOUT):
        raise WrongUsage(f"only DICOM is de-identified, so the layout is {_LAYOUT}; got {layout!r}.")
    if not source.path.exists():
        raise UnusableInput(f"{source.path}: there is no such file or folder.")
    root = (source.path if source.path.is_dir() else source.path.parent).resolve()
    folder, key = order.folder.resolve(), order.key.resolve()
    if folder.is_relative_to(root) or root.is_relative_to(folder):
        raise WrongUsage(f"{order.folder}: copies and originals must not lie in one folder. Name another folder.")
    if key.is_relative_to(folder):
        raise WrongUsage(f"{order.key}: the key must not lie with the copies: whoever gets both can link them.")


def _refuse_strangers(folder: Path, expected: set[str]) -> None:
    strangers = sorted(set(walk(folder)) - expected) if folder.exists() else []
    if strangers:
        raise UnusableInput(
            f"{folder}: holds {counted(len(strangers), 'file')} that this source under this key and mask does not give "
            "(it may have changed since). Name an empty folder."
        )
