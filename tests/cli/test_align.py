"""``fiducial align`` as a user meets it: verdicts, exit codes, files."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import SimpleITK as sitk  # noqa: N813  (its users know it by no other name)
from numpy.typing import NDArray
from PIL import Image

from align.small import COUCH, FIELD, fixed, moving, placed
from fiducial.phantoms.ct_series import Series, write_ct_series
from fiducial.scans.volumes import write_volume

Run = Callable[..., "subprocess.CompletedProcess[str]"]
OPTIONS = "[align]\ncell = [3, 6, 6]\n"


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plain and a contrast series of one patient, one of somebody else, and a torn one."""
    folder = tmp_path_factory.mktemp("scans")
    write_ct_series(moving(), folder / "plain", Series(number=1))
    write_ct_series(fixed(), folder / "contrast", Series(number=2))
    write_ct_series(placed(fixed(), by=(0, 0, 500)), folder / "one-frame", Series(number=3, frame="1.2.3"))
    write_ct_series(moving(), folder / "same-frame", Series(number=4, frame="1.2.3"))
    write_volume(moving(), folder / "plain.nii.gz")
    write_volume(fixed(), folder / "contrast.nii")
    write_volume(fixed(patient=5), folder / "stranger.nii.gz")
    (folder / "cut.nii.gz").write_bytes((folder / "plain.nii.gz").read_bytes()[:5000])
    (folder / "options.toml").write_text(OPTIONS)
    return folder


def one(fiducial: Run, scans: Path, first: str, second: str, *words: str) -> "subprocess.CompletedProcess[str]":
    return fiducial("align", "one", scans / first, scans / second, "--options", scans / "options.toml", *words)


def test_a_true_pair_of_dicom_folders_ends_with_zero(fiducial: Run, scans: Path) -> None:
    done = one(fiducial, scans, "plain", "contrast")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("verified\n")
    assert "Add -140." in done.stdout
    assert "at least 60" in done.stdout


def test_json_has_the_keys_that_were_promised(fiducial: Run, scans: Path) -> None:
    done = one(fiducial, scans, "plain.nii.gz", "contrast.nii", "--json")
    document = json.loads(done.stdout)
    assert {"schema", "verdict", "reasons", "shift_mm", "shift_xyz_mm", "overlap_mm", "gates"} <= document.keys()
    assert (document["verdict"], document["reasons"], done.returncode) == ("verified", [], 0)
    assert document["shift_mm"] == document["shift_xyz_mm"][2] == pytest.approx(COUCH, abs=1)
    assert document["overlap_mm"] == pytest.approx(330, abs=4)
    assert all(set(gate) == {"name", "value", "floor", "passed", "why"} for gate in document["gates"])


def test_another_patient_ends_with_one_and_a_reason(fiducial: Run, scans: Path) -> None:
    done = one(fiducial, scans, "plain.nii.gz", "stranger.nii.gz")
    assert done.returncode == 1
    assert done.stdout.startswith("dropped\n")
    assert "bones-do-not-overlap: The bones do not cover each other" in done.stdout


def test_a_doubt_ends_with_three(fiducial: Run, scans: Path) -> None:
    done = one(fiducial, scans, "same-frame", "one-frame", "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["reasons"] == ["frame-of-reference-disagrees"]


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("cut.nii.gz", "contrast.nii", "cut.nii.gz: "),
        ("plain", "absent", "absent: there is no such file or folder; check the name."),
        ("plain", "plain", "moving .*plain, fixed .*plain: moving and fixed are one series: give the other scan"),
        ("plain.nii.gz", "plain.nii.gz", "hold the same pixels: give the other scan of the patient"),
    ],
)
def test_a_scan_that_cannot_be_used_ends_with_four_and_its_name(
    fiducial: Run, scans: Path, first: str, second: str, told: str
) -> None:
    done = one(fiducial, scans, first, second)
    assert (done.returncode, done.stdout) == (4, "")
    with pytest.raises(AssertionError, match=told):
        raise AssertionError(done.stderr)


def test_a_wrong_key_ends_with_four(fiducial: Run, scans: Path, tmp_path: Path) -> None:
    (tmp_path / "options.toml").write_text("[align]\noverlap = 3")
    done = fiducial("align", "one", scans / "plain", scans / "contrast", "--options", "options.toml")
    assert done.returncode == 4
    assert "align.overlap: unknown key. Did you mean 'overlap_mm'?" in done.stderr


