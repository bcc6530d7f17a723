"""Many pairs: a table in, a folder out; one broken pair is listed and the others go on, a killed run is resumed."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from PIL import Image

from fiducial import plugins
from fiducial.align.gates import PairVerdict, bound
from fiducial.align.options import AlignOptions
from fiducial.align.pair import SCHEMA, Alignment, align_pair
from fiducial.align.pictures import save_sheet
from fiducial.align.refine import refine
from fiducial.align.resample import on_one_grid
from fiducial.align.words import in_words
from fiducial.batch import Done, run
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.hashes import hash_bytes
from fiducial.files.tables import read_table, write_table
from fiducial.files.writing import replacing, write_text
from fiducial.report.pairs import PairCard, save_pairs_page
from fiducial.scans.volume import Volume
from fiducial.scans.volumes import read_volume, write_volume

COLUMNS = ("patient", "moving", "fixed")
_DONE = "pair.json"
_SHEET = "sheet.png"
_VOLUMES = ("moving", "fixed")
_NOWHERE = Path()  # an empty cell
_LIFT = 1024  # added to HU in 16-bit PNG slices, which hold no negative values


@dataclass(frozen=True, slots=True)
class WantedPairs:
    """What is written of each pair beside its numbers, and how the place is found."""

    options: AlignOptions = field(default_factory=AlignOptions)
    refine: bool = False  # rigid registration of what was verified
    slices: bool = False  # verified pairs as 16-bit PNG slices, too (HU + 1024)


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of the table: its number, whose it is, and both scans."""

    number: int
    patient: str
    moving: Path
    fixed: Path

    @property
    def name(self) -> str:
        """The folder of the pair: its row, not its patient."""
        return f"{self.number:04d}"


@dataclass(frozen=True, slots=True)
class AlignedPairs:
    """``table`` has a row a pair; ``page`` is where to read about them."""

    table: pl.DataFrame
    page: Path

    @property
    def verdicts(self) -> dict[str, int]:
        """How many of each; ``failed`` could not be used."""
        counts = self.table["verdict"].fill_null("failed").value_counts()
        return {str(verdict): int(count) for verdict, count in counts.iter_rows()}


def read_pairs(path: Path) -> list[Pair]:
    """The rows of a table with ``patient``, ``moving`` and ``fixed``; paths are relative to the table's folder.

    Raises:
        UnusableInput: the table cannot be read, lacks a column or holds no row.
    """
    frame = read_table(path).frame
    absent = [name for name in COLUMNS if name not in frame.columns]
    if absent:
        raise UnusableInput(
            f"{path}: has no column {', '.join(absent)}. A table of pairs has {', '.join(COLUMNS)}; "
            f"found: {', '.join(frame.columns)}."
        )
    if frame.is_empty():
        raise UnusableInput(f"{path}: holds no pair, only a head.")
    rows = frame.select(pl.col(name).cast(pl.String).fill_null("") for name in COLUMNS).iter_rows()
    return [
        Pair(number, patient, *(path.parent / one if one else _NOWHERE for one in (moving, fixed)))
        for number, (patient, moving, fixed) in enumerate(rows, start=1)
    ]


def align_pairs(  # noqa: PLR0913  (what, where to, and how it is run)
    pairs: list[Pair] | str | Path,
    out: str | Path,
    wanted: WantedPairs | None = None,
    *,
    workers: int = -1,
    cluster: str | None = None,
    told: Callable[[int, int], None] | None = None,
) -> AlignedPairs:
    """Align every pair and write ``pairs.parquet``, ``index.html`` and a folder a pair; pairs that are done stay.

    ``workers`` and ``cluster`` as in ``fiducial.batch.run``.

    Raises:
        UnusableInput: the table cannot be read or the folder not be written to.
        WrongUsage: no segmenter bears the name in the options, or a scan lies among what is written.
    """
    wanted, out = wanted or WantedPairs(), Path(out)
    if wanted.options.segmenter is not None:
        plugins.load("segmenters", wanted.options.segmenter)  # a wrong name is told once, not by every pair
    todo = pairs if isinstance(pairs, list) else read_pairs(Path(pairs))
    _refuse_to_overwrite(todo, out / "pairs")
    work = partial(_one, out / "pairs", wanted)
    outcomes = list(run(work, todo, workers=workers, few=1, cluster=cluster, told=told))
    documents = [_document(done) for done in outcomes]
    table = pl.DataFrame([_row(pair, one) for pair, one in zip(todo, documents, strict=True)], infer_schema_length=None)
    write_table(table, out / "pairs.parquet")
    cards = [_card(pair, one) for pair, one in zip(todo, documents, strict=True)]
    page = out / "index.html"
    save_pairs_page(cards, page)
    return AlignedPairs(table, page)


