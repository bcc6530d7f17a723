"""An ablation of the small recipe: laws, what is kept, what is refused."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from fiducial.claims.ablation import Ablation
from fiducial.errors import CannotJudge, WrongUsage
from fiducial.learn.ablation import ablating, runs
from fiducial.learn.ablation.ablating import AblateOptions, ablate_recipe
from fiducial.learn.learning import Material, gather_material
from fiducial.learn.recipe import Located
from learn import made

SHORT = made.RECIPE.replace("epochs = 2", "epochs = 1").replace("epochs = 3", "epochs = 1")
TWO = AblateOptions(seeds=2, resamples=100)
OVER = ["augment.shift", "network.dropout=0.2", "training.ema=off"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ablation")
    made.write(folder, recipe=SHORT)
    return folder


@pytest.fixture(scope="module")
def found(home: Path) -> Ablation:
    return ablate_recipe(home / "recipe.toml", OVER, home / "out", TWO)


def forbid(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("it was trained again")

    monkeypatch.setattr(runs, "train_network", refuse)


def test_the_recipe_against_itself_differs_by_exactly_nothing(found: Ablation) -> None:
    (same,) = (one for one in found.contrasts if one.variant == "network.dropout=0.2")
    assert (same.difference, same.interval.low, same.interval.high, same.by_seed) == (0, 0, 0, (0, 0))
    assert same.shown(0.95) == "no difference shown"


@pytest.mark.usefixtures("found")
def test_a_variant_differs_where_its_training_did(home: Path) -> None:
    folders = list((home / "out" / "runs").iterdir())
    assert len(folders) == 6  # recipe, without shift, without averaging; two seeds each
    assert len({tuple(pl.read_parquet(one / "scores.parquet")["logit.square"]) for one in folders}) == 6


def test_the_order_of_axes_does_not_matter_and_nothing_is_trained_again(
    found: Ablation, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid(monkeypatch)
    again = ablate_recipe(home / "recipe.toml", OVER[::-1], home / "out", TWO)
    assert again.document() == found.document()


@pytest.mark.usefixtures("found")
def test_another_seed_trains_what_is_new_alone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forbid(monkeypatch)
    with pytest.raises(CannotJudge, match="it was trained again"):
        ablate_recipe(home / "recipe.toml", OVER, home / "out", AblateOptions(seeds=3, resamples=100))


@pytest.mark.usefixtures("found")
def test_only_the_tuning_split_is_scored(home: Path) -> None:
    scored = pl.read_parquet(next((home / "out" / "runs").iterdir()) / "scores.parquet")
    tune = made.rows().filter(pl.col("split") == "tune")["study"]
    assert scored["study"].to_list() == tune.to_list()


def test_what_is_saved_is_the_document_and_one_row_a_contrast(found: Ablation, home: Path) -> None:
    assert json.loads((home / "out" / "ablation.json").read_text()) == found.document()
    assert pl.read_csv(home / "out" / "ablation.csv")["variant"].to_list() == [one.variant for one in found.contrasts]
    page = (home / "out" / "ablation.html").read_text()
    assert page.count("<svg") == 1
    assert "no difference shown" in page
    assert "not a medical device" in page


@pytest.mark.usefixtures("found")
def test_full_tries_every_combination(home: Path) -> None:
    both = ablate_recipe(home / "recipe.toml", OVER[1:], home / "out", AblateOptions(full=True, seeds=1, resamples=100))
    assert len(both.contrasts) == 3
    assert any("One seed" in one for one in both.notes)
    assert {one.spread for one in both.contrasts} == {None}


@pytest.mark.usefixtures("found")
def test_a_variant_that_cannot_be_trained_is_listed_and_the_others_go_on(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    def fails_without_shift(located: Located) -> Material:
        if not located.recipe.augment:
            raise CannotJudge("no image can be prepared")
        return gather_material(located)

    monkeypatch.setattr(runs, "gather_material", fails_without_shift)
    less = ablate_recipe(home / "recipe.toml", OVER, home / "out", TWO)
    assert less.failed == {"augment.shift=off": "no image can be prepared"}
    assert (less.exit_code, len(less.contrasts)) == (5, 2)


@pytest.mark.usefixtures("found")
def test_runs_in_several_processes_leave_the_same_variants(home: Path, tmp_path: Path) -> None:
    options = AblateOptions(seeds=1, resamples=100, workers=2)
    beside = ablate_recipe(home / "recipe.toml", OVER[:1], tmp_path, options)
    assert [one.variant for one in beside.contrasts] == ["augment.shift=off"]
    assert len(list(tmp_path.glob("runs/*/scores.parquet"))) == 2


def test_after_kill_9_finished_runs_stay_and_the_rest_is_done(tmp_path: Path) -> None:
    recipe = made.write(tmp_path, recipe=SHORT)
    code = (
        "import sys; from fiducial.learn.ablation.ablating import *;"
        "ablate_recipe(sys.argv[1], ['augment.shift'], sys.argv[2], AblateOptions(seeds=2, resamples=100))"
    )
    out = tmp_path / "out"
    process = subprocess.Popen([sys.executable, "-c", code, str(recipe), str(out)])  # noqa: S603
    while process.poll() is None and not list(out.glob("runs/*/scores.parquet")):
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    kept = {path: path.stat().st_mtime_ns for path in out.glob("runs/*/scores.parquet")}
    assert 0 < len(kept) < 4
    ablate_recipe(recipe, ["augment.shift"], out, AblateOptions(seeds=2, resamples=100))
    assert len(list(out.glob("runs/*/scores.parquet"))) == 4
    assert kept == {path: path.stat().st_mtime_ns for path in kept}


@pytest.mark.parametrize("wrong", [{"seeds": 0}, {"resamples": 5}, {"confidence": 1.0}])
def test_numbers_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(WrongUsage, match="must be"):
        ablating.AblateOptions(**wrong)  # type: ignore[arg-type]  # wrong on purpose


def test_each_contrast_says_what_it_costs_at_the_operating_rule(found: Ablation) -> None:
    for one in found.contrasts:
        assert one.corner is not None
        assert (one.corner.name, one.corner.rule) == ("sensitivity", "specificity >= 0.5")
        assert one.corner.difference == pytest.approx(one.corner.value - one.corner.baseline)
    (same,) = (one.corner for one in found.contrasts if one.variant == "network.dropout=0.2")
    assert same is not None
    assert (same.difference, same.interval.low, same.interval.high) == (0, 0, 0)
