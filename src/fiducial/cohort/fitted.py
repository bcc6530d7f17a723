"""Transforms that were fitted on data (a normaliser, a PCA, a harmoniser): what they were fitted on, in one JSON file.

A file holds ``schema``, ``name``, ``kind``, ``parameters`` and ``fitted_on``: the count and the hash of the sorted
study keys, the same for every split, and (where kept) ``keys``, the first 16 hex digits of the SHA-256 of each key.
``<cohort>.transforms/`` beside the cohort is where ``cohort check`` looks for them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fiducial.cohort.table import SPLITS, Cohort, CohortSource, read_cohort
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.hashes import hash_bytes
from fiducial.files.writing import write_text

FITTED_SCHEMA = "fiducial.fitted-transform/1"
NO_SPLIT = "none"  # rows without a split are counted under this word
GONE = "no row of this cohort"
_DIGITS = 16

Rows: TypeAlias = NDArray[np.bool_] | Sequence[bool] | Sequence[str]


@dataclass(frozen=True, slots=True)
class Part:
    """A set of studies: how many, and the hash of their sorted keys."""

    count: int
    hash: str


@dataclass(frozen=True, slots=True)
class FittedTransform:
    """``splits``: the part of the rows in each split at the time of fitting. ``keys``: None where left out."""

    name: str
    kind: str
    parameters: Mapping[str, Any]
    fitted_on: Part
    splits: Mapping[str, Part]
    keys: frozenset[str] | None

    def save(self, path: Path, *, keys: bool = True) -> Path:
        """Write the JSON file; ``keys=False`` leaves the digests of single studies out, for a file that travels.

        Raises:
            WrongUsage: the parameters cannot be written as JSON.
            UnusableInput: the folder cannot be written to.
        """
        fitted_on = asdict(self.fitted_on) | {"splits": {name: asdict(part) for name, part in self.splits.items()}}
        if keys and self.keys is not None:
            fitted_on["keys"] = sorted(self.keys)
        document = {
            "schema": FITTED_SCHEMA,
            "name": self.name,
            "kind": self.kind,
            "parameters": dict(self.parameters),
            "fitted_on": fitted_on,
        }
        try:
            text = json.dumps(document, indent=1, sort_keys=True)
        except (TypeError, ValueError) as unfit:
            raise WrongUsage(f"the parameters of {self.name} cannot be written as JSON ({unfit}).") from unfit
        write_text(path, text + "\n")
        return path


def record_fit(
    cohort: CohortSource, rows: Rows, *, name: str, kind: str, parameters: Mapping[str, Any]
) -> FittedTransform:
    """What a transform was fitted on. ``rows``: a yes or no for every row of the cohort, or the study keys.

    Raises:
        UnusableInput: the cohort cannot be read.
        WrongUsage: the mask has another length, a study is not in the cohort, or no row is chosen.
    """
    given = read_cohort(cohort)
    chosen = given.rows.filter(_mask(given, rows))
    if chosen.is_empty():
        raise WrongUsage(f"{name} was fitted on no row at all. Give the rows that it was fitted on.")
    return FittedTransform(name, kind, parameters, part_of(chosen["study"]), parts(chosen), digests(chosen["study"]))


def read_fitted(path: Path) -> FittedTransform:
    """Read one file.

    Raises:
        UnusableInput: not JSON, or not of the schema.
    """
    try:
        document = _Document.model_validate_json(path.read_bytes())
    except OSError as refused:
        raise UnusableInput(f"{path}: cannot be read ({refused.strerror}).") from refused
    except ValidationError as wrong:
        first = wrong.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise UnusableInput(f"{path}: is no {FITTED_SCHEMA} ({where or 'the file'}: {first['msg']}).") from wrong
    on = document.fitted_on
    splits = {name: Part(part.count, part.hash) for name, part in on.splits.items()}
    keys = None if on.keys is None else frozenset(on.keys)
    return FittedTransform(document.name, document.kind, document.parameters, Part(on.count, on.hash), splits, keys)


def transforms_folder(cohort: Cohort) -> Path:
    """``cohort.parquet`` has its transforms in ``cohort.transforms``, beside ``cohort.files.parquet``."""
    return cohort.folder / f"{Path(cohort.name).stem}.transforms"


def part_of(studies: pl.Series) -> Part:
    """The count and the hash of the sorted keys, one a line."""
    keys = sorted(studies.to_list())
    return Part(len(keys), hash_bytes("\n".join(keys).encode()))


def parts(rows: pl.DataFrame) -> dict[str, Part]:
    """The part of the rows in each split, by its name; without a split under ``none``."""
    split = rows["split"].fill_null(NO_SPLIT) if "split" in rows.columns else pl.Series(["none"] * rows.height)
    return {name: part_of(rows.filter(split == name)["study"]) for name in sorted(split.unique())}


def digests(studies: pl.Series) -> frozenset[str]:
    """The first 16 hex digits of the SHA-256 of every key."""
    return frozenset(map(digest, studies))


def digest(study: str) -> str:
    """The first 16 hex digits of the SHA-256 of a key: long enough that two of a million keys never meet."""
    return hash_bytes(study.encode()).removeprefix("sha256:")[:_DIGITS]


def splits_seen(fitted: FittedTransform, rows: pl.DataFrame) -> dict[str, int] | None:
    """How many of the rows it was fitted on stand in each split now; None where that cannot be known."""
    if fitted.keys is not None:
        split = rows["split"].fill_null(NO_SPLIT)
        inside = pl.Series([digest(study) in fitted.keys for study in rows["study"]])
        counts = {name: int((inside & (split == name)).sum()) for name in (*SPLITS, NO_SPLIT)}
        return counts | {GONE: fitted.fitted_on.count - sum(counts.values())}
    now = parts(rows)
    if fitted.fitted_on == part_of(rows["study"]):
        return {name: part.count for name, part in now.items()}
    of_hash: dict[Part, str] = {part: name for name, part in now.items()}
    if all(part in of_hash for part in fitted.splits.values()) and fitted.splits:
        return {of_hash[part]: part.count for part in fitted.splits.values()}
    whole = of_hash.get(fitted.fitted_on)
    return None if whole is None else {whole: fitted.fitted_on.count}


def _mask(cohort: Cohort, rows: Rows) -> pl.Series:
    asked = list(rows)
    if asked and isinstance(asked[0], str):
        wanted = {str(study) for study in asked}
        strange = sorted(wanted - set(cohort.rows["study"]))
        if strange:
            raise WrongUsage(f"{strange[0]!r} is no study of {cohort.name} ({len(strange)} are not).")
        return cohort.rows["study"].is_in(list(wanted))
    if len(asked) != cohort.rows.height:
        raise WrongUsage(f"the mask has {len(asked)} values and {cohort.name} has {cohort.rows.height} rows.")
    return pl.Series(np.asarray(asked, dtype=np.bool_))


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    count: int = Field(ge=0)
    hash: str = Field(pattern="^sha256:[0-9a-f]{64}$")


class _FittedOn(_Part):
    splits: dict[str, _Part] = Field(default_factory=dict)
    keys: list[str] | None = None


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    schema_: Literal["fiducial.fitted-transform/1"] = Field(alias="schema")
    name: str
    kind: str
    parameters: dict[str, Any]
    fitted_on: _FittedOn
