"""Slices become volumes, by a head that starts as the greatest slice and leaves with the bundle."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

import fiducial as fd
from fiducial.cohort.table import Cohort
from fiducial.errors import CannotJudge, UnusableInput
from fiducial.learn.export.operating import Operating
from fiducial.learn.learning import Learned, learn_bundle
from fiducial.learn.recipe import SliceSequence
from fiducial.learn.rows import TrainingRows
from fiducial.learn.sequence.fitting import _entropy
from fiducial.learn.sequence.gap import Ranked, difference
from fiducial.learn.sequence.graph import INPUT, OUTPUT, head_to_onnx
from fiducial.learn.sequence.heads import SequenceHead
from fiducial.learn.sequence.stacking import told_by_bundle
from fiducial.learn.sequence.volumes import Volumes
from fiducial.models.graph import open_graph
from learn import slices

KINDS = pytest.mark.parametrize("kind", ["gru", "transformer"])


def drawn_head(kind: str, width: int = 12) -> SequenceHead:
    """One that has learned something, whatever."""
    torch.manual_seed(1)
    head = SequenceHead(torch.nn.Linear(width, 2), SliceSequence.model_validate({"kind": kind, "width": 8}))
    torch.nn.init.normal_(head.change.weight)
    return head.eval()


@KINDS
def test_a_head_says_at_first_what_the_greatest_slice_says(kind: str) -> None:
    last = torch.nn.Linear(12, 2)
    head = SequenceHead(last, SliceSequence.model_validate({"kind": kind, "width": 8})).eval()
    features = torch.randn(3, 7, 12)
    assert torch.equal(head(features), last(features).amax(dim=1))


@KINDS
def test_the_order_of_slices_matters_to_a_head(kind: str) -> None:
    head, features = drawn_head(kind), torch.randn(1, 6, 12)
    assert not torch.allclose(head(features), head(features.flip(1)), atol=1e-3)


@KINDS
def test_the_graph_of_a_head_takes_any_number_of_slices(kind: str) -> None:
    head = drawn_head(kind)
    opened = open_graph(head_to_onnx(head), external={}, input_name=INPUT, threads=1, where="head")
    for count in (1, 2, 5, 40):
        features = torch.randn(1, count, 12)
        found = opened.run(features.numpy(), [OUTPUT])[OUTPUT]
        assert np.abs(found - head(features).detach().numpy()).max() <= 1e-4


def test_a_missing_label_counts_nothing() -> None:
    logits = torch.tensor([[1.0, 50.0]], requires_grad=True)
    _entropy(logits, torch.tensor([[1.0, float("nan")]])).backward()
    assert logits.grad is not None
    assert logits.grad[0, 1] == 0


def test_a_head_that_says_the_same_differs_by_nothing() -> None:
    rng = np.random.default_rng(0)
    ranked = Ranked(rng.random(60) < 0.5, rng.random(60), np.arange(60))
    found = difference(ranked, ranked, rng, resamples=100)
    assert (found.value, found.interval.low, found.interval.high) == (0, 0, 0)  # type: ignore[union-attr]  # there is one


def test_what_ranks_better_is_ahead_with_its_whole_interval() -> None:
    rng = np.random.default_rng(0)
    truth, patient = np.arange(200) % 2 == 1, np.arange(200)
    good, poor = (Ranked(truth, rng.normal(size=200) + gap * truth, patient) for gap in (3, 0))
    found = difference(good, poor, rng, resamples=200)
    assert found.interval is not None
    assert found.interval.low > 0.2


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("slices")
    slices.write(folder)
    return folder


@pytest.fixture(scope="module")
def learned(home: Path) -> Learned:
    return learn_bundle(home / "recipe.toml", home / "run")


def ordered(home: Path, column: str = "train") -> list[list[str]]:
    cohort = fd.read_cohort(home / "cohort.parquet")
    rows = TrainingRows.of(cohort, ("square",)).only(column)
    volumes = Volumes.of(rows)
    return [[rows.studies[int(place)] for place in own] for own in volumes.places]


def test_slices_lie_in_the_order_of_their_places_whatever_files_are_called(home: Path) -> None:
    truth = {one.SOPInstanceUID: one.InstanceNumber for number in range(12) for one in slices.series(number)}
    assert [[truth[study] for study in own] for own in ordered(home)] == [[1, 2, 3, 4]] * 12


def test_predict_scores_volumes_as_the_trained_head_does(learned: Learned, home: Path) -> None:
    fd.write_cohort(fd.stack_cohort(fd.read_cohort(home / "cohort.parquet")), home / "volumes.parquet")
    fd.predict(learned.packed, home / "volumes.parquet", home / "scores.parquet", fd.PredictOptions(workers=1))
    scores = dict(pl.read_parquet(home / "scores.parquet").select("study", "score").iter_rows())
    assert learned.sequence is not None
    finding = fd.open_bundle(learned.packed).manifest.findings[0]
    tune = learned.sequence.tune
    raw = 1 / (1 + np.exp(-tune.logits[:, 0]))
    expected = [finding.probability(float(score)) for score in raw]
    assert np.abs(np.array([scores[one] for one in tune.stacked.volumes.series]) - expected).max() <= 1e-4


def test_other_file_names_change_no_score(learned: Learned, home: Path, tmp_path: Path) -> None:
    slices.write(tmp_path, naming="b")
    fd.write_cohort(fd.stack_cohort(fd.read_cohort(tmp_path / "cohort.parquet")), tmp_path / "volumes.parquet")
    fd.predict(learned.packed, tmp_path / "volumes.parquet", tmp_path / "scores.parquet", fd.PredictOptions(workers=1))
    mine, other = (
        pl.read_parquet(one / "scores.parquet").sort("study")["score"].to_numpy() for one in (home, tmp_path)
    )
    assert np.abs(mine - other).max() <= 1e-6


def test_the_threshold_is_one_of_volumes_at_the_prevalence_of_use(learned: Learned) -> None:
    finding = fd.open_bundle(learned.packed).manifest.findings[0]
    claim = fd.read_claim(learned.folder / "claims" / "square.toml").claim
    assert finding.prevalence is not None
    assert (finding.prevalence.fitted, finding.prevalence.deployed) == (0.5, 0.03)  # every other volume, not slice
    assert (claim.scores_at, claim.prevalence) == (0.03, (0.03, 0.03))
    assert "moved there from 50%" in claim.statement


def test_the_gap_stands_in_the_document(learned: Learned) -> None:
    told = learned.document()["sequence"]
    assert (told["kind"], told["volumes"]) == ("gru", {"train": 12, "tune": 12})
    (gap,) = told["gaps"]
    assert gap["head_less_max"]["value"] == pytest.approx(gap["auroc_head"] - gap["auroc_max"], abs=1e-5)


def test_the_finished_bundle_was_asked_about_volumes_and_says_the_same(learned: Learned) -> None:
    assert not any("read as a whole" in note for note in learned.notes)
    assert learned.sequence is not None
    tune = learned.sequence.tune
    point = Operating(None, 0.5, "", 0.5)  # as if nothing had been calibrated
    (told,) = told_by_bundle(fd.open_model(learned.packed), tune, {"square": point})
    assert told.startswith("Volumes read as a whole score up to 0.")


def test_the_audit_asks_about_images_and_names_each_region(learned: Learned, home: Path) -> None:
    assert learned.audit is not None
    (coil,) = learned.audit.turned
    assert (coil.region, coil.figure.n) == ("coil", 24)
    assert (home / "run" / "audit" / "report" / "report.html").exists()


def test_a_finding_that_every_volume_has_is_told(home: Path) -> None:
    cohort = fd.read_cohort(home / "cohort.parquet")
    first = (pl.int_range(pl.len()).over("patient") == 0).cast(pl.Int8).alias("label.square")
    fd.write_cohort(Cohort(cohort.rows.with_columns(first), cohort.files, home), home / "full.parquet")
    (home / "full.toml").write_text(slices.RECIPE.replace("cohort.parquet", "full.parquet"))
    with pytest.raises(CannotJudge, match="12 volumes with it and 0 without"):
        learn_bundle(home / "full.toml", home / "full")


def test_masks_that_are_not_there_are_told_before_anything_is_trained(home: Path) -> None:
    (home / "maskless.toml").write_text(slices.RECIPE.replace("masks.csv", "none.csv"))
    with pytest.raises(UnusableInput, match=r"none\.csv"):
        learn_bundle(home / "maskless.toml", home / "maskless")
    assert not (home / "maskless").exists()
