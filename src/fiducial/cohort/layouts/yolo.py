"""Layout: YOLO, a text file of boxes an image, in fractions of the image's sides.

The form that Darknet (Redmon et al. 2016) began and Ultralytics documents at https://docs.ultralytics.com/datasets/detect.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import isfinite
from pathlib import Path, PurePosixPath
from typing import ClassVar

import polars as pl

from fiducial.cohort.layouts.boxes import DRAFT, with_regions
from fiducial.cohort.layouts.contract import Listing, Source
from fiducial.cohort.layouts.findings import finding_name
from fiducial.cohort.layouts.joining import counted, names_of, rename
from fiducial.cohort.layouts.placing import read_and_place
from fiducial.cohort.layouts.recognising import images_of, split_in
from fiducial.cohort.table import LABEL_PREFIX
from fiducial.errors import UnusableInput
from fiducial.files.tables import Table
from fiducial.scans.orientation import Box
from fiducial.scans.raster import SUFFIXES

_CLASS_LISTS = ("classes.txt", "obj.names", "labels/classes.txt")
_YAML = ("data.yaml", "data.yml", "dataset.yaml", "dataset.yml")
_SLACK = 1e-3  # fractions are rounded
_BOX, _SCORED_BOX, _POLYGON = 5, 6, 7  # cells in a line; a polygon has at least so many


@dataclass(frozen=True, slots=True)
class Yolo:
    """One row an image; a class is 1 where the image's text file has a line of it, and 0 where there is no file."""

    name: ClassVar[str] = "yolo"
    says: ClassVar[str] = "YOLO: images/ and labels/*.txt, with classes.txt or data.yaml"

    def recognises(self, source: Source) -> bool:
        """Whether there is a list of classes and a folder called labels."""
        return (
            source.table is None
            and source.path.is_dir()
            and _classes_at(source.path) is not None
            and _has_labels(source.path)
        )

    def list(self, source: Source) -> Listing:
        """Read classes, images and their text files; a text file that breaks the form leaves its image unlabelled.

        Raises:
            UnusableInput: no list of classes, or no image.
        """
        folder = source.path
        at = _classes_at(folder)
        if at is None:
            names = ", ".join((*_CLASS_LISTS, *_YAML))
            raise UnusableInput(f"{folder}: has no list of classes ({names}), so the numbers in labels/ mean nothing.")
        images = [path for path in images_of(source, SUFFIXES) if "labels" not in PurePosixPath(path).parts[:-1]]
        if not images:
            raise UnusableInput(f"{folder}: holds no file called {', '.join(SUFFIXES)}.")
        reading = _Reading(folder, _classes(at))
        told = [reading.lines_of(path) for path in images]
        keys = names_of(pl.Series("path", images))
        rows = pl.DataFrame([keys, pl.Series("path", images), *reading.labels(told)])
        splits = pl.Series("split", [split_in(str(PurePosixPath(path).parent)) for path in images], dtype=pl.String)
        rows = rows.with_columns(splits) if splits.null_count() < splits.len() else rows
        table = rename(Table(rows, "labels", 1), source.columns)
        listing = read_and_place(table, folder, images, source, shared=False)
        return with_regions(replace(listing, notes=(*reading.notes(), *listing.notes)), _boxes(keys, told))


@dataclass(frozen=True, slots=True)
class _Line:
    finding: str
    box: Box  # in fractions of the sides
    where: str


@dataclass(slots=True)
class _Reading:
    folder: Path
    classes: dict[int, str]
    _bare: int = 0
    _broken: list[str] = field(default_factory=list)

    def lines_of(self, image: str) -> list[_Line] | None:
        """The lines of an image's text file; none where it has no file; None where the file breaks the form."""
        path = _labels_of(image)
        try:
            text = (self.folder / path).read_text(encoding="utf-8")
        except FileNotFoundError:
            self._bare += 1
            return []
        except (OSError, UnicodeDecodeError) as wrong:
            self._broken.append(f"{path}: {wrong}")
            return None
        try:
            return list(self._parsed(text, path))
        except UnusableInput as wrong:
            self._broken.append(str(wrong))
            return None

    def labels(self, told: list[list[_Line] | None]) -> list[pl.Series]:
        seen = [None if lines is None else {line.finding for line in lines} for lines in told]
        return [
            pl.Series(f"{LABEL_PREFIX}{name}", [None if has is None else int(name in has) for has in seen], pl.Int8)
            for name in dict.fromkeys(self.classes.values())
        ]

    def notes(self) -> tuple[str, ...]:
        bare = f"{counted(self._bare, 'image')} without a text file in labels/: taken as showing none of the classes"
        broken = f"{counted(len(self._broken), 'text file')} breaking the form, so that the image has no label: "
        return ((bare,) if self._bare else ()) + ((broken + "; ".join(self._broken[:3]),) if self._broken else ())

    def _parsed(self, text: str, path: str) -> Iterator[_Line]:
        for number, line in enumerate(text.splitlines(), start=1):
            if cells := line.split():
                where = f"{path}: line {number}"
                yield _Line(self._class(cells[0], where), _box(cells[1:], where), where)

    def _class(self, cell: str, where: str) -> str:
        try:
            return self.classes[int(cell)]
        except (ValueError, KeyError):
            raise UnusableInput(f"{where}: the class is {cell!r}; expected one of {sorted(self.classes)}") from None


