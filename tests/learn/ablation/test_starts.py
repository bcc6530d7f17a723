"""Starts by shares of labels: what is paired, what is told, what is refused."""

import json
from pathlib import Path

import polars as pl
import pytest
import torch

from fiducial.claims.starts import Starts
from fiducial.errors import WrongUsage
from fiducial.learn.ablation import runs, starts
from fiducial.learn.ablation.ablating import AblateOptions
from fiducial.learn.ablation.starts import compare_starts
from fiducial.learn.networks.small import SmallCnn
from fiducial.learn.recipe import read_recipe
from learn import made

RECIPE = (
    made.RECIPE[: made.RECIPE.index("[[phases]]")]
    + '[[phases]]\nname = "look"\nepochs = 1\nlearning_rate = 1e-2\nobjective = { kind = "masked", patch = 4 }\n'
    + '[[phases]]\nname = "whole"\nepochs = 1\nlearning_rate = 1e-2\n[export]\nrule = "specificity >= 0.5"\n'
)
OVER = ["start=noise|weights.pt|in-domain"]
TWO = AblateOptions(seeds=2, resamples=100)
SHARES = (0.04, 0.5, 1.0)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("starts")
    made.write(folder, recipe=RECIPE)
    torch.manual_seed(5)
    torch.save(SmallCnn(1, 4).state_dict(), folder / "weights.pt")
    return folder


@pytest.fixture(scope="module")
def found(home: Path) -> Starts:
    return compare_starts(home / "recipe.toml", OVER, SHARES, home / "out", TWO)


def test_too_few_patients_are_a_told_row_and_no_crash(found: Starts) -> None:
    (what,) = found.failed
    assert what == "4% of labels"
    assert "at a share of 0.04 of its patients has 1 patients with a label" in found.failed[what]
    assert found.exit_code == 5


def test_every_start_has_an_area_at_every_other_share_and_a_difference_from_noise(found: Starts) -> None:
    rows = pl.DataFrame(found.rows())
    assert rows["start"].to_list() == ["noise", "weights.pt", "in-domain"] * 2
    assert rows["patients_with_labels"].to_list() == [12] * 3 + [24] * 3
    compared = rows.filter(pl.col("shown").is_not_null())
    assert compared["start"].to_list() == ["weights.pt", "in-domain"] * 2
    areas = {(row["share"], row["start"]): row["auroc"] for row in found.rows()}
    for row in compared.iter_rows(named=True):
        gained = areas[row["share"], row["start"]] - areas[row["share"], "noise"]
        assert row["difference"] == pytest.approx(gained, abs=2e-6)


@pytest.mark.usefixtures("found")
def test_backbones_are_pretrained_once_a_seed_and_each_run_begins_from_its_own(home: Path) -> None:
    folders = list((home / "out" / "runs").iterdir())
    pretrained = [one for one in folders if (one / "pretrained" / "backbone.safetensors").exists()]
    assert (len(folders), len(pretrained)) == (2 + 2 * 3 * 2, 2)
    logits = {tuple(pl.read_parquet(file)["logit.square"]) for file in (home / "out").glob("runs/*/scores.parquet")}
    assert len(logits) == 12  # a file of weights and pretraining change what is learned


@pytest.mark.usefixtures("found")
def test_nothing_that_is_finished_is_done_again(found: Starts, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("it was trained again")

    monkeypatch.setattr(runs, "train_network", refuse)
    monkeypatch.setattr(starts, "pretrain_network", refuse)
    again = compare_starts(home / "recipe.toml", OVER, SHARES, home / "out", TWO)
    assert again.document() == found.document()


def test_what_is_saved_is_the_document_and_the_page_has_one_picture(found: Starts, home: Path) -> None:
    assert json.loads((home / "out" / "starts.json").read_text()) == found.document()
    assert pl.read_csv(home / "out" / "starts.csv").height == len(found.rows())
    page = (home / "out" / "starts.html").read_text()
    assert page.count("<svg") == 1
    assert "No result for 4% of labels" in page
    assert "not a medical device" in page


@pytest.mark.parametrize(
    ("over", "labels", "told"),
    [
        (["network.dropout=0.1"], (1.0,), "compared by start alone"),
        (["start=noise", "network.dropout=0.1"], (1.0,), "compared by start alone"),
        (OVER, (0.0, 1.0), "above 0 and at most 1"),
        (OVER, (), "above 0 and at most 1"),
    ],
)
def test_what_is_no_comparison_of_starts_is_refused(
    home: Path, over: list[str], labels: tuple[float, ...], told: str
) -> None:
    with pytest.raises(WrongUsage, match=told):
        compare_starts(home / "recipe.toml", over, labels, home / "no", TWO)


@pytest.mark.usefixtures("found")
def test_a_file_that_is_not_there_and_one_of_another_network_are_told_and_the_others_go_on(home: Path) -> None:
    torch.save(SmallCnn(1, 8).state_dict(), home / "other.pt")
    over = ["start=noise|absent.pt|other.pt"]
    found = compare_starts(home / "recipe.toml", over, (1.0,), home / "out", TWO)
    assert "cannot be read" in found.failed["absent.pt at 100% of labels"]
    assert "is of another network" in found.failed["other.pt at 100% of labels"]
    assert [row["start"] for row in found.rows()] == ["noise"]


def test_in_domain_without_a_phase_that_looks_is_refused(tmp_path: Path) -> None:
    made.write(tmp_path)
    with pytest.raises(WrongUsage, match="has no phase with an objective"):
        compare_starts(read_recipe(tmp_path / "recipe.toml"), OVER, (1.0,), tmp_path / "no", TWO)
