"""Axes are keys of the recipe; what is not one is refused with the nearest."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.toml import parse
from fiducial.learn.ablation.axes import parse_axes, variants
from fiducial.learn.recipe import Recipe
from learn import made

RECIPE = parse(tomllib.loads(made.RECIPE), Recipe, where="here")
WORDS = (
    "augment.shift",
    "preparation.levels",
    "preparation.resize.method=area|lanczos",
    "start=noise|a.pt",
    "loss.kind=focal",
)


def one(word: str) -> Recipe:
    (found,) = variants(RECIPE, parse_axes([word], RECIPE))
    return found.recipe


def test_a_step_and_an_augmenter_are_switched_off() -> None:
    assert [step["step"] for step in one("preparation.levels").preparation] == ["resize", "normalise"]
    assert one("augment.shift").augment == ()


def test_settings_take_values_of_their_kind() -> None:
    assert one("network.dropout=0.5").network.dropout == 0.5
    assert one("training.ema=off").training.ema is None
    assert one("preparation.resize.method=lanczos").preparation[1]["method"] == "lanczos"
    assert one("phases.whole.epochs=7").phases[1].epochs == 7


def test_a_start_is_noise_or_a_file() -> None:
    assert one("start=weights/a.pt").network.files == ("weights/a.pt",)
    assert one("start=noise") == RECIPE


def test_a_value_that_the_recipe_has_already_is_the_recipe() -> None:
    assert one("network.dropout=0.2").hash == RECIPE.hash


@given(st.permutations(WORDS), st.booleans())
def test_the_order_of_axes_does_not_matter(words: list[str], full: bool) -> None:  # noqa: FBT001  (drawn)
    assert variants(RECIPE, parse_axes(words, RECIPE), full=full) == variants(
        RECIPE, parse_axes(WORDS, RECIPE), full=full
    )


def test_full_is_the_product_without_the_recipe_itself() -> None:
    assert len(variants(RECIPE, parse_axes(WORDS, RECIPE), full=True)) == 2 * 2 * 3 * 3 * 2 - 1
    assert len(variants(RECIPE, parse_axes(WORDS, RECIPE))) == 1 + 1 + 2 + 2 + 1


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("augment.shfit", "Did you mean 'augment.shift'"),
        ("normalise", "Did you mean 'preparation.normalise'"),
        ("network.dropuot=0.1", "Did you mean 'network.dropout'"),
        ("recipe.seed=3", "no key of this recipe"),
        ("data.cohort=b.csv", "no key of this recipe"),
        ("network.dropout", "needs the values"),
        ("augment.shift=on", "switched off and nothing else"),
        ("loss.kind=focl", "Did you mean 'focal'"),
    ],
)
def test_what_is_no_axis_is_refused_with_the_nearest(word: str, told: str) -> None:
    with pytest.raises(WrongUsage, match=told):
        variants(RECIPE, parse_axes([word], RECIPE))


@pytest.mark.parametrize("word", ["network.dropout=much", "loss.gama=2", "preparation.resize.rowz=3"])
def test_a_value_that_cannot_be_is_refused_before_anything_is_trained(word: str) -> None:
    with pytest.raises(UnusableInput, match="cannot be used"):
        variants(RECIPE, parse_axes([word], RECIPE))


def test_two_axes_that_change_the_same_are_refused() -> None:
    with pytest.raises(WrongUsage, match="change the same thing"):
        parse_axes(["augment.shift", "augment.shift.share=0.2"], RECIPE)


def test_nothing_to_vary_is_refused() -> None:
    with pytest.raises(WrongUsage, match="nothing to vary"):
        parse_axes([], RECIPE)
