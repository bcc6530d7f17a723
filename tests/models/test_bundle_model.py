"""A bundle at work: a study does not spoil those that share its batch, and graphs are asked for what is used."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

import fiducial as fd
from fiducial.errors import UnusableInput
from fiducial.models.contract import Extra, Shown, Study
from fiducial.models.graph import Graph, Named, NoRoom
from fiducial.scans.scan import Scan
from models.kinds import embedding
from models.laws import asked
from models.making import write_bundle
from models.pictures import images


@dataclass
class Picky:
    """A graph that refuses every batch with a bright picture in it, and remembers what it was asked for."""

    graph: Graph
    seen: list[tuple[str, ...]] = field(default_factory=list)

    def run(self, batch: npt.NDArray[np.float32], outputs: Sequence[str]) -> Named:
        self.seen.append(tuple(outputs))
        if (batch > 0.85).any():
            raise UnusableInput("refuses what is bright")
        return self.graph.run(batch, outputs)


@dataclass
class Narrow:
    """A graph that has room for so many pictures at once, and remembers how many it was given."""

    graph: Graph
    room: int
    seen: list[int] = field(default_factory=list)

    def run(self, batch: npt.NDArray[np.float32], outputs: Sequence[str]) -> Named:
        self.seen.append(len(batch))
        if len(batch) > self.room:
            raise NoRoom("out of memory")
        return self.graph.run(batch, outputs)


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    images(tmp_path).write_csv(tmp_path / "cohort.csv")
    return tmp_path / "cohort.csv"


def test_a_batch_that_does_not_fit_into_memory_is_halved_until_it_does(cohort: Path, tmp_path: Path) -> None:
    model = fd.open_model(write_bundle(tmp_path / "bundle"))
    narrow = Narrow(model.graph, 1)
    answers = replace(model, graph=narrow).answer(asked(cohort))
    assert [answer.scores for answer in answers] == [answer.scores for answer in model.answer(asked(cohort))]
    assert narrow.seen == [2, 1, 1, 2, 1, 1]  # of two shapes


def test_a_picture_that_alone_does_not_fit_is_told(cohort: Path, tmp_path: Path) -> None:
    model = fd.open_model(write_bundle(tmp_path / "bundle"))
    answers = replace(model, graph=Narrow(model.graph, 0)).answer(asked(cohort))
    assert {answer.reason for answer in answers if "image" not in str(answer.reason)} == {"out of memory"}


def test_a_picture_that_the_graph_refuses_leaves_its_neighbours_their_scores(cohort: Path, tmp_path: Path) -> None:
    model = fd.open_model(write_bundle(tmp_path / "bundle"))
    answers = replace(model, graph=Picky(model.graph)).answer(asked(cohort))
    unread = "i2.png: is no image of the formats PNG, JPEG, BMP, TIFF"
    assert [answer.reason for answer in answers] == [None, "refuses what is bright", unread, None, None]


def test_a_graph_is_asked_for_nothing_that_nobody_wants(cohort: Path, tmp_path: Path) -> None:
    model = fd.open_model(write_bundle(tmp_path / "bundle"))
    picky = Picky(model.graph)
    watched = replace(model, graph=picky)
    dark = asked(cohort)[:1]
    for extras in ((), (Extra.FEATURES,), (Extra.SALIENCY_MAP,)):
        watched.answer(dark, frozenset(extras))
    assert picky.seen == [("logits",), ("logits", "features"), ("logits", "map")]


def test_a_large_study_goes_through_in_batches_of_the_size_that_the_bundle_names(tmp_path: Path) -> None:
    sizes: list[int] = []

    @dataclass
    class Counting:
        graph: Graph

        def run(self, batch: npt.NDArray[np.float32], outputs: Sequence[str]) -> Named:
            sizes.append(len(batch))
            return self.graph.run(batch, outputs)

    images(tmp_path).filter(pl.col("study").is_in(["s0", "s4"])).write_csv(tmp_path / "cohort.csv")
    bundle = write_bundle(tmp_path / "bundle")
    text = (bundle / "bundle.toml").read_text()
    (bundle / "bundle.toml").write_text(text.replace("[outputs]", "largest_batch = 1\n[outputs]", 1))
    model = fd.open_model(bundle)
    replace(model, graph=Counting(model.graph)).answer(asked(tmp_path / "cohort.csv"))
    assert sizes == [1, 1]


def test_a_series_of_too_many_files_is_refused_before_one_is_read(tmp_path: Path) -> None:
    def never() -> Scan:
        raise AssertionError

    study = Study("long", (Path("a.dcm"),) * 4000)
    (answer,) = fd.open_model(write_bundle(tmp_path)).answer([Shown(study, never)])
    assert answer.reason == "has 4000 slices; the bundle takes up to 2000 (graph.most_slices)"


def test_a_vector_of_a_series_is_the_mean_of_its_slices(tmp_path: Path) -> None:
    slices = np.stack([np.full((8, 8), grey, np.uint8) for grey in (20, 40)])
    scans = [Scan(part, None, {}) for part in (slices, slices[:1], slices[1:])]
    shown = [Shown(Study("s", ()), partial(replace, scan)) for scan in scans]
    vectors = np.array([answer.features for answer in fd.open_model(embedding(tmp_path)).answer(shown)])
    assert vectors[0] == pytest.approx(vectors[1:].mean(axis=0))
