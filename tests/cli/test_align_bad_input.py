"""Whatever lies in a folder: the pair is listed with its file and what to do, the batch goes on and ends with five."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from pydicom import dcmread

from align.small import FIELD, PLAIN, fixed, moving
from fiducial.phantoms.ct_series import Series, write_ct_series
from fiducial.scans.volume import Volume
from fiducial.scans.volumes import write_volume

Change = Callable[[Path], object]


def edit(path: Path, **elements: object) -> None:
    dataset = dcmread(path)
    for keyword, value in elements.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    dataset.save_as(path)


def edit_all(folder: Path, **elements: object) -> None:
    for path in folder.glob("*.dcm"):
        edit(path, **elements)


def one_slice(folder: Path) -> None:
    remove(*sorted(folder.glob("*.dcm"))[1:])


def remove(*paths: Path) -> None:
    for path in paths:
        path.unlink()


def duplicate_positions(folder: Path) -> None:
    other = Series(number=1)
    array = moving().array.copy()
    array[50] += 30
    write_ct_series(replace(moving(), array=array[50:51]), folder / "again", other)
    edit(folder / "again" / "0000.dcm", ImagePositionPatient=list(dcmread(folder / "0050.dcm").ImagePositionPatient))


def colours(folder: Path) -> None:
    size = int(np.prod(moving().array.shape[1:]))
    edit_all(folder, PhotometricInterpretation="RGB", SamplesPerPixel=3, PlanarConfiguration=0, BitsAllocated=8,
             BitsStored=8, HighBit=7, PixelData=bytes(size * 3))  # fmt: skip


def truncate(folder: Path) -> None:
    path = folder / "0040.dcm"
    path.write_bytes(path.read_bytes()[:-3000])


# What is done to the moving series of a pair, and what is then told of it.
UNUSABLE: dict[str, tuple[Change, str]] = {
    "a single slice": (one_slice, r"the moving scan covers 3 mm .*: give the whole series, not one slice of it"),
    "missing slices": (
        lambda folder: remove(folder / "0040.dcm", folder / "0041.dcm"),
        r"slices are missing: 0039.dcm and 0042.dcm lie 9.0 mm apart where 3.0 mm is usual; copy the whole series",
    ),
    "duplicate positions": (
        duplicate_positions,
        r"0050.dcm and 0000.dcm show different pixels at one place .* put each in a folder of its own",
    ),
    "two series in one folder": (
        lambda folder: write_ct_series(fixed(), folder / "more", Series(number=2, description="Late phase")),
        r"holds 2 series: .*Late phase .*put each in a folder of its own and name one",
    ),
    "mixed orientations": (
        lambda folder: edit(folder / "0040.dcm", ImageOrientationPatient=[1, 0, 0, 0, 0, -1]),
        r"0000.dcm and 0040.dcm lie in two orientations .*put each orientation in a folder of its own",
    ),
    "colours": (
        colours,
        r"0002.dcm and 127 more: holds colours \(RGB\), a screenshot perhaps; .* name the scan itself",
    ),
    "no RescaleSlope": (
        lambda folder: edit_all(folder, RescaleSlope=None),
        r"0002.dcm and 127 more: is a CT without RescaleSlope and RescaleIntercept, .* export the original again",
    ),
    "an offset of 1024": (
        lambda folder: edit_all(folder, RescaleIntercept=0),
        r"its offset of 1024 is lost; subtract 1024",
    ),
    "a DICOM segmentation": (
        lambda folder: edit_all(folder, Modality="SEG", SOPClassUID="1.2.840.10008.5.1.4.1.1.66.4"),
        r"holds a segmentation \(0000.dcm, .*\), no scan; name the CT that it was drawn on",
    ),
    "a truncated file": (truncate, r"0040.dcm: is cut off: .* \(6920 vs 9920 bytes\); copy the file again"),
    "another matrix in between": (
        lambda folder: write_ct_series(replace(moving(), array=moving().array[:1, :40]), folder / "x", Series()),
        r"bad-10/0000.dcm has 62 x 80 pixels and x/0000.dcm has 40 x 80; put each size in a folder of its own",
    ),
    "two patients": (
        lambda folder: edit_all(folder, PatientID="somebody"),
        r"the headers name two patients \(PatientID differs\): pair scans of one patient",
    ),
    "two patients in one folder": (
        lambda folder: edit(folder / "0040.dcm", PatientID="somebody"),
        r"holds slices of 2 patients under one series .*find out which files belong to whom",
    ),
    "an empty folder": (lambda folder: remove(*folder.glob("*")), r"holds no file; name the folder"),
    "another modality": (lambda folder: edit_all(folder, Modality="MR"), r"is no CT but MR; HU are needed"),
}


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, dict[str, object]]]:
    """All of them, one batch, beside pairs that are good; the answers by name."""
    folder = tmp_path_factory.mktemp("bad")
    write_ct_series(moving(), folder / "good", Series(number=1))
    write_ct_series(fixed(), folder / "fixed", Series(number=2))
    rows = [("good", "good", "fixed")]
    for number, (name, (change, _)) in enumerate(UNUSABLE.items()):
        broken = folder / f"bad-{number:02d}"
        shutil.copytree(folder / "good", broken)
        change(broken)
        rows.append((name, broken.name, "fixed"))
    rows += [
        ("the same folder twice", "good", "good"),
        ("a localizer among axials", with_localizer(folder), "fixed"),
        ("a copy of a slice", with_copy(folder), "fixed"),
        ("unequal fields of view", wide(folder), "fixed"),
        ("fields that share nothing", narrow(folder, (-170.0, 0.0)), narrow(folder, (170.0, 0.0))),
        ("a segmentation as NIfTI", labels(folder), "fixed"),
        ("a NIfTI that was cut off", cut_off(folder), "fixed"),
        ("nothing there", "absent", "fixed"),
        ("an empty cell", "", "fixed"),
        ("good at the end", "good", "fixed"),
    ]
    (folder / "pairs.csv").write_text("patient,moving,fixed\n" + "\n".join(map(",".join, rows)) + "\n")
    (folder / "options.toml").write_text("[align]\ncell = [3, 6, 6]\n")
    words = ["align", "pairs.csv", "--out", "aligned", "--options", "options.toml", "--workers", "1"]
    done = subprocess.run(  # noqa: S603  (ours)
        [sys.executable, "-m", "fiducial", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 5, done.stderr
    (folder / "told.txt").write_text(done.stdout)
    table = pl.read_parquet(folder / "aligned" / "pairs.parquet")
    return folder, {str(row["patient"]): row for row in table.iter_rows(named=True)}


def with_localizer(folder: Path) -> str:
    place = Path(shutil.copytree(folder / "good", folder / "localizer"))
    shutil.copy(place / "0010.dcm", place / "scout.dcm")
    edit(place / "scout.dcm", ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"], ImagePositionPatient=[0, 0, 0])
    return place.name


def with_copy(folder: Path) -> str:
    place = Path(shutil.copytree(folder / "good", folder / "copy"))
    shutil.copy(place / "0010.dcm", place / "copy-of-0010.dcm")
    return place.name


def wide(folder: Path) -> str:
    field = replace(FIELD, shape=(130, 90, 96), spacing=(3.0, 5.0, 5.0), middle=(20.0, 10.0))
    return write_ct_series(moving(PLAIN, field), folder / "wide", Series(number=3)).name


def narrow(folder: Path, middle: tuple[float, float]) -> str:
    field = replace(FIELD, shape=(60, 40, 20), spacing=(3.0, 6.0, 6.0), middle=middle)
    number = 4 if middle[0] < 0 else 5
    return write_ct_series(moving(PLAIN, field), folder / f"narrow{number}", Series(number=number)).name


def labels(folder: Path) -> str:
    mask = (moving().array > -300).astype(np.int16)
    write_volume(Volume(mask, moving().affine), folder / "labels.nii.gz")
    return "labels.nii.gz"


def cut_off(folder: Path) -> str:
    write_volume(moving(), folder / "whole.nii.gz")
    (folder / "cut.nii.gz").write_bytes((folder / "whole.nii.gz").read_bytes()[:9000])
    return "cut.nii.gz"


Batch = tuple[Path, dict[str, dict[str, object]]]


def told(batch: Batch, name: str, pattern: str) -> str:
    row = batch[1][name]
    assert row["verdict"] is None
    message = str(row["error"])
    assert Path(str(row["moving"])).name in message
    with pytest.raises(ValueError, match=pattern):
        raise ValueError(message)
    assert "Error" not in message
    return message


@pytest.mark.parametrize("name", UNUSABLE)
def test_it_is_told_with_its_folder_and_what_to_do(batch: Batch, name: str) -> None:
    told(batch, name, UNUSABLE[name][1])


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("the same folder twice", "moving and fixed are one series: give the other scan of the patient"),
        (
            "fields that share nothing",
            "share 0 mm along x, at least 40 mm are needed: give two scans that show the same",
        ),
        ("a segmentation as NIfTI", "a label map or a mask, no CT in HU; name the scan it was drawn on"),
        ("a NIfTI that was cut off", "cut.nii.gz: "),
        ("nothing there", "there is no such file or folder; paths are relative to the table"),
        ("an empty cell", "moving: the table names no scan; fill in a folder or a file, or remove the row"),
    ],
)
def test_a_pair_that_is_none_is_told(batch: Batch, name: str, pattern: str) -> None:
    told(batch, name, pattern)


@pytest.mark.parametrize("name", ["good", "good at the end", "unequal fields of view"])
def test_the_good_pairs_go_on(batch: Batch, name: str) -> None:
    row = batch[1][name]
    assert (row["verdict"], row["error"]) == ("verified", None)


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("a localizer among axials", "moving: scout.dcm: left out, is a localizer."),
        ("a copy of a slice", "moving: copy-of-0010.dcm: left out, is a copy of 0010.dcm."),
    ],
)
def test_what_is_left_out_is_noted(batch: Batch, name: str, note: str) -> None:
    row = batch[1][name]
    assert (row["verdict"], row["notes"]) == ("verified", note)
    assert note in (batch[0] / "aligned" / "index.html").read_text()


def test_the_page_lists_every_one_of_them(batch: Batch) -> None:
    page = (batch[0] / "aligned" / "index.html").read_text()
    failed = [row for row in batch[1].values() if row["verdict"] is None]
    assert len(failed) == len(UNUSABLE) + 6
    assert f"{len(failed)} that could not be read or used" in page
