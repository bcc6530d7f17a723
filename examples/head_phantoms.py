"""Heads on CT in the layout of RSNA 2019, made up, with the truth about every slice; and a sheet to look at.

    python examples/head_phantoms.py FOLDER [--patients 12] [--size 96] [--seed 7] [--shortcut coil] [--place deep]

FOLDER/rsna is for `fiducial cohort build FOLDER/rsna`; FOLDER/truth has what was drawn (slices.csv, regions.csv,
masks.csv); FOLDER/sheet.png shows each kind of bleeding in three windows. Nothing here is a medical device.
"""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image
from pydicom import dcmread

from fiducial.phantoms.heads.bleeds import Kind
from fiducial.phantoms.heads.implants import Thing
from fiducial.phantoms.heads.rsna import WrittenHeads, write_heads
from fiducial.phantoms.heads.three_hospitals import three_hospitals

WINDOWS = {"brain": (80, 40), "subdural": (200, 80), "bone": (2800, 600)}  # width, level
VENTRICLES = 75  # mm above the lowest slice


def main() -> None:
    """Write the heads and say what there is."""
    wish = wanted()
    shortcut = Thing(wish.shortcut) if wish.shortcut else None
    hospitals = three_hospitals(wish.patients, shortcut=shortcut, prevalence=wish.prevalence, place=wish.place)
    written = write_heads(wish.folder, hospitals, seed=wish.seed, size=wish.size)
    slices = written.slices
    print(f"{slices.height} images of {slices['patient'].n_unique()} patients in {written.folder}")
    for kind in ("any", *Kind, *Thing):
        print(f"  {kind}: {slices[str(kind)].sum()} images")
    draw_sheet(written, wish.folder / "sheet.png")
    print(f"truth in {written.truth}, a sheet in {wish.folder / 'sheet.png'}")


def wanted() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--patients", type=int, default=12)
    parser.add_argument("--size", type=int, default=512, help="rows and columns of a slice")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--prevalence", type=float, default=0.4)
    parser.add_argument("--place", choices=["superficial", "deep"], help="bleeds near the skull alone, or far from it")
    parser.add_argument("--shortcut", choices=list(Thing), help="what goes with bleeding at Dogwood and Elm")
    return parser.parse_args()


def draw_sheet(written: WrittenHeads, path: Path) -> None:
    """A column for each kind of bleeding and each thing: its largest area in three windows, and its mask."""
    columns = [column for region in (*Kind, *Thing) if (column := drawn(written, str(region))) is not None]
    highest = max(len(column) for column in columns)
    even = [np.pad(column, ((0, highest - len(column)), (0, 0))) for column in columns]
    Image.fromarray(np.hstack(even)).save(path)


def drawn(written: WrittenHeads, region: str) -> np.ndarray | None:
    """Of the slices that show much of a region the one next to the ventricles; windows from top to bottom, its mask."""
    masks = written.masks.filter(region=region).join(written.slices.select("study", "slice", "thickness"), on="study")
    if not masks.height:
        return None
    rows = masks.with_row_index("row").to_dicts()
    pictures = [np.asarray(Image.open(written.truth / one["path"])) for one in rows]
    areas = [int((picture > 0).sum()) for picture in pictures]
    much = [one for one in rows if areas[one["row"]] > max(areas) / 2]
    best = min(much, key=lambda one: abs(one["slice"] * one["thickness"] - VENTRICLES))
    dataset = dcmread(written.folder / "stage_2_train" / f"{best['study']}.dcm")
    hu = dataset.pixel_array * float(dataset.RescaleSlope) + float(dataset.RescaleIntercept)
    shown = [np.clip((hu - level) / width + 0.5, 0, 1) * 255 for width, level in WINDOWS.values()]
    return np.vstack([*(one.astype(np.uint8) for one in shown), pictures[best["row"]]])


if __name__ == "__main__":
    main()
