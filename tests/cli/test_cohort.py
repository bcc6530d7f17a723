"""``fiducial cohort`` as a stranger meets it."""

import json
from pathlib import Path

import polars as pl
import pytest

from cli.conftest import Run
from fiducial.phantoms.hidden_faults import write_hospitals_with_hidden_faults


@pytest.mark.usefixtures("written")
def test_build_check_and_split_follow_each_other(fiducial: Run, tmp_path: Path) -> None:
    assert fiducial("cohort", "build", "cohort.csv", "--out", "cohort.parquet").returncode == 0
    assert fiducial("cohort", "check", "cohort.parquet").returncode == 0
    done = fiducial("cohort", "split", "cohort.parquet", "--by", "patient,site", "--out", "split.parquet")
    assert (done.returncode, "external" in done.stdout) == (0, True)
    assert "seed=0" in pl.read_parquet(tmp_path / "split.parquet")["split_recipe"][0]


@pytest.mark.usefixtures("written")
def test_a_check_prints_the_documented_shape(fiducial: Run) -> None:
    done = fiducial("cohort", "check", "cohort.csv", "--json")
    findings = json.loads(done.stdout)["findings"]
    assert findings
    assert all(set(one) == {"check", "severity", "message", "figure", "files", "remedy"} for one in findings)


def test_a_leak_ends_with_one(fiducial: Run, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("study,patient,split\na,p,train\nb,p,test\n")
    done = fiducial("cohort", "check", "c.csv")
    assert done.returncode == 1
    assert "patients-across-splits" in done.stdout


def test_a_bad_file_in_the_middle_is_listed_and_the_rest_goes_on(process: Run, tmp_path: Path) -> None:
    write_hospitals_with_hidden_faults(tmp_path / "images", seed=3, patients=60)
    spoilt = tmp_path / "images" / "alder" / "PH-A-0007_1.dcm"
    spoilt.write_bytes(spoilt.read_bytes()[:600])
    done = process("cohort", "build", "images", "--out", "c.parquet", "--unit", "image", "--json")
    document = json.loads(done.stdout)
    assert done.returncode == 5
    assert [Path(one["path"]).name for one in document["failed"]] == ["PH-A-0007_1.dcm"]
    assert document["files"] == len(list((tmp_path / "images").rglob("*.dcm")))


def test_splitting_without_patients_is_refused_with_a_remedy(fiducial: Run, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("study,label.x\na,0\nb,1\n")
    done = fiducial("cohort", "split", "c.csv", "--out", "s.csv")
    assert done.returncode == 4
    assert "patient" in done.stderr
    assert not (tmp_path / "s.csv").exists()


@pytest.mark.usefixtures("written")
def test_a_name_that_is_no_table_is_refused_before_anything_is_read_or_written(fiducial: Run, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    done = fiducial("cohort", "build", "nowhere", "--out", "c.txt", "--deidentify", "copies")
    assert (done.returncode, "written as .parquet or .csv" in done.stderr) == (2, True)
    assert sorted(tmp_path.iterdir()) == before


def test_the_layouts_are_listed_in_the_order_in_which_they_are_tried(fiducial: Run) -> None:
    listed = json.loads(fiducial("cohort", "layouts", "--json").stdout)
    names = [one["name"] for one in listed["layouts"]]
    assert (listed["schema"], names[0], names[-1]) == ("fiducial.cohort-layouts/1", "nih14", "table")
    assert [line.split()[0] for line in fiducial("cohort", "layouts").stdout.splitlines()] == names


def test_a_table_that_is_no_cohort_is_told_how_it_becomes_one(fiducial: Run, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("patient,label\np1,1\np2,0\n")
    told = fiducial("cohort", "check", "t.csv").stderr
    assert "has no column 'study'; it has patient, label. `fiducial cohort build t.csv --out cohort.parquet`" in told
    assert fiducial("cohort", "build", "t.csv", "--out", "cohort.parquet").returncode == 0


def test_labels_of_what_was_done_are_counted(process: Run, tmp_path: Path) -> None:
    write_hospitals_with_hidden_faults(tmp_path / "images", seed=3, patients=40)
    built = process("cohort", "build", "images", "--out", "cohort.parquet", "--unit", "image")
    assert built.returncode == 0, built.stderr
    done = process("cohort", "label", "cohort.parquet", "--condition", "turned=rotation", "--out", "turned", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["labels"]["turned"] * 2 == told["rows"]


def test_slices_without_a_series_cannot_be_stacked(fiducial: Run, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("study,patient,label.bleed\na,p,1\n")
    done = fiducial("cohort", "stack", "c.csv", "--out", "volumes.csv")
    assert done.returncode == 4
    assert "no table of files" in done.stderr
    assert not (tmp_path / "volumes.csv").exists()
