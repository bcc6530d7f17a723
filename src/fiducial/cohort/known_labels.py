"""Labels whose truth is known, for models of image quality: what was done to an image, or what its header says.

An image is written once as it is and once under every condition that bears a label, so that the label of what was done
is 1 there and 0 on the clean one. Nobody has to read anything, and the test split is judged on the same truth.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from PIL import Image

from fiducial.batch import run
from fiducial.cohort.table import LABEL_PREFIX, Cohort, CohortSource, read_cohort, write_cohort
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.hashes import hash_bytes
from fiducial.files.names import did_you_mean
from fiducial.files.writing import replacing
from fiducial.scans.conditions.contract import SEVERITIES
from fiducial.scans.conditions.stress import CLEAN, Stress, condition, parse_stress
from fiducial.scans.physical import physical, stored_range
from fiducial.scans.read import read_scan
from fiducial.scans.scan import Scan

_TABLE = "cohort.parquet"
_FULL = 65535  # of the 16-bit pictures that are written


@dataclass(frozen=True, slots=True)
class KnownLabels:
    """``done``: label -> the condition whose images bear it. ``told``: label -> (column, the value that bears it).

    ``severities``: one is drawn for every image and condition, by ``seed`` and study alone.
    """

    done: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    severities: tuple[int, ...] = (3, 4, 5)
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse labels without names, twice, or of conditions that there are not."""
        if not self.done and not self.told:
            raise WrongUsage("no label was named; give a condition or a column.")
        if both := sorted(set(self.done) & set(self.told)):
            raise WrongUsage(f"the label {both[0]!r} is named twice; keep one.")
        if not self.severities or not set(self.severities) <= set(SEVERITIES):
            raise WrongUsage(f"severities are of {SEVERITIES[0]} to {SEVERITIES[-1]}, got {list(self.severities)}.")
        for name in self.done.values():
            condition(name)

    def drawn(self, study: str, name: str) -> Stress:
        """The condition at the severity that this study gets."""
        told = hash_bytes(json.dumps([self.seed, study, name]).encode()).removeprefix("sha256:")
        return parse_stress(f"{name}:{self.severities[int(told[:8], 16) % len(self.severities)]}")


@dataclass(frozen=True, slots=True)
class Labelled:
    """``failed``: study -> why it has no picture."""

    cohort: Cohort
    failed: dict[str, str]

    @property
    def counts(self) -> dict[str, int]:
        """Label -> how many rows bear it."""
        rows = self.cohort.rows
        return {name: int(rows[f"{LABEL_PREFIX}{name}"].sum()) for name in self.cohort.findings}


def label_cohort(
    cohort: CohortSource, labels: KnownLabels, out: str | Path, told: Callable[[int, int], None] | None = None
) -> Labelled:
    """Write ``out/cohort.parquet`` with the labels, and where conditions bear some, the pictures beside it.

    Labels of the source are left out, all else is kept: a patient stays in one split, whatever is done to the images.
    Where a column is null, so is the label that it tells.

    Raises:
        UnusableInput: the cohort lacks a column, has no images, or no image can be read.
        WrongUsage: ``out`` holds another cohort.
    """
    # Absolute, as the processes that write pictures may stand in another folder.
    source, folder = read_cohort(cohort), Path(out).absolute()
    rows = _with_told(source, labels.told)
    if not labels.done:
        found = Labelled(Cohort(rows, source.files, source.folder), {})
    else:
        found = _with_done(source, rows, labels, folder, told)
    write_cohort(found.cohort, folder / _TABLE)
    return found


def _with_told(cohort: Cohort, told: Mapping[str, tuple[str, str]]) -> pl.DataFrame:
    rows = cohort.rows.drop([f"{LABEL_PREFIX}{name}" for name in cohort.findings])
    for name, (column, value) in told.items():
        if column not in rows.columns:
            raise UnusableInput(
                f"{cohort.name}: there is no column {column!r}.{did_you_mean(column, rows.columns)} "
                f"There is: {', '.join(rows.columns)}."
            )
        if not (rows[column].cast(pl.String) == value).any():
            seen = ", ".join(sorted(rows[column].cast(pl.String).drop_nulls().unique())[:8])
            raise UnusableInput(f"{cohort.name}: no row has {column} = {value!r}; there is: {seen or 'nothing'}.")
        is_so = (pl.col(column).cast(pl.String) == value).cast(pl.Int8)
        rows = rows.with_columns(is_so.alias(f"{LABEL_PREFIX}{name}"))
    return rows


