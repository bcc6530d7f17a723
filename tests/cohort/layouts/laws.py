"""The laws that every layout obeys, ours and outsiders'."""

import hashlib
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from fiducial.cohort.layouts.contract import Layout, Listing, Source
from fiducial.cohort.regions import validate_regions
from fiducial.cohort.table import FILES_SCHEMA, validate_rows
from fiducial.errors import FiducialError
from fiducial.files.tables import Table

GARBAGE = b"\x00\xff no file of any kind, whatever it is called \xfe" * 20
SUFFIXES = (".csv", ".csv.gz", ".parquet", ".json", ".txt", ".tsv", ".yaml", ".dcm", ".nii", ".nii.gz", ".png", "")


def obeys_the_laws(layout: Layout, source: Source) -> Listing:
    """It knows its own form, lists it twice the same, accounts for every path, and leaves the folder alone."""
    before = contents(source.path)
    assert layout.name
    assert layout.says
    assert layout.recognises(source) is True
    first, again = layout.list(source), layout.list(source)
    assert contents(source.path) == before
    assert_same(first, again)
    accounts_for_every_path(first)
    return first


def accounts_for_every_path(listing: Listing) -> None:
    """A valid table; every path is a file, or is listed with its reason; every file and box belongs to a row."""
    rows = validate_rows(listing.rows)
    assert all(note.strip() for note in listing.notes)
    reasons: dict[str, str] = {}
    studies = set(rows["study"])
    if listing.files is not None:
        files = listing.files
        assert dict(files.schema) == {name: kind() for name, kind in FILES_SCHEMA.items()}
        assert files["path"].is_unique().all()
        assert set(files["study"].drop_nulls()) <= studies
        assert files.filter(pl.col("reason").is_null() == pl.col("pixel_hash").is_null()).is_empty()
        reasons = dict(files.select("path", "reason").drop_nulls().iter_rows())
        for path in files["path"]:
            assert (listing.folder / path).is_file() or reasons.get(path), path
    for path in rows["path"].drop_nulls() if "path" in rows.columns else ():
        assert not Path(path).is_absolute()
        assert (listing.folder / path).exists() or reasons.get(path), path
    if listing.regions is not None:
        assert set(validate_regions(Table(listing.regions, "boxes", 0))["study"]) <= studies


def does_not_ask_which_file_was_written_first(layout: Layout, source: Source, place: Path) -> None:
    """A copy of the folder whose files were written the other way round gives the same listing."""
    copy = copied(source, place, backwards=True)
    assert_same(layout.list(source), layout.list(copy), moved=True)


def lists_a_bad_file_with_its_reason(layout: Layout, source: Source, place: Path) -> None:
    """A file that is damaged or gone costs itself alone."""
    whole = layout.list(source)
    if whole.files is None:
        return
    victim = whole.files.filter(pl.col("reason").is_null())["path"][0]
    for damage in ("cut", "garbage", "empty", "gone"):
        copy = copied(source, place / damage)
        _spoil(copy_of(whole.folder / victim, source, copy), damage)
        found = layout.list(copy)
        accounts_for_every_path(found)
        assert found.files is not None
        told = found.files.filter(pl.col("path") == victim)
        assert damage == "gone" or told["reason"].is_not_null().all(), (damage, victim)
        assert_frame_equal(_read(found.files), _read(whole.files.filter(pl.col("path") != victim)))


def says_no_to_another_form(layout: Layout, source: Source) -> None:
    """It does not take the source for its own, and refuses it in words where it is made to read it."""
    assert layout.recognises(source) is False, source.path
    refuses_in_words(layout, source)


def refuses_in_words(layout: Layout, source: Source) -> None:
    """Whatever lies there: a yes or a no, and a listing or an error of ours; never another exception."""
    assert layout.recognises(source) in (True, False)
    with suppress(FiducialError):
        accounts_for_every_path(layout.list(source))


def assert_same(one: Listing, other: Listing, *, moved: bool = False) -> None:
    """Rows, files and boxes in the same order, and the same notes."""
    assert_frame_equal(one.rows.frame, other.rows.frame)
    for name in ("files", "regions"):
        first, second = getattr(one, name), getattr(other, name)
        assert (first is None) == (second is None)
        if first is not None:
            assert_frame_equal(first, second)
    assert one.notes == other.notes
    assert moved or one.folder == other.folder


def copied(source: Source, place: Path, *, backwards: bool = False) -> Source:
    """The source somewhere else; ``backwards``: its last file is written first."""
    root = source.path if source.path.is_dir() else source.path.parent
    files = sorted(path.relative_to(root) for path in root.rglob("*") if path.is_file())
    for path in reversed(files) if backwards else files:
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / path, place / path)
    table = None if source.table is None else place / source.table.relative_to(root)
    return replace(source, path=place / source.path.relative_to(root), table=table)


def copy_of(path: Path, source: Source, copy: Source) -> Path:
    """Where a file of a source lies in its copy."""
    root, other = (one.path if one.path.is_dir() else one.path.parent for one in (source, copy))
    return other / path.relative_to(root)


def contents(place: Path) -> dict[str, str]:
    """Every file below a folder with what it holds."""
    root = place if place.is_dir() else place.parent
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def odd_places(place: Path) -> dict[str, Path]:
    """Folders and files that are nobody's form: empty, or full of garbage, broken links, or folders with suffixes."""
    made = {name: place / name for name in ("empty", "garbage", "nothing in it", "broken links", "folders")}
    for folder in made.values():
        folder.mkdir(parents=True)
    for number, suffix in enumerate(SUFFIXES):
        (made["garbage"] / f"file{number}{suffix}").write_bytes(GARBAGE)
        (made["nothing in it"] / f"file{number}{suffix}").touch()
        (made["broken links"] / f"file{number}{suffix}").symlink_to("nowhere")
        (made["folders"] / f"folder{number}{suffix}").mkdir()
    alone = {f"one file {suffix}": made["garbage"] / f"file{number}{suffix}" for number, suffix in enumerate(SUFFIXES)}
    return {**made, **alone}


def _read(files: pl.DataFrame) -> pl.DataFrame:
    return files.filter(pl.col("reason").is_null()).select("path", "study", "pixel_hash").sort("path")


def _spoil(path: Path, damage: str) -> None:
    if damage == "gone":
        path.unlink()
    else:
        whole = path.read_bytes()
        path.write_bytes({"cut": whole[: len(whole) // 2], "garbage": GARBAGE, "empty": b""}[damage])
