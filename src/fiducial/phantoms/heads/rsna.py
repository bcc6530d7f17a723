"""Heads on disk as RSNA 2019 stored them, with the truth about every slice beside them.

``rsna/`` is what anybody gets: ``stage_2_train.csv`` and ``stage_2_train/ID_<hex>.dcm``. ``truth/`` is what nobody has:
``slices.csv``, ``regions.csv``, ``masks.csv`` and the masks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image

from fiducial.batch import run
from fiducial.cohort.regions import CLEAN, REGIONS_SCHEMA, TRUTH
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.tables import write_table
from fiducial.files.writing import replacing
from fiducial.phantoms.heads.bleeds import Kind
from fiducial.phantoms.heads.dicom import image_name, write_slice
from fiducial.phantoms.heads.examination import FRONTAL_BONE, Examination, Slice
from fiducial.phantoms.heads.hospital import HeadHospital
from fiducial.phantoms.heads.implants import Thing
from fiducial.phantoms.heads.patient import DEEP, SUPERFICIAL

LEAST_MM2 = 15.0  # of blood in a slice: nobody is asked to call less
SMALLEST, LARGEST = 32, 1024  # rows and columns
_LABELS = ("any", *Kind)
_BOXED = (*Kind, *Thing)

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class WrittenHeads:
    """``folder`` is for ``fiducial cohort build --layout rsna-ich``; the tables lie in ``truth``.

    ``slices`` has one row an image: ``study`` (the image's name), ``patient``, ``series``, ``site``, ``scanner``,
    ``slice``, ``thickness``; for each of the five kinds ``<kind>`` (0 or 1), ``<kind>.mm2`` and ``<kind>.age``; for
    each thing whether it is seen; ``place``: superficial where at least half of the slice's blood lies within 10 mm of
    the inner table, else deep, null where nothing bleeds.
    """

    folder: Path
    truth: Path
    slices: pl.DataFrame
    regions: pl.DataFrame
    masks: pl.DataFrame


def write_heads(
    folder: Path,
    hospitals: Sequence[HeadHospital],
    *,
    seed: int,
    size: int = 512,
    told: Callable[[int, int], None] | None = None,
) -> WrittenHeads:
    """Draw and write all examinations of all hospitals; the same seed gives the same bytes.

    ``size``: rows and columns of a slice. ``told`` is called with (done, total) after every examination.

    Raises:
        WrongUsage: two hospitals with one initial, a size out of 32 to 1024, or images of another run in the folder.
        UnusableInput: the folder cannot be written to.
    """
    _refuse(hospitals, size)
    rng = np.random.default_rng(seed)
    drawn = [examination for hospital in hospitals for examination in hospital.draw(rng, size)]
    _refuse_leftovers(folder, drawn)
    rows: dict[str, list[Row]] = {"slices": [], "regions": [], "masks": []}
    for done, outcome in enumerate(run(_Writing(folder), drawn), start=1):
        if outcome.result is None:
            raise UnusableInput(f"{outcome.item.patient.id}: {outcome.reason}")
        for table, more in outcome.result.items():
            rows[table] += more
        if told is not None:
            told(done, len(drawn))
    return _tables(folder, rows)


def _refuse(hospitals: Sequence[HeadHospital], size: int) -> None:
    initials = [hospital.name[:1] for hospital in hospitals]
    if len(set(initials)) < len(initials) or not all(initials):
        names = ", ".join(hospital.name for hospital in hospitals)
        raise WrongUsage(f"hospitals need names with different initials, from which patients are named; got {names}.")
    if not SMALLEST <= size <= LARGEST:
        raise WrongUsage(f"size must be {SMALLEST} to {LARGEST} rows and columns, got {size}.")


def _refuse_leftovers(folder: Path, drawn: Sequence[Examination]) -> None:
    # They would be read along with the new images, and no label would know them.
    expected = {f"{image_name(one, number)}.dcm" for one in drawn for number in range(len(one.heights))}
    found = {path.name for path in (folder / "rsna").rglob("*.dcm")} - expected
    if found:
        raise WrongUsage(
            f"{folder}: holds {len(found)} images of another run, such as {min(found)}. Name an empty folder."
        )


@dataclass(frozen=True, slots=True)
class _Writing:
    """Picklable: writes one examination and gives its rows by table."""

    folder: Path

    def __call__(self, examination: Examination) -> dict[str, list[Row]]:
        rows: dict[str, list[Row]] = {"slices": [], "regions": [], "masks": []}
        for one in examination.slices():
            name = image_name(examination, one.number)
            write_slice(examination, one, self.folder / "rsna" / "stage_2_train" / f"{name}.dcm")
            rows["slices"].append(_row(examination, one, name))
            for region in (*_BOXED, FRONTAL_BONE):
                mask = one.mask(region)
                if mask.any():
                    rows["masks"].append(self._write_mask(name, region, mask))
                    rows["regions"] += [_box(name, region, mask)]
        return rows

    def _write_mask(self, name: str, region: str, mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Row:
        path = f"masks/{name}.{region}.png"
        with replacing(self.folder / "truth" / path) as temporary:
            Image.fromarray(mask.astype(np.uint8) * np.uint8(255)).save(temporary, format="PNG")
        return {"study": name, "region": str(region), "path": path}


def _row(examination: Examination, one: Slice, name: str) -> Row:
    patient, scanner = examination.patient, examination.scanner
    area = {kind: round(float(one.mask(kind).sum()) * examination.pixel**2, 2) for kind in Kind}
    called = {kind: int(area[kind] >= LEAST_MM2) for kind in Kind}
    ages = {bleed.kind: str(bleed.age) for bleed in patient.bleeds}
    return {
        "study": name,
        "patient": patient.id,
        "series": f"{patient.id}_{examination.visit}",
        "site": examination.hospital,
        "scanner": f"{scanner.manufacturer} {scanner.model}",
        "slice": one.number,
        "thickness": examination.thickness,
        "any": max(called.values()),
        **{str(kind): called[kind] for kind in Kind},
        **{f"{kind}.mm2": area[kind] for kind in Kind},
        **{f"{kind}.age": ages.get(kind) if called[kind] else None for kind in Kind},
        **{str(thing): int(one.mask(thing).any()) for thing in Thing},
        "place": _place(one, called),
    }


def _place(one: Slice, called: dict[Kind, int]) -> str | None:
    areas = {kind: float(one.shares[kind].sum()) for kind in Kind if called[kind]}
    if not areas:
        return None
    near = sum(area * one.near[kind] for kind, area in areas.items()) / sum(areas.values())
    return SUPERFICIAL if near >= 0.5 else DEEP


def _box(name: str, region: str, mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Row:
    down, across = np.nonzero(mask)
    return {
        "study": name, "finding": str(region), "model": TRUTH, "condition": CLEAN, "box": 0,
        "x0": float(across.min()), "y0": float(down.min()), "x1": float(across.max() + 1), "y1": float(down.max() + 1),
        "rows": mask.shape[0], "columns": mask.shape[1], "score": None, "reader": None,
    }  # fmt: skip


def _tables(folder: Path, rows: dict[str, list[Row]]) -> WrittenHeads:
    slices = pl.DataFrame(rows["slices"], infer_schema_length=None)
    slices = slices.with_columns(pl.col("place", *(f"{kind}.age" for kind in Kind)).cast(pl.String))
    regions = pl.DataFrame(rows["regions"], schema=REGIONS_SCHEMA)
    masks = pl.DataFrame(rows["masks"], schema=["study", "region", "path"])
    truth = folder / "truth"
    for name, table in (("slices", slices), ("regions", regions), ("masks", masks)):
        write_table(table, truth / f"{name}.csv")
    write_table(_labels(slices), folder / "rsna" / "stage_2_train.csv")
    return WrittenHeads(folder / "rsna", truth, slices, regions, masks)


def _labels(slices: pl.DataFrame) -> pl.DataFrame:
    """Six rows an image, in the form of the published table."""
    long = slices.unpivot(list(_LABELS), index="study", variable_name="kind", value_name="Label")
    order = pl.col("study", "kind")
    return long.sort(order).select(ID=pl.format("{}_{}", "study", "kind"), Label=pl.col("Label").cast(pl.Int8))
