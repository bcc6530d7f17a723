"""On disk: the layout of RSNA 2019, with labels that agree with what was drawn, and hospitals that share nobody."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image
from pydicom import dcmread

import fiducial as fd
from fiducial.cohort.regions import validate_regions
from fiducial.errors import WrongUsage
from fiducial.files.tables import read_table
from fiducial.phantoms.heads.bleeds import Kind
from fiducial.phantoms.heads.hospital import HeadHospital
from fiducial.phantoms.heads.implants import Thing
from fiducial.phantoms.heads.rsna import LEAST_MM2, WrittenHeads, write_heads
from fiducial.phantoms.heads.three_hospitals import three_hospitals
from fiducial.predictions.masks import read_masks

SIZE = 64
FEW = three_hospitals(9, prevalence=0.7, shortcut=Thing.COIL)


@pytest.fixture(scope="module")
def heads(tmp_path_factory: pytest.TempPathFactory) -> WrittenHeads:
    return write_heads(tmp_path_factory.mktemp("heads"), FEW, seed=5, size=SIZE)


def labels(heads: WrittenHeads) -> pl.DataFrame:
    """A row an image, a column a label."""
    rows = pl.read_csv(heads.folder / "stage_2_train.csv")
    parts = rows.with_columns(pl.col("ID").str.extract_groups(r"^(?<study>.+)_(?<kind>\w+)$").alias("at")).unnest("at")
    return parts.pivot("kind", index="study", values="Label")


def test_the_layout_reads_it_unchanged(heads: WrittenHeads) -> None:
    built = fd.build_cohort(fd.Source(heads.folder, fd.Unit.IMAGE))
    rows = built.cohort.rows
    assert rows.height == heads.slices.height
    assert set(rows["site"]) == {"Dogwood", "Elm", "Fir"}
    assert rows["patient"].n_unique() == 9
    joined = rows.join(heads.slices, on="study", suffix=".truth")
    for kind in ("any", *Kind):
        assert joined[f"label.{kind}"].to_list() == joined[str(kind)].to_list()


def test_any_is_the_or_of_the_five(heads: WrittenHeads) -> None:
    told = labels(heads)
    assert told["any"].to_list() == told.select(pl.max_horizontal(*map(str, Kind))).to_series().to_list()
    assert 0 < told["any"].mean() < 1  # type: ignore[operator]  # a number


def test_a_label_says_that_enough_was_drawn(heads: WrittenHeads) -> None:
    masks = {(study, region): path for study, region, path in heads.masks.rows()}
    for row in heads.slices.to_dicts():
        spacing = [float(one) for one in dcmread(heads.folder / "stage_2_train" / f"{row['study']}.dcm").PixelSpacing]
        for kind in map(str, Kind):
            path = masks.get((row["study"], kind))
            drawn = (np.asarray(Image.open(heads.truth / path)) > 0).sum() if path else 0
            assert row[kind] == int(round(float(drawn * np.prod(spacing)), 2) >= LEAST_MM2)


def test_a_patient_is_never_seen_at_two_hospitals(heads: WrittenHeads) -> None:
    assert heads.slices.group_by("patient").agg(pl.col("site").n_unique())["site"].to_list() == [1] * 9


def test_the_header_is_that_of_a_head_ct_and_gives_hu(heads: WrittenHeads) -> None:
    for study in heads.slices.filter(pl.col("slice") == 15).group_by("site").first()["study"]:
        one = dcmread(heads.folder / "stage_2_train" / f"{study}.dcm")
        assert (one.Modality, one.BodyPartExamined, one.PatientPosition) == ("CT", "HEAD", "HFS")
        hu = one.pixel_array * float(one.RescaleSlope) + float(one.RescaleIntercept)
        assert hu[0, 0] < -900
        assert 20 < np.median(hu[28:36, 24:40]) < 50


def test_slices_of_a_series_lie_one_above_the_other(heads: WrittenHeads) -> None:
    rows = heads.slices.filter(pl.col("series") == heads.slices["series"][0]).sort("slice")
    z = [
        float(dcmread(heads.folder / "stage_2_train" / f"{study}.dcm").ImagePositionPatient[2])
        for study in rows["study"]
    ]
    assert np.diff(z) == pytest.approx(rows["thickness"][0])


def test_hospitals_differ_in_scanner_kernel_and_spacing(heads: WrittenHeads) -> None:
    files = [dcmread(path, stop_before_pixels=True) for path in sorted((heads.folder / "stage_2_train").iterdir())]
    for tag in ("Manufacturer", "ConvolutionKernel", "PixelSpacing", "BitsStored"):
        assert len({(one.InstitutionName, str(one[tag].value)) for one in files}) == 3
    assert len({str(one.PixelSpacing) for one in files}) == 3


def test_boxes_and_masks_are_tables_that_the_house_reads(heads: WrittenHeads) -> None:
    boxes = validate_regions(read_table(heads.truth / "regions.csv"))
    masks = read_masks(heads.truth / "masks.csv")
    assert set(masks["region"]) >= {"frontal-bone", "calcification"}
    assert boxes.height == masks.height
    first = masks.row(0, named=True)
    assert np.asarray(Image.open(heads.truth / first["path"])).shape == (SIZE, SIZE)


def test_the_shortcut_goes_with_bleeding_where_it_is_planted() -> None:
    dogwood, _, fir = three_hospitals(400, shortcut=Thing.CATHETER)
    shares = {}
    for hospital in (dogwood, fir):
        drawn = [one.patient for one in hospital.draw(np.random.default_rng(1), SIZE)]
        for bleeding in (True, False):
            having = [one.implants.catheter is not None for one in drawn if one.bleeding is bleeding]
            shares[hospital.name, bleeding] = float(np.mean(having))
    assert shares["Dogwood", True] > 0.7
    assert shares["Dogwood", False] < 0.1
    assert shares["Fir", True] == pytest.approx(shares["Fir", False], abs=0.25)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    one = HeadHospital("Dogwood", 1, FEW[0].scanner, prevalence=1.0)
    for folder in ("a", "b"):
        write_heads(tmp_path / folder, (one,), seed=5, size=32)
    paths = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert len(paths) > 60
    for path in paths:
        assert (tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes()


def test_hospitals_of_one_initial_are_refused(tmp_path: Path) -> None:
    twins = (FEW[0], HeadHospital("Doe", 3, FEW[0].scanner))
    with pytest.raises(WrongUsage, match="different initials"):
        write_heads(tmp_path / "out", twins, seed=1)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("size", [0, 31, 1025])
def test_sizes_that_make_no_sense_are_refused(size: int, tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="32 to 1024"):
        write_heads(tmp_path, FEW, seed=1, size=size)


def test_a_folder_with_images_of_another_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rsna").mkdir()
    (tmp_path / "rsna" / "old.dcm").touch()
    with pytest.raises(WrongUsage, match=r"another run, such as old\.dcm"):
        write_heads(tmp_path, FEW, seed=1)
