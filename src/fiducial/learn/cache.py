"""Prepared pictures on disk: every image is decoded and prepared once, and read from mapped memory after that.

A cache is named by a hash of the preparation, of the stress (if any) and of every file that went into it, so that
another preparation, or another file, is another cache. ``index.json`` is written last: without it a cache is made anew.
"""

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from fiducial.batch import run
from fiducial.errors import CannotJudge, UnusableInput
from fiducial.files.hashes import hash_bytes, hash_file
from fiducial.files.writing import replacing, write_text
from fiducial.models.contract import Study
from fiducial.models.reading import read_study
from fiducial.scans.conditions.stress import Stress
from fiducial.scans.preparation.contract import Step
from fiducial.scans.preparation.preparing import describe, prepare

SCHEMA = "fiducial.learn-cache/1"
Plane: TypeAlias = npt.NDArray[np.float32]  # (channels, rows, columns)


@dataclass(frozen=True, slots=True)
class Preparing:
    """Picklable: the picture of one study, under a stress or clean."""

    steps: tuple[Step, ...]
    stress: Stress = field(default_factory=Stress)
    seed: int = 0

    def __call__(self, study: Study) -> Plane:
        """Raises UnusableInput where the study has several slices, or cannot be prepared."""
        scan = self.stress.apply(read_study(study), seed=self.seed, study=study.study)
        pixels = prepare(scan, self.steps).pixels
        if pixels.shape[1] != 1:
            raise UnusableInput(
                f"has {pixels.shape[1]} slices, and a classifier learns from one image a row; "
                "build the cohort with --unit image"
            )
        return np.ascontiguousarray(pixels[:, 0])


@dataclass(frozen=True, slots=True)
class Cache:
    """``places``: study -> its place in the file. ``failed``: study -> why it has no picture."""

    folder: Path
    shape: tuple[int, int, int]
    places: dict[str, int]
    checks: tuple[int, ...]
    failed: dict[str, str]
    pixels: npt.NDArray[np.float32]  # mapped, (n, channels, rows, columns)

    def __reduce__(self) -> tuple[Callable[[Path], "Cache"], tuple[Path]]:
        """By its folder: other processes map the same file instead of getting a copy of all pictures."""
        return _reopened, (self.folder,)

    def read(self, study: str) -> Plane:
        """The picture of a study, as it was prepared.

        Raises:
            UnusableInput: the study is not in the cache, or its bytes are no longer those that were written.
        """
        if study not in self.places:
            raise UnusableInput(f"{study}: is not among the pictures of training and tuning.")
        place = self.places[study]
        if (self.folder / "pixels.f32").stat().st_size < self.pixels.nbytes:  # mapped memory beyond it ends the process
            raise UnusableInput(f"{self.folder}: was cut off. Delete the folder and run the same command again.")
        found: Plane = self.pixels[place]
        if zlib.crc32(found.data) != self.checks[place]:
            raise UnusableInput(
                f"{study}: its picture in {self.folder} is no longer what was written. Delete that folder and run the "
                "same command again: training goes on from its last epoch."
            )
        return found


def open_cache(
    studies: Sequence[Study], work: Preparing, folder: Path, told: Callable[[int, int], None] | None = None
) -> Cache:
    """The cache of these studies under ``folder``; made where there is none yet.

    Raises:
        CannotJudge: no study could be prepared.
        UnusableInput: the folder cannot be written to.
    """
    home = folder / _key(studies, work)
    if not (home / "index.json").exists():
        try:
            _fill(home, studies, work, told)
        except OSError as refused:
            raise UnusableInput(
                f"{home}: cannot be written ({refused.strerror}). Make room, or name another [data] cache, and run the "
                "same command again."
            ) from refused
    return _reopened(home)


def _reopened(home: Path) -> Cache:
    index = json.loads((home / "index.json").read_text(encoding="utf-8"))
    if not index["studies"]:
        first = next(iter(index["failed"].items()), ("no study", "there is none"))
        raise CannotJudge(f"no image could be prepared; the first: {first[0]}: {first[1]}")
    shape = (len(index["studies"]), *index["shape"])
    size = (home / "pixels.f32").stat().st_size
    if size != 4 * int(np.prod(shape)):
        raise UnusableInput(f"{home}: is cut off ({size} bytes). Delete the folder and run the same command again.")
    pixels = np.memmap(home / "pixels.f32", np.float32, "r", shape=shape)
    places = {study: place for place, study in enumerate(index["studies"])}
    return Cache(home, tuple(index["shape"]), places, tuple(index["checks"]), index["failed"], pixels)


def _key(studies: Sequence[Study], work: Preparing) -> str:
    paths = [path for study in studies for path in study.paths]
    hashes = [done.result or "unreadable" for done in run(hash_file, paths)]
    listed = iter(hashes)
    told = {
        "preparation": describe(work.steps),
        "stress": str(work.stress),
        "seed": work.seed if work.stress.parts else None,
        "files": [[study.study, *(next(listed) for _ in study.paths)] for study in studies],
    }
    return hash_bytes(json.dumps(told, sort_keys=True).encode()).removeprefix("sha256:")[:24]


def _fill(
    home: Path, studies: Sequence[Study], work: Preparing, told: Callable[[int, int], None] | None = None
) -> None:
    index: dict[str, Any] = {"schema": SCHEMA, "shape": None, "studies": [], "checks": [], "failed": {}}
    with replacing(home / "pixels.f32") as temporary, temporary.open("wb") as stream:
        for done in run(work, studies, told=told):
            reason = done.reason if done.result is None else _unlike(done.result, index["shape"])
            if done.result is None or reason is not None:
                index["failed"][done.item.study] = reason or "gave no picture"
                continue
            index["shape"] = list(done.result.shape)
            index["studies"].append(done.item.study)
            index["checks"].append(zlib.crc32(done.result.data))
            stream.write(done.result.tobytes())
    write_text(home / "index.json", json.dumps(index))


def _unlike(pixels: Plane, shape: list[int] | None) -> str | None:
    if shape is not None and list(pixels.shape) != shape:
        sizes = " and ".join(" x ".join(map(str, one)) for one in (pixels.shape, shape))
        return f"is prepared to another size than the first ({sizes}); end the preparation with 'resize'"
    if not np.isfinite(pixels).all():
        return "holds NaN or infinity after its preparation"
    return None
