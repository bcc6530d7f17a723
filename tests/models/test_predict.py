"""A run over a cohort: killed it goes on, and whatever the model makes has its table."""

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

import fiducial as fd
from fiducial.errors import WrongUsage
from fiducial.models.randomised import randomised_model
from fiducial.scans.read import read_scan
from models.kinds import detector, embedding, segmenter
from models.making import bright_graph, write_bundle
from models.pictures import images

STUDIES = 400
KILLED = """
import os, signal, sys, fiducial as fd
def told(done, total):
    if done == 150: os.kill(os.getpid(), signal.SIGKILL)
fd.predict("bundle", "cohort.csv", sys.argv[1], fd.PredictOptions(workers=1), told=told)
"""


def many(folder: Path) -> None:
    for number in range(STUDIES):
        Image.fromarray(np.full((8, 8), number % 100, np.uint8)).save(folder / f"{number}.png")
    names = [str(number) for number in range(STUDIES)]
    pl.DataFrame({"study": names, "path": [f"{name}.png" for name in names]}).write_csv(folder / "cohort.csv")


def test_a_run_that_was_killed_goes_on_and_gives_the_same_bytes(tmp_path: Path) -> None:
    write_bundle(tmp_path / "bundle")
    many(tmp_path)
    command = [sys.executable, "-c", KILLED, "killed.csv"]
    died = subprocess.run(command, cwd=tmp_path, check=False)  # noqa: S603  (our own)
    assert died.returncode == -signal.SIGKILL
    assert not (tmp_path / "killed.csv").exists()
    assert len((tmp_path / ".killed.csv.journal").read_text().splitlines()) >= 150
    model = fd.open_model(tmp_path / "bundle")
    for name in ("killed.csv", "whole.csv"):
        fd.predict(model, tmp_path / "cohort.csv", tmp_path / name, fd.PredictOptions(workers=1))
    tables = [pl.read_csv(tmp_path / name) for name in ("killed.csv", "whole.csv")]
    assert tables[0].drop("seconds").write_csv() == tables[1].drop("seconds").write_csv()
    assert not list(tmp_path.glob(".*.journal"))


def test_what_was_answered_is_not_asked_again(tmp_path: Path) -> None:
    images(tmp_path).write_csv(tmp_path / "cohort.csv")
    calls: list[int] = []

    def counted(_scan: object) -> float:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return 0.5

    model = fd.CallableModel("counted", ("x",), counted)
    with pytest.raises(KeyboardInterrupt):
        fd.predict(model, tmp_path / "cohort.csv", tmp_path / "p.csv", fd.PredictOptions(workers=1))
    fd.predict(model, tmp_path / "cohort.csv", tmp_path / "p.csv", fd.PredictOptions(workers=1))
    assert len(calls) == 5  # two, the one that stopped it, and then the two that were left; s2 cannot be read


def test_another_bundle_under_the_same_name_forgets_what_the_first_said(tmp_path: Path) -> None:
    images(tmp_path).write_csv(tmp_path / "cohort.csv")
    first = fd.CallableModel("m", ("x",), lambda _scan: 0.5)
    second = fd.CallableModel("m", ("x",), lambda _scan: 0.25, version="2")

    def told(done: int, _total: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    out, one = tmp_path / "p.csv", fd.PredictOptions(workers=1)
    with pytest.raises(KeyboardInterrupt):
        fd.predict(first, tmp_path / "cohort.csv", out, one, told=told)
    found = fd.predict(second, tmp_path / "cohort.csv", out, one).predictions
    assert set(found["score"].drop_nulls()) == {0.25}


def test_boxes_maps_and_features_have_tables_of_their_own(tmp_path: Path) -> None:
    images(tmp_path).write_csv(tmp_path / "cohort.csv")
    one = fd.PredictOptions(workers=1)
    for kind, beside in ((detector, "regions"), (segmenter, "masks"), (embedding, "features")):
        out = tmp_path / f"{beside}-of.csv"
        found = fd.predict(kind(tmp_path / beside), tmp_path / "cohort.csv", out, one)
        assert [path.name for path in found.written] == [f"{beside}-of.csv", f"{beside}-of.{beside}.csv"]
    masks = pl.read_csv(tmp_path / "masks-of.masks.csv")
    assert all((tmp_path / path).exists() for path in masks["path"])
    assert pl.read_csv(tmp_path / "regions-of.regions.csv").columns[:2] == ["study", "finding"]


def test_a_mask_lies_on_the_image_that_it_is_of(tmp_path: Path) -> None:
    pixels = np.full((8, 12), 20, np.uint8)
    pixels[2:5, 6:9] = 90
    Image.fromarray(pixels).save(tmp_path / "a.png")
    pl.DataFrame({"study": ["a"], "path": ["a.png"]}).write_csv(tmp_path / "cohort.csv")
    bundle = segmenter(tmp_path / "bundle")
    fd.predict(bundle, tmp_path / "cohort.csv", tmp_path / "p.csv", fd.PredictOptions(workers=1))
    (name,) = pl.read_csv(tmp_path / "p.masks.csv")["path"]
    assert np.array_equal(read_scan(tmp_path / name).array[0] >= 0.5, pixels == 90)


def test_a_bundle_that_changed_between_two_runs_of_one_process_is_opened_again(tmp_path: Path) -> None:
    images(tmp_path).write_csv(tmp_path / "cohort.csv")
    found = []
    for bias in (-4.0, 2.0):
        bundle = write_bundle(tmp_path / "bundle", graph=bright_graph(bias=bias))
        told = fd.predict(bundle, tmp_path / "cohort.csv", tmp_path / "p.csv", fd.PredictOptions(workers=1))
        found.append(told.predictions["score"].drop_nulls().to_numpy())
    assert (found[0] < found[1]).all()


def test_a_model_that_is_not_what_lies_at_its_path_says_so_and_scores_nothing(tmp_path: Path) -> None:
    images(tmp_path).write_csv(tmp_path / "cohort.csv")
    other = randomised_model(fd.open_bundle(write_bundle(tmp_path / "bundle")), np.random.default_rng(0))
    assert other is not None
    told = fd.predict(other, tmp_path / "cohort.csv", tmp_path / "p.csv", fd.PredictOptions(workers=1)).predictions
    assert told["score"].is_null().all()
    assert all("is no longer the bundle that was opened" in reason for reason in told["reason"])


def test_no_process_at_all_is_told_with_what_to_say(tmp_path: Path) -> None:
    images(tmp_path).write_csv(tmp_path / "cohort.csv")
    with pytest.raises(WrongUsage, match="workers must be 1 or more, or -1"):
        fd.predict(
            write_bundle(tmp_path / "b"), tmp_path / "cohort.csv", tmp_path / "p.csv", fd.PredictOptions(workers=0)
        )