def test_the_picture_is_written_where_it_is_asked_for(fiducial: Run, scans: Path, tmp_path: Path) -> None:
    done = one(fiducial, scans, "plain", "contrast", "--picture", "pair.png")
    assert (done.returncode, [path.name for path in tmp_path.iterdir()]) == (0, ["pair.png"])
    assert done.stdout.endswith("pair.png shows both scans at the place found.\n")
    with Image.open(tmp_path / "pair.png") as image:
        assert image.format == "PNG"


@pytest.mark.parametrize("name", ["contrast", "contrast.nii"])
def test_without_a_name_the_picture_is_named_after_the_fixed_scan(
    fiducial: Run, scans: Path, tmp_path: Path, name: str
) -> None:
    done = one(fiducial, scans, "plain.nii.gz", name, "--json")
    assert json.loads(done.stdout)["verdict"] == "verified"
    assert "contrast.align.png shows both scans" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["contrast.align.png"]


def test_no_picture_leaves_nothing(fiducial: Run, scans: Path, tmp_path: Path) -> None:
    done = one(fiducial, scans, "plain.nii.gz", "contrast.nii", "--no-picture")
    assert "shows both" not in done.stdout + done.stderr
    assert not list(tmp_path.iterdir())


def test_a_picture_and_none_are_wrong_usage(fiducial: Run, scans: Path) -> None:
    done = one(fiducial, scans, "plain.nii.gz", "contrast.nii", "--no-picture", "--picture", "a.png")
    assert done.returncode == 2
    assert "contradict each other" in done.stderr


def test_a_picture_that_cannot_be_written_still_leaves_the_verdict(fiducial: Run, scans: Path) -> None:
    done = one(fiducial, scans, "plain.nii.gz", "contrast.nii", "--picture", str(scans / "contrast.nii" / "a.png"))
    assert done.returncode == 4
    assert done.stdout.startswith("verified\n")
    assert "a.png: cannot be written" in done.stderr


