"""A run over many studies: nothing stops it, a kill costs nothing, and everything is written."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import numpy as np
import polars as pl
import pytest
from PIL import Image

import fiducial as fd
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.pipelines.folder import RunResult, file_name
from fiducial.pipelines.many import RunOptions
from fiducial.pipelines.pipeline import Pipeline
from pipelines.making import DECISION, PIPELINE, write_pipeline, write_slow

HERE = RunOptions(workers=1)
KILLED = """
import os, signal, fiducial as fd
def told(done, total):
    if done == 12: os.kill(os.getpid(), signal.SIGKILL)
fd.run_pipeline("pipeline", ["cohort.csv"], "out", fd.RunOptions(workers=1), told=told)
"""


@pytest.fixture
def found(small: Pipeline, pictures: Path, tmp_path: Path) -> RunResult:
    return fd.run_pipeline(small, [pictures / "cohort.csv"], tmp_path / "out", HERE)


def test_a_bad_study_never_stops_the_others(found: RunResult) -> None:
    assert sorted(found.worklist["study"]) == ["bright", "broken", "dark", "grey"]
    assert list(found.failed) == ["broken"]
    assert found.exit_code == 5


def test_the_most_urgent_is_read_first(found: RunResult) -> None:
    places = {row["study"]: (row["place"], row["urgency"]) for row in found.worklist.iter_rows(named=True)}
    assert places["bright"][1] == "minutes"
    assert places["dark"] == (4, "routine")


def test_what_is_known_stands_before_what_may_be(found: RunResult) -> None:
    order = found.worklist["study"].to_list()
    assert order.index("bright") < order.index("broken") < order.index("dark")


def test_everything_that_is_told_to_be_written_is_there(found: RunResult, tmp_path: Path) -> None:
    assert {path.name for path in found.written} == set(found.document()["written"])
    assert all(path.is_file() for path in found.written)
    assert json.loads((tmp_path / "out" / "results.json").read_text()) == found.document()


@pytest.mark.usefixtures("found")
def test_every_study_has_its_trace_and_every_decided_one_its_picture(tmp_path: Path) -> None:
    assert sorted(path.stem for path in (tmp_path / "out" / "traces").iterdir()) == ["bright", "broken", "dark", "grey"]
    assert sorted(path.stem for path in (tmp_path / "out" / "overlays").iterdir()) == ["bright", "dark", "grey"]


def test_the_predictions_are_a_table_like_any_other(found: RunResult, tmp_path: Path) -> None:
    read = fd.read_predictions(tmp_path / "out" / "predictions.parquet")
    assert read.height == found.tables["predictions"].height == 15


def test_nothing_is_left_of_the_journal(found: RunResult, tmp_path: Path) -> None:
    assert found.written
    assert not list((tmp_path / "out").glob(".*"))


def test_a_run_that_was_killed_goes_on_where_it_was(folder: Path, tmp_path: Path) -> None:
    copytree(folder, tmp_path / "pipeline")
    for number in range(20):
        Image.fromarray(np.full((8, 8), 10 + 4 * number, np.uint8)).save(tmp_path / f"{number}.png")
    rows = [f"s{number},{number}.png,PA" for number in range(20)]
    (tmp_path / "cohort.csv").write_text("\n".join(["study,path,view", *rows]) + "\n")
    done = subprocess.run([sys.executable, "-c", KILLED], cwd=tmp_path, check=False)  # noqa: S603  (ours)
    assert done.returncode == -signal.SIGKILL
    journal = tmp_path / "out" / ".results.json.journal"
    kept = journal.read_text().splitlines()[1:]
    assert len(kept) == 12
    pipeline = fd.open_pipeline(tmp_path / "pipeline")
    found = fd.run_pipeline(pipeline, [tmp_path / "cohort.csv"], tmp_path / "out", HERE)
    whole = fd.run_pipeline(pipeline, [tmp_path / "cohort.csv"], tmp_path / "whole", HERE)
    assert found.document() == whole.document()
    assert found.tables["predictions"].drop("seconds").equals(whole.tables["predictions"].drop("seconds"))


def journal_of(pipeline: Path, cohort: Path, out: Path) -> None:
    """A run that stopped before its end, as after a kill."""

    def stop(done: int, _total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fd.run_pipeline(pipeline, [cohort], out, HERE, told=stop)


@pytest.mark.parametrize("changed", ["rules", "bundle", "study", "row", "nothing"])
def test_what_was_found_is_forgotten_where_anything_changed(changed: str, tmp_path: Path, pictures: Path) -> None:
    place, cohort = write_pipeline(tmp_path / "p"), Path(copytree(pictures, tmp_path / "c")) / "cohort.csv"
    journal_of(place, cohort, tmp_path / "out")
    journal = tmp_path / "out" / ".results.json.journal"
    text = journal.read_text().replace('"is-bright":false', '"is-bright":null')  # what nobody would say anew
    journal.write_text(text)
    if changed == "rules":
        write_pipeline(tmp_path / "p", decision=DECISION.replace("0.6", "0.61"))
    elif changed == "bundle":
        (tmp_path / "p" / "first" / "note.txt").write_text("another")
    elif changed == "study":
        Image.fromarray(np.full((9, 9), 12, np.uint8)).save(cohort.parent / "dark.png")
    elif changed == "row":
        cohort.write_text(cohort.read_text().replace("dark.png,PA", "dark.png,AP"))
    found = fd.run_pipeline(place, [cohort], tmp_path / "out", HERE)
    said = {one["study"]: one["conclusions"].get("is-bright") for one in found.document()["worklist"]}
    assert (said["dark"] is None) == (changed == "nothing")


def test_a_study_that_a_model_was_too_slow_for_is_asked_again(tmp_path: Path, pictures: Path) -> None:
    place = write_pipeline(tmp_path / "p", PIPELINE.replace('name = "second"', 'name = "second"\nseconds = 0.2'))
    (tmp_path / "p" / "second").rename(tmp_path / "quick")
    write_slow(tmp_path / "p" / "second", 10**12)
    journal_of(place, pictures / "cohort.csv", tmp_path / "out")
    assert len((tmp_path / "out" / ".results.json.journal").read_text().splitlines()) == 1


def test_many_studies_are_run_in_processes_and_say_the_same(folder: Path, tmp_path: Path) -> None:
    for number in range(10):
        Image.fromarray(np.full((8, 8), 10 + 8 * number, np.uint8)).save(tmp_path / f"{number}.png")
    images = [tmp_path / f"{number}.png" for number in range(10)]
    here = fd.run_pipeline(folder, images, tmp_path / "here", HERE)
    there = fd.run_pipeline(folder, images, tmp_path / "there", RunOptions(workers=2))
    assert there.document() == here.document()


def test_a_folder_of_pictures_needs_no_table(small: Pipeline, pictures: Path, tmp_path: Path) -> None:
    for name in ("dark", "broken"):
        (tmp_path / "in" / name).mkdir(parents=True)
        (tmp_path / "in" / name / "a.png").write_bytes((pictures / f"{name}.png").read_bytes())
    found = fd.run_pipeline(small, [tmp_path / "in"], tmp_path / "out", HERE)
    assert found.worklist["study"].to_list() == ["broken/a.png", "dark/a.png"]
    assert found.worklist["overlay"].drop_nulls().len() == 1


def test_a_folder_of_images_is_run(small: Pipeline, pictures: Path, tmp_path: Path) -> None:
    found = fd.run_pipeline(small, [pictures], tmp_path / "out", HERE)
    assert found.document()["studies"] == 4
    assert list(found.failed) == ["broken"]


def test_two_studies_of_one_name_are_refused(small: Pipeline, pictures: Path, tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match=r"two studies are called 'dark\.png'"):
        fd.run_pipeline(small, [pictures / "dark.png", pictures / "dark.png"], tmp_path / "out", HERE)


def test_a_study_that_is_not_there_is_told_before_anything_runs(small: Pipeline, tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"none\.png: there is no such file or folder"):
        fd.run_pipeline(small, [tmp_path / "none.png"], tmp_path / "out", HERE)


def test_a_table_of_an_earlier_run_does_not_stay(small: Pipeline, pictures: Path, tmp_path: Path) -> None:
    fd.run_pipeline(small, [pictures / "bright.png"], tmp_path / "out", HERE)
    fd.run_pipeline(small, [pictures / "broken.png"], tmp_path / "out", HERE)
    assert not (tmp_path / "out" / "predictions.parquet").exists()


def test_tables_that_nobody_wants_are_not_written(tmp_path: Path, pictures: Path) -> None:
    text = PIPELINE + '\n[outputs]\ntables = ["decisions", "masks"]\noverlays = false\npage = false\n'
    found = fd.run_pipeline(write_pipeline(tmp_path / "p", text), [pictures / "bright.png"], tmp_path / "out", HERE)
    assert {path.name for path in found.written} == {
        "worklist.csv",
        "decisions.parquet",
        "masks.parquet",
        "results.json",
    }
    mask = tmp_path / "out" / pl.read_parquet(tmp_path / "out" / "masks.parquet")["path"][0]
    assert mask.is_file()
    assert not (tmp_path / "out" / "overlays").exists()


@pytest.mark.parametrize("study", ["../../etc/passwd", "a/b c", "ä", "", ".", "x" * 300, "CON:1"])
def test_no_name_of_a_study_leads_out_of_the_folder(study: str) -> None:
    name = file_name(study)
    assert name
    assert "/" not in name
    assert not name.startswith(".")
    assert len(name) < 100


def test_two_names_never_share_a_file() -> None:
    assert len({file_name(one) for one in ("a/b", "a-b", "a b", "a?b")}) == 4
