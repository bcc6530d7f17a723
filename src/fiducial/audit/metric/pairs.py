"""The pairs under test: a prediction beside its target, in memory or as the row of a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from fiducial.errors import UnusableInput
from fiducial.files.columns import as_text, refuse_nulls, refuse_repeats, require_columns
from fiducial.files.tables import Table, read_table
from fiducial.scans.body_mask import BODY_HU
from fiducial.scans.likeness import CT_RANGE, Window
from fiducial.scans.raster import SUFFIXES
from fiducial.scans.read import read_scan
from fiducial.scans.volume import Volume
from fiducial.scans.volumes import read_mask, read_volume

NEEDED = ("study", "prediction", "target")
IMAGES = ("prediction", "target", "input", "mask")


@dataclass(frozen=True, slots=True)
class Units:
    """What the numbers of the images mean. ``due``: a difference that contrast makes; None where nobody can say."""

    name: str
    whole: Window  # all values there can be
    window: Window  # where nobody asks for another
    air: float
    body: float  # above it is body
    due: float | None


HU = Units("HU", CT_RANGE, Window(-160, 240), -1000, BODY_HU, 30)
GREY = Units("grey levels", Window(0, 255), Window(0, 255), 0, 25, None)


@dataclass(frozen=True, slots=True, eq=False)
class Paired:
    """One study on one grid. ``mask``: (slices, rows, columns), of the body; ``slice``: the only one to look at."""

    study: str
    prediction: Volume
    target: Volume
    input: Volume | None = None
    patient: str | None = None
    mask: Volume | None = None
    slice: int | None = None
    units: Units = HU

    def read(self) -> "Paired":
        """Itself, once it is known to be on one grid.

        Raises:
            UnusableInput: two shapes differ, axes run against each other, or there is no such slice.
        """
        shape = self.target.array.shape
        for name in IMAGES:
            image = getattr(self, name)
            if image is not None and image.array.shape != shape:
                raise UnusableInput(
                    f"{self.study}: the {name} is {_told(image.array.shape)} voxels and the target {_told(shape)}; "
                    "resample it onto the target's grid"
                )
            if image is not None and _turned(image, self.target):
                raise UnusableInput(
                    f"{self.study}: the axes of the {name} run another way than the target's (by their affines); "
                    "save it with the target's affine"
                )
        if self.slice is not None and not 0 <= self.slice < shape[0]:
            raise UnusableInput(f"{self.study}: slice {self.slice} is not among 0 to {shape[0] - 1}; correct it")
        return self


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table. ``place``: how a message calls it; ``paths``: column -> file."""

    study: str
    patient: str | None
    place: str
    paths: Mapping[str, Path]
    slice: str | None = None

    def read(self) -> Paired:
        """Read the files.

        Raises:
            UnusableInput: naming row, column and file.
        """
        images = {name: self._image(name, path) for name, path in self.paths.items()}
        rasters = {name for name, path in self.paths.items() if name != "mask" and _is_raster(path)}
        if rasters and rasters != set(self.paths) - {"mask"}:
            raise UnusableInput(
                f"{self.place}: {', '.join(sorted(rasters))} in grey levels, the rest in HU; save alike"
            )
        if self.slice is not None and not self.slice.isdecimal():
            raise UnusableInput(f"{self.place}: slice must be a number from 0 up; got {self.slice!r}")
        number = None if self.slice is None else int(self.slice)
        if images["target"].array.shape[0] == 1:
            number = None  # the number says where the image was taken, not which of one to take
        try:
            return Paired(
                self.study,
                images["prediction"],
                images["target"],
                images.get("input"),
                self.patient,
                images.get("mask"),
                number,
                GREY if rasters else HU,
            ).read()
        except UnusableInput as wrong:
            raise UnusableInput(f"{self.place}: {wrong}") from wrong

    def _image(self, name: str, path: Path) -> Volume:
        try:
            return read_mask(path) if name == "mask" and not _is_raster(path) else read_image(path)
        except UnusableInput as wrong:
            told = str(wrong).removeprefix(f"{path}: ").removeprefix(f"{path} ")
            raise UnusableInput(f"{self.place}: {name} {path.name}: {told}") from wrong


def read_image(path: Path) -> Volume:
    """A volume in HU, or a raster image in grey levels (0-255) with pixels of 1 mm.

    Raises:
        UnusableInput: it cannot be read, or is a raster image in colour or of more than 8 bits.
    """
    if not _is_raster(path):
        return read_volume(path, workers=1)  # rows are read side by side already
    scan = read_scan(path)
    if scan.is_colour or scan.array.dtype != np.uint8:
        kind = "in colour" if scan.is_colour else f"of {scan.array.dtype}"
        raise UnusableInput(f"is {kind}; save it in grey with 8 bits, or as a volume in HU")
    return Volume(scan.array.astype(np.int16), np.eye(4)[:, [2, 1, 0, 3]])


def read_pairs(source: str | Path | pl.DataFrame, columns: Mapping[str, str] | None = None) -> list[Row]:
    """The rows of ``results.csv``; paths start from its folder. ``columns``: our name -> the table's.

    Raises:
        UnusableInput: a needed column is absent or empty somewhere, or a study repeats.
    """
    table = _renamed(read_table(source), columns or {})
    require_columns(table, NEEDED)
    for name in NEEDED:
        refuse_nulls(table, name)
    refuse_repeats(table, ["study", "slice"] if "slice" in table.frame.columns else ["study"])
    folder = Path() if isinstance(source, pl.DataFrame) else Path(source).parent
    text = {name: as_text(table, name).to_list() for name in table.frame.columns if name in _KNOWN}
    return [
        Row(
            one["study"],
            one.get("patient"),
            table.row(index),
            {name: folder / path for name in IMAGES if (path := one.get(name))},
            one.get("slice"),
        )
        for index, one in enumerate(dict(zip(text, cells, strict=True)) for cells in zip(*text.values(), strict=True))
    ]


_KNOWN = ("study", "patient", "slice", *IMAGES)


def _renamed(table: Table, columns: Mapping[str, str]) -> Table:
    frame = table.frame
    for ours, theirs in columns.items():
        if ours not in _KNOWN:
            raise UnusableInput(f"--column {ours}={theirs}: {ours!r} is no column of ours ({', '.join(_KNOWN)}).")
        require_columns(table, [theirs])
        frame = frame.with_columns(pl.col(theirs).alias(ours))
    return table.replace(frame)


def _turned(image: Volume, target: Volume) -> bool:
    """Whether an axis of one runs against, or across, the same axis of the other."""
    along = (image.affine[:3, :3] * target.affine[:3, :3]).sum(axis=0)
    return bool((along <= _ALIKE * np.array(image.spacing) * np.array(target.spacing)).any())


_ALIKE = 0.5  # the cosine of 60 degrees


def _is_raster(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


def _told(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