def _box(cells: list[str], where: str) -> Box:
    """From centre and size, or around a polygon."""
    try:
        numbers = [float(cell) for cell in cells]
    except ValueError:
        numbers = []
    right = len(cells) + 1 in (_BOX, _SCORED_BOX) or (len(cells) + 1 >= _POLYGON and len(cells) % 2 == 0)
    if not right or not numbers or not all(isfinite(one) for one in numbers):
        raise UnusableInput(
            f"{where}: expected a class, then x, y, width and height; got {len(cells)} cells behind the class"
        )
    if len(cells) + 1 >= _POLYGON:
        return min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])
    x, y, width, height = numbers[:4]
    if max(abs(one) for one in numbers[:4]) > 1 + _SLACK:
        raise UnusableInput(
            f"{where}: has a number beyond 1; YOLO counts in fractions of the image's sides, not in pixels"
        )
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _labels_of(image: str) -> str:
    """``images/train/a.jpg`` has ``labels/train/a.txt``; without a folder images it lies in labels/ or beside."""
    parts = list(PurePosixPath(image).with_suffix(".txt").parts)
    if "images" in parts[:-1]:
        last = len(parts) - 2 - parts[:-1][::-1].index("images")
        parts[last] = "labels"
        return "/".join(parts)
    return "/".join(("labels", *parts))


def _boxes(keys: pl.Series, told: list[list[_Line] | None]) -> pl.DataFrame:
    # Fractions are boxes on an image of one row and one column, until the file says how large it is.
    rows = [
        (key, line.finding, *line.box, 1, 1, None, line.where)
        for key, lines in zip(keys, told, strict=True)
        for line in lines or ()
    ]
    return pl.DataFrame(rows, schema=DRAFT, orient="row")


def _has_labels(folder: Path) -> bool:
    return any(place.is_dir() for pattern in ("labels", "*/labels") for place in folder.glob(pattern))


def _classes_at(folder: Path) -> Path | None:
    return next((folder / name for name in (*_CLASS_LISTS, *_YAML) if (folder / name).is_file()), None)


def _classes(path: Path) -> dict[int, str]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as wrong:
        raise UnusableInput(f"{path}: cannot be read as a list of classes ({wrong}).") from wrong
    names = _in_yaml(lines) if path.name in _YAML else dict(enumerate(line.strip() for line in lines if line.strip()))
    if not names:
        raise UnusableInput(f"{path}: names no class. Expected one name a line, or `names:` with a list or numbers.")
    return {number: finding_name(name) for number, name in names.items()}


def _in_yaml(lines: list[str]) -> dict[int, str]:
    """What stands under ``names``: ``[a, b]``, ``- a`` a line, or ``0: a`` a line; nothing else of YAML is needed."""
    start = next((i for i, line in enumerate(lines) if re.match(r"names\s*:", line)), None)
    if start is None:
        return {}
    block = [lines[start].partition(":")[2]]
    for line in lines[start + 1 :]:
        if re.match(r"[A-Za-z_]", line):
            break
        block.append(line)
    text = "\n".join(re.sub(r"\s#.*$", "", line) for line in block)
    numbered = re.findall(r"(?m)(?:^|[{,])\s*(\d+)\s*:\s*([^,}\n]+)", text)
    if numbered:
        return {int(number): _unquoted(name) for number, name in numbered}
    inline = re.search(r"\[(.*)\]", text, re.DOTALL)
    names = inline[1].split(",") if inline else re.findall(r"(?m)^\s*-\s*(.+)$", text)
    return dict(enumerate(_unquoted(name) for name in names if name.strip()))


def _unquoted(name: str) -> str:
    return name.strip().strip("'\"")
