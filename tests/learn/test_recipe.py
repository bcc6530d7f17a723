"""Recipes are read strictly."""

from pathlib import Path

import pytest

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.learn.members import parse_member
from fiducial.learn.recipe import Recipe, read_recipe
from learn.made import RECIPE


def read(folder: Path, text: str) -> Recipe:
    (folder / "recipe.toml").write_text(text)
    return read_recipe(folder / "recipe.toml").recipe


def test_an_unknown_key_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"unknown key\. Did you mean 'learning_rate'"):
        read(tmp_path, RECIPE.replace("learning_rate = 1e-2\nlayer", "learning_rat = 1e-2\nlayer"))


def test_an_unknown_kind_is_answered_with_the_nearest() -> None:
    with pytest.raises(WrongUsage, match="Did you mean 'balanced'"):
        parse_member("samplers", {"kind": "balancd"}, where="sampler")


def test_an_unknown_setting_of_a_kind_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnusableInput, match="Did you mean 'degrees'"):
        parse_member("augmenters", {"kind": "rotation", "degree": 3}, where="augment 1")


def test_every_choice_changes_the_hash_and_the_place_of_the_data_does_not(tmp_path: Path) -> None:
    plain = read(tmp_path, RECIPE).hash
    assert read(tmp_path, RECIPE.replace("cohort.csv", "other.csv")).hash == plain
    assert read(tmp_path, RECIPE.replace("dropout = 0.2", "dropout = 0.5")).hash != plain


def test_frozen_and_unfrozen_from_contradict_each_other(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="contradict"):
        read(tmp_path, RECIPE.replace("frozen = true", 'frozen = true\nunfrozen_from = "stage2"'))


def test_as_many_files_of_weights_as_backbones(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="one file a backbone"):
        read(tmp_path, RECIPE.replace("dropout = 0.2", 'weights = ["a.pt", "b.pt"]'))


def test_a_calibrator_that_does_not_know_the_prevalence_cannot_move_it(tmp_path: Path) -> None:
    text = RECIPE.replace("[export]", "[export]\ndeployed_prevalence = 0.03")
    with pytest.raises(UnusableInput, match="'temperature' leaves in them what the sampler taught; take platt"):
        read(tmp_path, text)


def test_a_prevalence_of_a_finding_that_is_none_of_the_recipes_is_refused(tmp_path: Path) -> None:
    text = RECIPE.replace("[export]", '[export]\ncalibrator = "platt"\ndeployed_prevalence = { squar = 0.03 }')
    with pytest.raises(
        UnusableInput, match=r"names 'squar', which is no finding of the recipe\. Did you mean 'square'"
    ):
        read(tmp_path, text)