@dataclass(frozen=True, slots=True)
class _Work:
    """Picklable: one picture, clean or under a condition."""

    study: str
    path: Path
    stress: Stress
    seed: int
    to: Path


def _with_done(
    source: Cohort, rows: pl.DataFrame, labels: KnownLabels, folder: Path, told: Callable[[int, int], None] | None
) -> Labelled:
    if "path" not in rows.columns:
        raise UnusableInput(f"{source.name}: has no column path, so no image that something could be done to.")
    work: list[_Work] = []
    made: list[dict[str, Any]] = []
    for row in rows.filter(pl.col("path").is_not_null()).iter_rows(named=True):
        for label, name in ((None, CLEAN), *labels.done.items()):
            study = row["study"] if label is None else f"{row['study']}~{label}"
            stress = Stress() if label is None else labels.drawn(row["study"], name)
            to = folder / "pictures" / f"{hash_bytes(study.encode()).removeprefix('sha256:')[:24]}.png"
            work.append(_Work(row["study"], (source.folder / row["path"]).absolute(), stress, labels.seed, to))
            given = {f"{LABEL_PREFIX}{one}": int(one == label) for one in labels.done}
            kept = {"study": study, "path": str(to.relative_to(folder)), "source_study": row["study"]}
            made.append({**row, **given, **kept, "condition": str(stress)})
    outcomes = list(run(_write, work, told=told))
    failed = {row["study"]: str(one.reason) for row, one in zip(made, outcomes, strict=True) if one.reason}
    if len(failed) == len(made):
        first = next(iter(failed.items()), ("nothing", "it has no rows with a path"))
        raise UnusableInput(f"{source.name}: no image could be used; the first: {first[0]}: {first[1]}.")
    kept_rows = [row for row in made if row["study"] not in failed]
    schema = rows.schema | {f"{LABEL_PREFIX}{one}": pl.Int8() for one in labels.done}
    schema |= {"source_study": pl.String(), "condition": pl.String()}
    return Labelled(Cohort(pl.DataFrame(kept_rows, schema=schema), None, folder), failed)


def _write(work: _Work) -> None:
    clean = read_scan(work.path)
    if clean.array.shape[0] != 1:
        raise UnusableInput(f"has {clean.array.shape[0]} slices; labels of quality are made of single images")
    picture = _grey(work.stress.apply(clean, seed=work.seed, study=work.study), clean)
    with replacing(work.to) as temporary:
        Image.fromarray(picture).save(temporary, format="PNG", compress_level=1)


def _grey(scan: Scan, clean: Scan) -> np.ndarray[Any, np.dtype[np.uint16]]:
    """16 bits over all that the clean image could have stored: exposure must not be normalised away."""
    low, high = stored_range(clean)
    values = (physical(scan)[0] - low) / max(1.0, high - low)
    return np.asarray(np.clip(values, 0, 1) * _FULL + 0.5).astype(np.uint16)


def parse_labels(
    conditions: Sequence[str], columns: Sequence[str]
) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """``rotated=rotation`` and ``ap-view=view:AP`` as a command line has them.

    Raises:
        WrongUsage: a word of another form.
    """
    done = dict(_halves(word, "=", "LABEL=CONDITION, such as rotated=rotation") for word in conditions)
    told = {}
    for word in columns:
        name, rest = _halves(word, "=", "LABEL=COLUMN:VALUE, such as ap-view=view:AP")
        told[name] = _halves(rest, ":", "LABEL=COLUMN:VALUE, such as ap-view=view:AP")
    return done, told


def _halves(word: str, sign: str, form: str) -> tuple[str, str]:
    one, found, other = word.partition(sign)
    if not (one.strip() and found and other.strip()):
        raise WrongUsage(f"{word!r} is not of the form {form}.")
    return one.strip(), other.strip()
