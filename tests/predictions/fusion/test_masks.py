"""Masks on disk become those of the ensemble, on the grid that they share; who drew none is no vote."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import SimpleITK as sitk  # noqa: N813  (as its own documentation does)
from typer.testing import CliRunner

from fiducial.cli.app import app
from fiducial.errors import UnusableInput
from fiducial.predictions.fusion.ensemble import Ensembled, fuse_predictions
from fiducial.predictions.fusion.mask_rules import Voxels
from fiducial.predictions.masks import read_masks

SPACING = (0.5, 0.7, 3.0)


def block(start: int, shape: tuple[int, int, int] = (3, 12, 12)) -> Voxels:
    mask = np.zeros(shape, dtype=np.float32)
    mask[1, start : start + 5, 2:8] = 1
    return mask


def member(folder: Path, name: str, *masks: np.ndarray | None, spacing: tuple[float, float, float] = SPACING) -> Path:
    """One predictions table with the masks of its studies beside it; None where the model failed."""
    path, rows = folder / f"{name}.csv", []
    for number, mask in enumerate(masks):
        if mask is not None:
            image = sitk.GetImageFromArray(mask)
            image.SetSpacing(spacing)
            image.SetOrigin((1.0, -2.0, 30.0))
            file = f"{name}.masks/s{number}.nii.gz"
            (folder / file).parent.mkdir(exist_ok=True)
            sitk.WriteImage(image, str(folder / file))
            rows.append({"study": f"s{number}", "region": "lung", "path": file})
    pl.DataFrame(rows).write_csv(folder / f"{name}.masks.csv")
    scores = [None if mask is None else 0.5 for mask in masks]
    reasons = ["out of memory" if mask is None else None for mask in masks]
    studies = [f"s{number}" for number in range(len(masks))]
    pl.DataFrame(
        {"study": studies, "finding": "lung", "model": name, "score": scores, "reason": reasons},
        schema_overrides={"score": pl.Float64, "reason": pl.String},
    ).write_csv(path)
    return path


def fused(folder: Path, *members: Path, rule: str = "mean", more: str = "") -> Ensembled:
    recipe = folder / "fusion.toml"
    recipe.write_text(f'[ensemble]\nname = "all"\n{more}\n[scores]\nrule = "mean"\n[masks]\nrule = "{rule}"\n')
    return fuse_predictions(members, recipe, folder / "all.csv")


def only_mask(found: Ensembled, folder: Path) -> sitk.Image:
    table = read_masks(folder / "all.masks.csv")
    assert found.masks is not None
    assert found.masks.failed == {}
    return sitk.ReadImage(str(folder / table["path"][0]))


def test_the_fused_mask_lies_on_the_grid_of_its_members(tmp_path: Path) -> None:
    found = fused(tmp_path, member(tmp_path, "a", block(2)), member(tmp_path, "b", block(2)))
    image = only_mask(found, tmp_path)
    np.testing.assert_array_equal(sitk.GetArrayFromImage(image), block(2))
    assert image.GetSpacing() == pytest.approx(SPACING)
    assert image.GetOrigin() == pytest.approx((1.0, -2.0, 30.0))


def test_whole_numbers_that_are_not_0_are_inside(tmp_path: Path) -> None:
    found = fused(tmp_path, member(tmp_path, "a", (block(2) * 7).astype(np.uint8)))
    np.testing.assert_array_equal(sitk.GetArrayFromImage(only_mask(found, tmp_path)), block(2))


def test_who_failed_is_no_vote_and_below_the_quorum_there_is_no_mask(tmp_path: Path) -> None:
    members = member(tmp_path, "a", block(2), block(4)), member(tmp_path, "b", block(2), None)
    found = fused(tmp_path, *members)
    assert found.masks is not None
    assert found.masks.failed == {"s1: lung": "1 of 2 members answered (no mask of b)"}
    assert found.masks.table["study"].to_list() == ["s0"]
    assert found.exit_code == 5
    alone = fused(tmp_path, *members, more="quorum = 1")
    assert alone.masks is not None
    assert alone.masks.table["study"].to_list() == ["s0", "s1"]


def test_a_weight_of_0_silences_a_mask(tmp_path: Path) -> None:
    found = fused(
        tmp_path, member(tmp_path, "a", block(2)), member(tmp_path, "b", block(6)), more="[ensemble.weights]\nb = 0"
    )
    np.testing.assert_array_equal(sitk.GetArrayFromImage(only_mask(found, tmp_path)), block(2))


def test_grids_that_differ_are_told_with_both_and_the_rest_goes_on(tmp_path: Path) -> None:
    found = fused(
        tmp_path,
        member(tmp_path, "a", block(2), block(2)),
        member(tmp_path, "b", block(2, (3, 12, 14)), block(2)),
    )
    assert found.masks is not None
    assert "b.masks/s0.nii.gz: lies on another grid than s0.nii.gz (3 x 12 x 14" in found.masks.failed["s0: lung"]
    assert found.masks.table["study"].to_list() == ["s1"]


def test_a_file_of_hounsfield_units_is_no_mask(tmp_path: Path) -> None:
    found = fused(tmp_path, member(tmp_path, "a", block(2) * 40))
    assert found.masks is not None
    assert "holds 0 to 40; a mask of fractions holds probabilities from 0 to 1" in found.masks.failed["s0: lung"]


def test_a_cut_off_file_is_told_and_stops_nobody(tmp_path: Path) -> None:
    paths = member(tmp_path, "a", block(2), block(2)), member(tmp_path, "b", block(2), block(2))
    file = tmp_path / "b.masks" / "s0.nii.gz"
    file.write_bytes(file.read_bytes()[:60])
    found = fused(tmp_path, *paths)
    assert found.masks is not None
    assert list(found.masks.failed) == ["s0: lung"]
    assert "s0.nii.gz" in found.masks.failed["s0: lung"]


def test_staple_tells_how_well_each_member_finds_the_region(tmp_path: Path) -> None:
    members = [member(tmp_path, name, block(start)) for name, start in (("a", 2), ("b", 2), ("c", 7))]
    fused(tmp_path, *members, rule="staple")
    told = json.loads((tmp_path / "all.fusion.json").read_text())["masks"]["lung"]
    assert told["a"]["sensitivity"] == pytest.approx(1)
    assert told["c"]["sensitivity"] == pytest.approx(0, abs=1e-6)


def test_a_table_of_several_models_cannot_say_whose_masks_they_are(tmp_path: Path) -> None:
    path = member(tmp_path, "a", block(2))
    pl.DataFrame({"study": "s0", "finding": "lung", "model": ["a", "b"], "score": 0.5}).write_csv(path)
    with pytest.raises(UnusableInput, match=r"a\.masks\.csv: stands beside predictions of several models \(a, b\)"):
        fused(tmp_path, path)


def test_the_verb_tells_which_masks_are_missing(tmp_path: Path) -> None:
    members = member(tmp_path, "a", block(2), block(4)), member(tmp_path, "b", block(2), None)
    recipe = tmp_path / "fusion.toml"
    recipe.write_text('[ensemble]\nname = "all"\n')
    said = CliRunner().invoke(
        app, ["fuse", *map(str, members), "--recipe", str(recipe), "--out", str(tmp_path / "all.csv")]
    )
    assert said.exit_code == 5
    assert "1 of 2 masks fused." in said.stdout
    assert "s1: lung: no mask: 1 of 2 members answered (no mask of b)" in said.stderr
