"""``fiducial predict`` as a stranger meets it: bad studies keep their reasons, bad bundles are told at once."""

import json
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import SimpleITK as sitk  # noqa: N813  (as its own documentation does)
from PIL import Image

from cli.conftest import Run
from models.kinds import not_a_number
from models.making import CLASSIFIER, write_bundle

WORDS = ("predict", "bundle", "cohort.csv", "--out", "p.csv", "--workers", "1")


def grey(path: Path, value: int = 60) -> None:
    Image.fromarray(np.full((8, 8), value, np.uint8)).save(path)


def volume(path: Path, slices: int) -> None:
    sitk.WriteImage(sitk.GetImageFromArray(np.full((slices, 4, 4), 60, np.int16)), str(path))


def cohort(folder: Path, *paths: str | None) -> None:
    rows = [{"study": f"s{number}", "path": path} for number, path in enumerate(paths)]
    pl.DataFrame(rows, schema={"study": pl.String, "path": pl.String}).write_csv(folder / "cohort.csv")


def reasons(folder: Path) -> list[str | None]:
    table = pl.read_csv(folder / "p.csv")
    assert table["score"].is_null().to_list() == table["reason"].is_not_null().to_list()
    return table["reason"].to_list()


def test_every_bad_study_keeps_its_reason_and_the_others_are_scored(fiducial: Run, tmp_path: Path) -> None:
    write_bundle(tmp_path / "bundle")
    grey(tmp_path / "a.png")
    volume(tmp_path / "v.nii", 3)
    (tmp_path / "empty.dcm").write_bytes(b"")
    (tmp_path / "text.dcm").write_text("not an image")
    cohort(tmp_path, "a.png", "absent.dcm", "empty.dcm", "text.dcm", "v.nii", None, "a.png")
    done = fiducial(*WORDS)
    assert done.returncode == 5, done.stderr
    assert "Traceback" not in done.stderr
    assert "s1: no score: absent.dcm: no such file" in done.stderr
    found = reasons(tmp_path)
    told = (None, "no such file", "empty", "text.dcm", "3 slices and the bundle takes one image", "no file", None)
    assert all(
        part is reason if part is None else part in str(reason) for part, reason in zip(told, found, strict=True)
    )


def test_a_jpeg_named_dcm_keeps_no_score_and_the_reason(fiducial: Run, tmp_path: Path) -> None:
    write_bundle(tmp_path / "bundle")
    grey(tmp_path / "a.jpg")
    shutil.move(tmp_path / "a.jpg", tmp_path / "a.dcm")
    grey(tmp_path / "b.png")
    cohort(tmp_path, "a.dcm", "b.png")
    assert fiducial(*WORDS).returncode == 5
    told = "a.dcm: is called DICOM and is another kind of image; name it so, or give the DICOM"
    assert reasons(tmp_path) == [told, None]


def test_four_thousand_slices_are_refused_before_they_fill_the_memory(fiducial: Run, tmp_path: Path) -> None:
    write_bundle(tmp_path / "bundle", f'{CLASSIFIER}\n[aggregation]\nkind = "max"\n')
    volume(tmp_path / "v.nii", 4000)
    volume(tmp_path / "w.nii", 40)
    cohort(tmp_path, "v.nii", "w.nii")
    assert fiducial(*WORDS).returncode == 5
    assert reasons(tmp_path) == ["has 4000 slices; the bundle takes up to 2000 (graph.most_slices)", None]


def test_nan_out_of_a_model_is_a_reason(fiducial: Run, tmp_path: Path) -> None:
    not_a_number(tmp_path / "bundle")
    grey(tmp_path / "dark.png", 10)
    grey(tmp_path / "bright.png", 90)
    cohort(tmp_path, "dark.png", "bright.png")
    assert fiducial(*WORDS).returncode == 5
    dark, bright = reasons(tmp_path)
    assert "the model gave NaN or infinity" in str(dark)
    assert bright is None


BUNDLES = [
    ('logits = "logits"', 'logits = "logit"', "has no output 'logit'"),
    ("window", "windo", "Did you mean 'window'"),
]


@pytest.mark.parametrize(("said", "meant", "told"), BUNDLES)
def test_a_bundle_that_is_wrong_is_told_before_the_first_study(
    said: str, meant: str, told: str, fiducial: Run, tmp_path: Path
) -> None:
    write_bundle(tmp_path / "bundle", CLASSIFIER.replace(said, meant))
    grey(tmp_path / "a.png")
    cohort(tmp_path, "a.png")
    done = fiducial(*WORDS)
    assert (done.returncode, done.stdout) == (4, "")
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "p.csv").exists()


def test_json_is_one_document(fiducial: Run, tmp_path: Path) -> None:
    write_bundle(tmp_path / "bundle")
    grey(tmp_path / "a.png")
    cohort(tmp_path, "a.png", "b.png")
    found = json.loads(fiducial(*WORDS, "--json", "--features").stdout)
    assert found["failed"] == [{"study": "s1", "reason": "b.png: no such file"}]
    assert (found["studies"], found["written"]) == (2, ["p.csv", "p.features.csv"])