@pytest.fixture(scope="module")
def aligned(scans: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of one pair of each kind, run once with slices and refinement."""
    folder = tmp_path_factory.mktemp("batch")
    rows = [("a", "plain", "contrast"), ("b", "plain.nii.gz", "stranger.nii.gz"), ("c", "same-frame", "one-frame"),
            ("d", "cut.nii.gz", "contrast.nii"), ("e", "plain.nii.gz", "contrast.nii")]  # fmt: skip
    table = "\n".join(f"{patient},{scans / first},{scans / second}" for patient, first, second in rows)
    (folder / "pairs.csv").write_text(f"patient,moving,fixed\n{table}\n")
    words = ["align", "pairs.csv", "--out", "aligned", "--options", str(scans / "options.toml"), "--slices", "--refine"]
    command = [sys.executable, "-m", "fiducial", *words, "--workers", "1"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603  (ours)
    (folder / "told.txt").write_text(done.stdout + done.stderr)
    (folder / "code.txt").write_text(str(done.returncode))
    return folder


def test_a_batch_with_an_unusable_pair_ends_with_five_and_lists_it(aligned: Path) -> None:
    told = (aligned / "told.txt").read_text()
    assert (aligned / "code.txt").read_text() == "5"
    assert "1 dropped, 1 failed, 1 review, 2 verified" in told
    assert "pairs/0004: failed: moving: " in told
    assert "cut.nii.gz" in told


def test_the_table_has_every_number_of_every_gate(aligned: Path) -> None:
    table = pl.read_parquet(aligned / "aligned" / "pairs.parquet")
    assert table["verdict"].to_list() == ["verified", "dropped", "review", None, "verified"]
    document = json.loads((aligned / "aligned" / "pairs" / "0001" / "pair.json").read_text())
    row = table.row(0, named=True)
    assert len(document["gates"]) >= 11
    for gate in document["gates"]:
        for part in ("value", "floor", "passed"):
            assert row[f"{gate['name']}.{part}"] == gate[part]
    assert row["shift_z_mm"] == document["shift_mm"]
    assert (table["patient"].to_list(), row["folder"]) == (list("abcde"), "pairs/0001")


def test_only_verified_pairs_become_volumes(aligned: Path) -> None:
    written = {path.parent.name for path in (aligned / "aligned").rglob("*.nii.gz")}
    assert written == {"0001", "0005"}
    drawn = {path.parent.name for path in (aligned / "aligned").rglob("sheet.png")}
    assert drawn == {"0001", "0002", "0003", "0005"}


def test_another_reader_finds_both_on_one_grid_in_patient_space(aligned: Path) -> None:
    place = aligned / "aligned" / "pairs" / "0005"
    moved, still = (sitk.ReadImage(str(place / f"{name}.nii.gz")) for name in ("moving", "fixed"))
    assert moved.GetPixelID() == still.GetPixelID() == sitk.sitkInt16
    assert moved.GetSize() == still.GetSize()
    assert moved.GetOrigin() == pytest.approx(still.GetOrigin(), abs=1e-3)
    # SimpleITK gives LPS: the grid is the fixed scan's own, whose first voxel it begins with.
    assert still.GetOrigin() == pytest.approx(tuple(fixed().affine[:3, 3]), abs=1e-2)
    assert still.GetSpacing() == pytest.approx(FIELD.spacing[::-1], abs=1e-4)
    one, other = (sitk.GetArrayFromImage(image) for image in (moved, still))
    assert np.array_equal(other, fixed().array[: len(other)])
    moved_by = {by: bones_alike(one[4 + by : len(one) - 4 + by], other[4:-4]) for by in range(-4, 5)}
    assert max(moved_by, key=lambda by: moved_by[by]) == 0


def bones_alike(one: NDArray[np.int16], other: NDArray[np.int16]) -> float:
    return float(np.corrcoef(one.clip(300, 900).ravel(), other.clip(300, 900).ravel())[0, 1])


def test_the_affine_is_ras_in_the_file(aligned: Path) -> None:
    """The sform, read from its bytes (nifti1.h: srow_x at 280): RAS is LPS with x and y turned round."""
    with gzip.open(aligned / "aligned" / "pairs" / "0005" / "fixed.nii.gz") as stream:
        header = stream.read(348)
    rows = np.frombuffer(header, "<f4", 12, 280).reshape(3, 4)
    ours = fixed().affine[:3, [2, 1, 0, 3]]
    assert rows == pytest.approx(ours * np.array([[-1], [-1], [1]]), abs=1e-3)


def test_slices_are_lifted_by_1024(aligned: Path) -> None:
    place = aligned / "aligned" / "pairs" / "0005"
    volume = sitk.GetArrayFromImage(sitk.ReadImage(str(place / "fixed.nii.gz")))
    slices = sorted((place / "fixed").glob("*.png"))
    assert len(slices) == len(volume) == len(list((place / "moving").glob("*.png")))
    with Image.open(slices[7]) as image:
        assert np.array_equal(np.asarray(image).astype(int) - 1024, volume[7])


def test_the_residual_is_told_and_rescues_nothing(aligned: Path) -> None:
    table = pl.read_parquet(aligned / "aligned" / "pairs.parquet")
    residual = table["residual.shift_mm_z"].to_list()
    assert [value is not None for value in residual] == [True, False, False, False, True]
    assert all(abs(value) < 2 for value in residual if value is not None)


def test_the_page_counts_and_gives_each_reason_in_words(aligned: Path) -> None:
    page = (aligned / "aligned" / "index.html").read_text()
    assert "5 pairs in, 2 out" in page
    assert "The bones do not cover each other at this place" in page
    assert "the patient moved, or a header was copied" in page
    assert "cut.nii.gz" in page
    assert ">at least 60</td>" in page
    assert ">at most 0.9</td>" in page
    for number in ("0001", "0002", "0003", "0005"):
        assert f'src="pairs/{number}/sheet.png"' in page


def test_a_pair_that_is_dropped_now_keeps_no_volumes_from_before(fiducial: Run, tmp_path: Path) -> None:
    write_volume(moving(), tmp_path / "a.nii")
    write_volume(fixed(), tmp_path / "b.nii")
    (tmp_path / "pairs.csv").write_text("patient,moving,fixed\np,a.nii,b.nii\n")
    (tmp_path / "o.toml").write_text(OPTIONS)
    assert fiducial("align", "pairs.csv", "--options", "o.toml", "--slices").returncode == 0
    assert list((tmp_path / "aligned").rglob("fixed*"))
    (tmp_path / "o.toml").write_text(f"{OPTIONS}overlap_mm = 500\n")
    assert fiducial("align", "pairs.csv", "--options", "o.toml", "--slices").returncode == 1
    assert not list((tmp_path / "aligned").rglob("fixed*"))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("patient,moving\np,a\n", "has no column fixed. A table of pairs has patient, moving, fixed; found: "),
        ("patient,moving,fixed\n", "holds a header at most and no row"),
    ],
)
def test_a_table_that_is_none_ends_with_four(fiducial: Run, tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "pairs.csv").write_text(content)
    done = fiducial("align", "pairs.csv")
    assert done.returncode == 4
    assert told in done.stderr
    assert not (tmp_path / "aligned" / "index.html").exists()


def test_no_words_give_help(fiducial: Run) -> None:
    assert "align pairs.csv --out aligned/" in " ".join(fiducial("align", "--help").stdout.split())
