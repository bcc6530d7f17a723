"""Reading ``results.csv``: what is accepted, and what a broken row says."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from audit.metric.making import body, pair, volume, write_results
from fiducial.audit.metric.pairs import GREY, HU, read_pairs
from fiducial.errors import UnusableInput
from fiducial.scans.nifti_writing import write_volume


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return write_results(tmp_path, [pair(0), pair(1)])


def edited(path: Path, **columns: str | None) -> Path:
    frame = pl.read_csv(path, infer_schema=False).with_columns(**{name: pl.lit(text) for name, text in columns.items()})
    frame.write_csv(path)
    return path


def test_a_row_is_read_from_the_folder_of_the_table(results: Path) -> None:
    first = read_pairs(results)[0].read()
    assert (first.study, first.patient, first.units) == ("s0", "p0", HU)
    assert np.array_equal(first.target.array, pair(0).target.array)
    assert first.target.spacing == pytest.approx((6, 3, 3))


def test_another_name_of_a_column_can_be_given(results: Path) -> None:
    frame = pl.read_csv(results).rename({"patient": "subject"})
    frame.write_csv(results)
    assert read_pairs(results, {"patient": "subject"})[1].patient == "p1"


def test_a_missing_column_is_told(results: Path) -> None:
    pl.read_csv(results).drop("target").write_csv(results)
    with pytest.raises(UnusableInput, match="no column 'target'"):
        read_pairs(results)


def test_a_study_that_repeats_is_refused(results: Path) -> None:
    with pytest.raises(UnusableInput, match="repeats study='s0'"):
        read_pairs(edited(results, study="s0"))


def test_the_slices_of_one_study_may_be_rows_of_their_own(results: Path) -> None:
    frame = pl.read_csv(edited(results, study="s0"), infer_schema=False)
    frame.with_columns(pl.Series("slice", ["3", "4"])).write_csv(results)
    assert [one.read().slice for one in read_pairs(results)] == [3, 4]


@pytest.mark.parametrize(("slice_", "why"), [("20", "not among 0 to 19"), ("third", "must be a number")])
def test_a_slice_that_is_not_there_is_told(results: Path, slice_: str, why: str) -> None:
    with pytest.raises(UnusableInput, match=f"row 2: .*{why}"):
        read_pairs(edited(results, slice=slice_))[0].read()


def test_a_mask_may_be_a_file(results: Path) -> None:
    mask = (pair(0).target.array > -300).astype(np.int16)
    write_volume(volume(mask), results.with_name("body.nii.gz"))
    read = read_pairs(edited(results, mask="body.nii.gz"))[0].read()
    assert read.mask is not None
    assert np.array_equal(read.mask.array, mask)


def test_an_absent_file_is_told_with_row_and_column(results: Path) -> None:
    with pytest.raises(UnusableInput, match=r"results.csv: row 2: prediction gone.nii: there is no such file"):
        read_pairs(edited(results, prediction="gone.nii"))[0].read()


def test_axes_that_run_the_other_way_are_refused() -> None:
    whole = pair(0)
    affine = whole.target.affine.copy()
    affine[:3, 0] *= -1
    with pytest.raises(UnusableInput, match="axes of the prediction run another way"):
        replace(whole, prediction=replace(whole.prediction, affine=affine)).read()


def grey_image(path: Path, mode: str = "L") -> None:
    plane = (body(0, contrast=0, noise=1)[8].astype(int) + 1000) // 8
    Image.fromarray(np.clip(plane, 0, 255).astype(np.uint8)).convert(mode).save(path)


def test_png_is_read_in_grey_levels(tmp_path: Path) -> None:
    for name in "pt":
        grey_image(tmp_path / f"{name}.png")
    (tmp_path / "r.csv").write_text("study,prediction,target,slice\na,p.png,t.png,57\n")
    [row] = read_pairs(tmp_path / "r.csv")
    assert row.read().units is GREY
    assert row.read().slice is None  # 57 says where it was taken


def test_grey_levels_beside_hu_are_refused(tmp_path: Path) -> None:
    grey_image(tmp_path / "p.png")
    write_volume(volume(body(0, contrast=0, noise=1)), tmp_path / "t.nii")
    (tmp_path / "r.csv").write_text("study,prediction,target\na,p.png,t.nii\n")
    with pytest.raises(UnusableInput, match="prediction in grey levels, the rest in HU"):
        read_pairs(tmp_path / "r.csv")[0].read()


def test_colour_is_refused(tmp_path: Path) -> None:
    grey_image(tmp_path / "p.png", "RGB")
    (tmp_path / "r.csv").write_text("study,prediction,target\na,p.png,p.png\n")
    with pytest.raises(UnusableInput, match=r"row 2: prediction p.png: is in colour; save it in grey"):
        read_pairs(tmp_path / "r.csv")[0].read()
