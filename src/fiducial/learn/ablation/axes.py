"""Which choices of a recipe are varied: an axis is one of its keys with the values that it takes in turn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from fiducial.errors import WrongUsage
from fiducial.learn.changing import OFF, SWITCHED, changed, known_keys, require_known
from fiducial.learn.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Axis:
    """``values``: as they were written; ``off`` leaves the step, the augmenter or the key out."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """A recipe that differs from the baseline in what its name says."""

    name: str
    recipe: Recipe


def parse_axes(words: Sequence[str], recipe: Recipe) -> tuple[Axis, ...]:
    """``preparation.clahe``, ``augment.rotation.degrees=5|15``, ``start=noise|weights.pt``, sorted by key.

    Raises:
        WrongUsage: a key that the recipe has not (with the nearest), no values where there must be, or two axes that
            change the same thing.
    """
    axes = sorted((_axis(word.strip(), recipe) for word in words), key=lambda axis: axis.key)
    if not axes:
        raise WrongUsage("nothing to vary; name a key of the recipe, such as augment.rotation.")
    for one, other in pairwise(axes):
        if other.key == one.key or other.key.startswith(f"{one.key}."):
            raise WrongUsage(f"{one.key!r} and {other.key!r} change the same thing; vary one of them.")
    return tuple(axes)


def variants(recipe: Recipe, axes: Sequence[Axis], *, full: bool = False) -> tuple[Variant, ...]:
    """One axis at a time, or every combination (``full``); the baseline itself is not among them.

    Raises:
        UnusableInput: a value that its key cannot have.
        WrongUsage: a kind that nothing bears.
    """
    if full:
        choices = product(*([None, *axis.values] for axis in axes))
        settings = [
            {axis.key: value for axis, value in zip(axes, chosen, strict=True) if value is not None}
            for chosen in choices
        ]
    else:
        settings = [{axis.key: value} for axis in axes for value in axis.values]
    return tuple(_variant(recipe, setting) for setting in settings if setting)


def _axis(word: str, recipe: Recipe) -> Axis:
    key, given, told = word.partition("=")
    values = tuple(dict.fromkeys(value.strip() for value in told.split("|"))) if given else ()
    require_known(key, known_keys(recipe))
    whole = key.count(".") == 1 and key.split(".")[0] in SWITCHED
    if whole and values not in ((), (OFF,)):
        raise WrongUsage(f"{key}: can be switched off and nothing else; vary a setting, such as {key}.SETTING=a|b.")
    if not whole and (not values or "" in values):
        raise WrongUsage(f"{key}: needs the values to try: {key}=a|b.")
    return Axis(key, values or (OFF,))


def _variant(recipe: Recipe, setting: Mapping[str, str]) -> Variant:
    name = ", ".join(f"{key}={value}" for key, value in setting.items())
    return Variant(name, changed(recipe, setting, name))
