"""Seals of real tables and images; skipped where the data are absent."""

from pathlib import Path

import pytest

import fiducial as fd
from cohort.seals.making import CLAIM, edit, lay, sealed
from fiducial.cohort.seals.images import read_again


@pytest.mark.real
def test_the_whole_chest_xray14_table_is_sealed_and_a_change_in_it_is_found(real_data: Path, tmp_path: Path) -> None:
    table = real_data / "cohort_nih14" / "Data_Entry_2017_v2020.csv.gz"
    built = fd.build_cohort(fd.Source(table), layout="nih14").cohort
    whole = fd.split_cohort(built, fd.SplitRecipe(stratify=("label.pneumonia",))).cohort
    lay(tmp_path, claim=CLAIM.replace('"x"', '"pneumonia"'))
    whole.rows.write_csv(tmp_path / "cohort.csv")
    document = sealed(tmp_path).document()
    assert (document["cohort"]["studies"], document["cohort"]["patients"]) == (112_120, 30_805)
    assert fd.verify_cohort(tmp_path / "claim.toml").whole
    whole.rows.filter(whole.rows["study"] != whole.rows.filter(split="test")["study"][7]).write_csv(
        tmp_path / "cohort.csv"
    )
    edit(tmp_path, "auroc = 0.8", "auroc = 0.7")
    assert [one.what for one in fd.verify_cohort(tmp_path / "claim.toml").differences] == ["claim", "studies"]


@pytest.mark.real
@pytest.mark.parametrize("name", ["ct_slices_siim", "dicom_edge"])
def test_images_are_read_again_as_they_were_read_at_first(real_data: Path, name: str) -> None:
    source = fd.Source(real_data / name, fd.Unit.IMAGE, workers=1)
    built = fd.build_cohort(source, layout="dicom-folder").cohort
    assert built.files is not None
    again = read_again(built, workers=1).files
    assert again is not None
    assert built.files["pixel_hash"].equals(again["pixel_hash"], null_equal=True)
