"""A recipe with other values."""

from pathlib import Path

import pytest

import fiducial as fd
from fiducial.errors import UnusableInput, WrongUsage
from learn.made import write


@pytest.fixture
def recipe(tmp_path: Path) -> fd.Located:
    return fd.read_recipe(write(tmp_path))


def test_a_key_takes_the_value(recipe: fd.Located) -> None:
    found = fd.change_recipe(recipe, ["network.dropout=0.5", "data.cohort=other.csv", "phases.whole.epochs=7"]).recipe
    assert (found.network.dropout, found.data.cohort, found.phases[1].epochs) == (0.5, "other.csv", 7)


def test_a_step_can_be_switched_off(recipe: fd.Located) -> None:
    found = fd.change_recipe(recipe, ["preparation.normalise=off"]).recipe
    assert [step["step"] for step in found.preparation] == ["levels", "resize"]


def test_another_kind_takes_the_settings_of_the_first_with_it(recipe: fd.Located) -> None:
    found = fd.change_recipe(recipe, ["preparation.normalise.of=image"]).recipe
    assert found.preparation[-1] == {"step": "normalise", "of": "image"}


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("network.dropot=0.5", "Did you mean 'network.dropout'"),
        ("network.dropout", "sets nothing; write KEY=VALUE"),
        ("data.cohrt=x", "Did you mean 'data.cohort'"),
    ],
)
def test_a_word_that_sets_nothing_is_refused(recipe: fd.Located, word: str, told: str) -> None:
    with pytest.raises(WrongUsage, match=told):
        fd.change_recipe(recipe, [word])


def test_a_value_that_a_key_cannot_have_is_refused(recipe: fd.Located) -> None:
    with pytest.raises(UnusableInput, match="dropout"):
        fd.change_recipe(recipe, ["network.dropout=2"])


def test_a_section_that_the_recipe_leaves_out_can_be_set(recipe: fd.Located) -> None:
    found = fd.change_recipe(recipe, ["sequence.kind=gru", "sequence.width=16", "audit.studies=50"]).recipe
    assert found.sequence is not None
    assert found.audit is not None
    assert (found.sequence.kind, found.sequence.width, found.audit.studies) == ("gru", 16, 50)