def _one(folder: Path, wanted: WantedPairs, pair: Pair) -> dict[str, Any]:
    """One pair, written into a folder of its own; its JSON comes last and says that the rest is whole."""
    place = folder / pair.name
    stamp = _stamp(pair, wanted)
    done = _finished(place / _DONE, stamp)
    if done is not None:
        return done
    _clear(place)
    # Two batches side by side already fill the cores: each reads with one thread.
    moving, fixed = (_read(path, who) for path, who in ((pair.moving, "moving"), (pair.fixed, "fixed")))
    try:
        found = align_pair(moving, fixed, wanted.options)
    except UnusableInput as unfit:
        raise UnusableInput(f"moving {pair.moving}, fixed {pair.fixed}: {unfit}") from unfit
    document = found.document()
    if found.verdict is PairVerdict.VERIFIED and found.shift is not None:
        document |= _write_pair(place, found, moving, fixed, wanted)
    title = f"{pair.name}, {pair.patient}" if pair.patient else pair.name
    save_sheet(title, found, moving, fixed, place / _SHEET)
    write_text(place / _DONE, json.dumps({**document, "stamp": stamp}, indent=2) + "\n")
    return document


def _clear(place: Path) -> None:
    """Remove what an earlier run left: a pair that is dropped now keeps no volumes from when it was verified."""
    slices = [one for name in _VOLUMES for one in (place / name).glob("*.png")]
    for path in (place / _DONE, place / _SHEET, *(place / f"{name}.nii.gz" for name in _VOLUMES), *slices):
        path.unlink(missing_ok=True)
    for folder in (place / name for name in _VOLUMES):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _refuse_to_overwrite(todo: list[Pair], folder: Path) -> None:
    """Results of an earlier run are removed, so no scan may lie among them."""
    written = folder.resolve()
    for pair in todo:
        for path in (pair.moving, pair.fixed):
            if path.resolve().is_relative_to(written):
                raise WrongUsage(f"{path} lies in {folder}, which is written to: choose another folder with --out.")


def _read(path: Path, who: str) -> Volume:
    if path == _NOWHERE:
        raise UnusableInput(f"{who}: the table names no scan; fill in a folder or a file, or remove the row.")
    if not path.exists():
        raise UnusableInput(f"{who}: {path}: there is no such file or folder; paths are relative to the table.")
    try:
        return read_volume(path, workers=1)
    except UnusableInput as unfit:
        raise UnusableInput(f"{who}: {unfit}") from unfit


def _write_pair(place: Path, found: Alignment, moving: Volume, fixed: Volume, wanted: WantedPairs) -> dict[str, Any]:
    shift = found.shift or (0.0, 0.0, 0.0)
    moved, still = on_one_grid(moving, fixed, shift)
    told: dict[str, Any] = {}
    if wanted.refine:
        residual = refine(moved, still)
        moved, told = residual.moved, {"residual": residual.document()}
    for name, volume in (("moving", moved), ("fixed", still)):
        write_volume(volume, place / f"{name}.nii.gz")
        if wanted.slices:
            for number, layer in enumerate(volume.array):
                with replacing(place / name / f"{number:04d}.png") as temporary:
                    Image.fromarray((layer.astype("int32") + _LIFT).clip(0, 65535).astype("uint16")).save(
                        temporary, "PNG"
                    )
    return told


def _stamp(pair: Pair, wanted: WantedPairs) -> str:
    """What a finished pair was made from: a change of files or options makes it again."""
    files = [
        (str(path), *((inside.name, inside.stat().st_size, inside.stat().st_mtime_ns) for inside in _files(path)))
        for path in (pair.moving, pair.fixed)
    ]
    return hash_bytes(json.dumps([files, wanted.options.model_dump(), wanted.refine, wanted.slices]).encode())


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(one for one in path.rglob("*") if one.is_file())
    elif path.exists():
        yield path


def _finished(path: Path, stamp: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if found.pop("stamp", None) == stamp and found.get("schema") == SCHEMA else None


def _document(done: Done[Pair, dict[str, Any]]) -> dict[str, Any]:
    return done.result if done.result is not None else {"verdict": None, "reasons": [], "error": done.reason}


def _row(pair: Pair, document: dict[str, Any]) -> dict[str, Any]:
    x, y, z = document.get("shift_xyz_mm") or (None, None, None)
    row = {
        "patient": pair.patient,
        "moving": str(pair.moving),
        "fixed": str(pair.fixed),
        "folder": f"pairs/{pair.name}",
        "verdict": document["verdict"],
        "reasons": ", ".join(document["reasons"]),
        "error": document.get("error"),
        "shift_x_mm": x,
        "shift_y_mm": y,
        "shift_z_mm": z,
        "overlap_mm": document.get("overlap_mm"),
        "breathing_mm": document.get("breathing_mm"),
        "notes": "; ".join(document.get("notes", ())) or None,
    }
    for gate in document.get("gates", []):
        row |= {f"{gate['name']}.{part}": gate[part] for part in ("value", "floor", "passed")}
    for name, value in document.get("residual", {}).items():
        row[f"residual.{name}"] = value
    return row


def _card(pair: Pair, document: dict[str, Any]) -> PairCard:
    reasons = tuple(in_words(reason) for reason in document["reasons"])
    error = document.get("error")
    return PairCard(
        pair.name,
        pair.patient,
        document["verdict"] or "failed",
        (str(error),) if error else reasons,
        document.get("shift_mm"),
        document.get("overlap_mm"),
        tuple({**gate, "bound": bound(gate["name"], gate["floor"])} for gate in document.get("gates", ())),
        None if error else f"pairs/{pair.name}/sheet.png",
        tuple(document.get("notes", ())),
    )
