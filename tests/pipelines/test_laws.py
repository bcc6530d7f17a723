"""What holds whatever the pipeline: order says nothing, and the same study gives the same words."""

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fiducial as fd
from fiducial.models.contract import Shown, Study
from fiducial.pipelines.many import RunOptions
from fiducial.pipelines.pipeline import Pipeline
from fiducial.rules.running import decide_studies
from fiducial.rules.studies import DecisionSources
from fiducial.scans.scan import Scan
from pipelines.making import ALONE, ONE_RULE, PIPELINE, write_pipeline

HERE = RunOptions(workers=1)
TIMED = "seconds"


def shuffled(seed: int) -> str:
    """The pipeline with its sections of models in another order."""
    head, *rest = PIPELINE.split("[[models]]")
    models, tail = [*rest[:-1], rest[-1].split("[[fusion]]")[0]], rest[-1].split("[[fusion]]")[1]
    random.Random(seed).shuffle(models)  # noqa: S311  (an order, no secret)
    members = ["first", "second", "mask"]
    random.Random(seed).shuffle(members)  # noqa: S311
    named = ", ".join(f'"{one}"' for one in members)
    return f"{head}{''.join(f'[[models]]{one}' for one in models)}[[fusion]]{tail}".replace(
        '"first", "second", "mask"', named
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_models_changes_nothing(seed: int, tmp_path: Path, small: Pipeline, bright: Study) -> None:
    other = fd.open_pipeline(write_pipeline(tmp_path, shuffled(seed)))
    assert other.run(bright).document() == small.run(bright).document()


@pytest.mark.parametrize("seed", range(4))
def test_nor_does_it_make_another_pipeline(seed: int, tmp_path: Path, small: Pipeline) -> None:
    file = fd.open_pipeline(write_pipeline(tmp_path, shuffled(seed)))
    assert {**file.document(), "identity": None} == {**small.document(), "identity": None}


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_how_many_are_asked_at_once_changes_nothing(threads: int, folder: Path, small: Pipeline, bright: Study) -> None:
    assert fd.open_pipeline(folder, threads=threads).run(bright).document() == small.run(bright).document()


def test_the_same_run_gives_the_same_bytes_but_for_the_time_that_it_took(
    small: Pipeline, pictures: Path, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        fd.run_pipeline(small, [pictures / "cohort.csv"], tmp_path / name, HERE)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert len(files) == 13
    for file in files:
        one, two = tmp_path / "one" / file, tmp_path / "two" / file
        if file.name == "predictions.parquet":
            assert pl.read_parquet(one).drop(TIMED).equals(pl.read_parquet(two).drop(TIMED))
        else:
            assert one.read_bytes() == two.read_bytes(), file


def test_a_study_is_told_the_same_whoever_is_run_beside_it(small: Pipeline, pictures: Path, tmp_path: Path) -> None:
    fd.run_pipeline(small, [pictures / "cohort.csv"], tmp_path / "all", HERE)
    only = pl.read_csv(pictures / "cohort.csv").filter(pl.col("study") == "bright")
    only.with_columns(path=pl.lit(str(pictures / "bright.png"))).write_csv(tmp_path / "one.csv")
    fd.run_pipeline(small, [tmp_path / "one.csv"], tmp_path / "one", HERE)
    trace = "traces/bright.json"
    assert (tmp_path / "all" / trace).read_bytes() == (tmp_path / "one" / trace).read_bytes()


def test_the_rules_on_the_tables_of_a_run_decide_as_the_run_did(pictures: Path, tmp_path: Path) -> None:
    place = write_pipeline(tmp_path / "p", ALONE, ONE_RULE)
    sound = pl.read_csv(pictures / "cohort.csv").filter(pl.col("study") != "broken")
    sound.with_columns(path=pl.format("{}/{}", pl.lit(str(pictures)), "path")).write_csv(tmp_path / "c.csv")
    ran = fd.run_pipeline(place, [tmp_path / "c.csv"], tmp_path / "out", HERE).tables["decisions"]
    sources = DecisionSources(tmp_path / "out" / "predictions.parquet")
    decided = decide_studies(tmp_path / "p" / "decision.toml", sources, tmp_path / "decided.csv").rows
    assert ran.select(decided.columns).equals(decided)


def test_studies_that_a_service_asks_about_at_once_are_told_as_one_by_one(small: Pipeline, pictures: Path) -> None:
    studies = [Study(name, (pictures / f"{name}.png",), {"view": "PA"}) for name in ("dark", "grey", "bright")] * 4
    with ThreadPoolExecutor(4) as pool:
        at_once = [one.document() for one in pool.map(small.run, studies)]
    assert at_once == [small.run(study).document() for study in studies]


@given(grey=st.integers(0, 99), more=st.integers(0, 30))
def test_what_is_declared_monotone_is_so_through_the_whole_pipeline(small: Pipeline, grey: int, more: int) -> None:
    """A brighter picture scores higher in every member, and ``is-bright`` says that it can then only turn on."""

    def said(value: int) -> bool | None:
        scan = Scan(np.full((1, 8, 8), min(value, 100), np.uint8), None, {})
        return small.run(Shown(Study("s", ()), lambda: scan)).conclusions["is-bright"]

    assert not (said(grey) is True and said(grey + more) is False)
