"""The four faults are really there, as recorded, and nowhere else."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from pydicom import dcmread

from fiducial.errors import WrongUsage
from fiducial.phantoms.hidden_faults import Planted, draw_images, hospitals, write_hospitals_with_hidden_faults


def letters(planted: Planted, path: str) -> bool:
    """Whether the corner on the viewer's left is brighter than open air can be."""
    dataset = dcmread(planted.folder / path)
    return bool(dataset.pixel_array[2:18, 2:28].max() == 2**dataset.BitsStored - 1)


def share_of_ill(planted: Planted, *which: pl.Expr) -> float:
    return float(np.mean(planted.truth.filter(*which)["ill"].to_numpy()))


def test_every_file_is_labelled_and_every_label_has_its_file(planted: Planted) -> None:
    labels = pl.read_csv(planted.labels)
    assert labels.columns == ["path", "label.opacity", "split"]
    found = {path.relative_to(planted.folder).as_posix() for path in planted.folder.rglob("*.dcm")}
    assert set(labels["path"]) == found


def test_the_marker_goes_with_illness_at_alder_alone(planted: Planted) -> None:
    at = pl.col("site")
    marked = pl.col("marker").is_not_null()
    assert share_of_ill(planted, at == "Alder", marked) > 0.9
    assert not planted.truth.filter(at == "Birch", marked).height
    assert share_of_ill(planted, at == "Cedar", marked) == pytest.approx(share_of_ill(planted, at == "Cedar"), abs=0.25)


def test_the_marker_is_in_the_pixels(planted: Planted) -> None:
    assert planted.marked
    alder = planted.truth.filter(pl.col("site") == "Alder")
    assert {path for path in alder["path"] if letters(planted, path)} == set(planted.marked)


def test_the_scanner_goes_with_the_label_at_birch(planted: Planted) -> None:
    birch = pl.col("site") == "Birch"
    assert share_of_ill(planted, birch, pl.col("scanner") == "Northlight Rover") > 0.85
    assert share_of_ill(planted, birch, pl.col("scanner") == "Northlight Wall 3") < 0.15


def test_the_scanner_shows_in_the_pixels_of_birch(planted: Planted) -> None:
    birch = planted.truth.filter(pl.col("site") == "Birch")
    brightest = [np.percentile(dcmread(planted.folder / path).pixel_array, 99) for path in birch["path"]]
    portable = (birch["scanner"] == "Northlight Rover").to_numpy()
    assert np.max(np.array(brightest)[portable]) < np.min(np.array(brightest)[~portable])


def test_some_patients_lie_in_two_splits_and_none_of_them_is_external(planted: Planted) -> None:
    external = planted.truth.filter(pl.col("split") == "external")
    assert len(planted.straddlers) >= 5
    assert set(external["site"]) == {"Cedar"}
    assert not set(external["patient"]) & set(planted.straddlers)


def test_copies_have_equal_pixels_and_other_identifiers(planted: Planted) -> None:
    assert len(planted.copies) >= 8
    for pair in planted.copies:
        original, copy = (dcmread(planted.folder / path) for path in pair)
        assert original.PixelData == copy.PixelData
        assert original.SOPInstanceUID != copy.SOPInstanceUID


def test_some_copies_bear_another_patient_and_all_keep_their_label(planted: Planted) -> None:
    told = {row["path"]: row for row in planted.truth.to_dicts()}
    pairs = [(told[original], told[copy]) for original, copy in planted.copies]
    assert {original["patient"] == copy["patient"] for original, copy in pairs} == {True, False}
    assert all(original["ill"] == copy["ill"] for original, copy in pairs)


def test_pixels_that_nobody_copied_are_unique(planted: Planted) -> None:
    originals = planted.truth.filter(pl.col("copy_of").is_null())["path"]
    assert len({dcmread(planted.folder / path).PixelData for path in originals}) == len(originals)


def test_the_same_seed_gives_the_same_bytes(planted: Planted, tmp_path: Path) -> None:
    again = write_hospitals_with_hidden_faults(tmp_path, seed=3, patients=60)
    assert again.truth.equals(planted.truth)
    for path in ["labels.csv", *planted.truth["path"]]:
        assert (tmp_path / path).read_bytes() == (planted.folder / path).read_bytes()


def test_another_seed_gives_other_patients() -> None:
    one, other = (draw_images(np.random.default_rng(seed), hospitals(30))[0].acquisition.patient for seed in (1, 2))
    assert one != other


def test_progress_ends_at_the_number_of_images(tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    planted = write_hospitals_with_hidden_faults(
        tmp_path, seed=1, patients=30, told=lambda done, total: heard.append((done, total))
    )
    assert heard[-1] == (planted.truth.height, planted.truth.height)


def test_too_few_patients_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="at least 30, got 29"):
        write_hospitals_with_hidden_faults(tmp_path / "out", seed=1, patients=29)
    assert not (tmp_path / "out").exists()


def test_a_folder_with_images_of_another_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "old.dcm").touch()
    with pytest.raises(WrongUsage, match=r"another run, such as old\.dcm"):
        write_hospitals_with_hidden_faults(tmp_path, seed=1, patients=30)
