"""``fiducial learn``: words, JSON and exit codes."""

import json
import sys
from pathlib import Path

import pytest

from fiducial.cli import main
from learn import made


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["fiducial", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_recipe_is_trained_without_naming_the_verb_and_json_is_what_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made.write(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert run(monkeypatch, "learn", "recipe.toml", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads((tmp_path / "recipe" / "learned.json").read_text())
    assert told["notice"].startswith("Research software, not a medical device")


def test_a_mistyped_key_ends_with_4_and_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made.write(tmp_path, recipe=made.RECIPE.replace("dropout", "dropuot"))
    assert run(monkeypatch, "learn", str(tmp_path / "recipe.toml")) == 4
    assert "network.dropuot: unknown key. Did you mean 'dropout'" in capsys.readouterr().err


def test_a_finding_that_nobody_has_ends_with_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made.write(tmp_path, made.rows(tune=2, train=1))
    assert run(monkeypatch, "learn", str(tmp_path / "recipe.toml")) == 3
    assert "training needs two" in capsys.readouterr().err


def test_an_ablation_prints_the_document_that_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made.write(tmp_path, recipe=made.RECIPE.replace("epochs = 3", "epochs = 1"))
    words = ("--over", "network.dropout=0.2", "--seeds", "1", "--json")  # the recipe itself: one run
    assert run(monkeypatch, "learn", "ablate", str(tmp_path / "recipe.toml"), *words) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads((tmp_path / "recipe-ablation" / "ablation.json").read_text())
    assert [one["shown"] for one in told["contrasts"]] == ["no difference shown"]


def test_an_axis_that_the_recipe_has_not_ends_with_2_and_the_nearest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made.write(tmp_path)
    assert run(monkeypatch, "learn", "ablate", str(tmp_path / "recipe.toml"), "--over", "augment.shfit") == 2
    assert "Did you mean 'augment.shift'" in capsys.readouterr().err
