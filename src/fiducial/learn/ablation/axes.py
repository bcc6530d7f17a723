"""Which choices of a recipe are varied: an axis is one of its keys with the values that it takes in turn."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any, TypeAlias

from fiducial.errors import WrongUsage
from fiducial.files.names import did_you_mean
from fiducial.files.toml import parse
from fiducial.learn.fitting import FIT
from fiducial.learn.members import parse_member
from fiducial.learn.recipe import Network, Phase, Recipe, Training
from fiducial.scans.preparation.preparing import parse_steps

START, NOISE, OFF = "start", "noise", "off"
_LISTS = {"preparation": "step", "augment": "kind", "phases": "name"}  # the key that tells their sections apart
_MEMBERS = {"sampler": "samplers", "loss": "losses"}
_SWITCHED = ("preparation", "augment")  # whose sections may be switched off
Content: TypeAlias = dict[str, Any]


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


def known_axes(recipe: Recipe) -> list[str]:
    """Every key that can be varied, as an error lists them; plugins may have settings beyond."""
    content = _content(recipe)
    found = [START, *(f"network.{key}" for key in Network.model_fields if key != "weights")]
    found += [f"training.{key}" for key in Training.model_fields]
    for part in _MEMBERS:
        found += [f"{part}.{key}" for key in content[part]]
    for part, name in _LISTS.items():
        for section in content[part]:
            here = f"{part}.{section[name]}"
            keys = Phase.model_fields if part == "phases" else section
            found += [here] if part in _SWITCHED else []
            found += [f"{here}.{key}" for key in keys if key != name]
    return list(dict.fromkeys(found))


def _axis(word: str, recipe: Recipe) -> Axis:
    key, given, told = word.partition("=")
    values = tuple(dict.fromkeys(value.strip() for value in told.split("|"))) if given else ()
    _require_known(key, recipe)
    whole = key.count(".") == 1 and key.split(".")[0] in _SWITCHED
    if whole and values not in ((), (OFF,)):
        raise WrongUsage(f"{key}: can be switched off and nothing else; vary a setting, such as {key}.SETTING=a|b.")
    if not whole and (not values or "" in values):
        raise WrongUsage(f"{key}: needs the values to try: {key}=a|b.")
    return Axis(key, values or (OFF,))


def _require_known(key: str, recipe: Recipe) -> None:
    known = known_axes(recipe)
    above, _, _ = key.rpartition(".")
    of_plugin = above in _MEMBERS or (above in known and above.split(".")[0] in _SWITCHED)
    if key in known or of_plugin:  # a plugin checks its own settings, and names the nearest
        return
    tails = {one.rpartition(".")[2]: one for one in reversed(known)}
    tail = key.rpartition(".")[2]
    near = did_you_mean(key, known) or (f" Did you mean {tails[tail]!r}?" if tail in tails else "")
    raise WrongUsage(f"{key!r} is no key of this recipe that can be varied.{near} There are: {', '.join(known)}.")


def _variant(recipe: Recipe, setting: Mapping[str, str]) -> Variant:
    name = ", ".join(f"{key}={value}" for key, value in setting.items())
    content = _content(recipe)
    for key, value in setting.items():
        _set(content, key, value)
    made = parse(content, Recipe, where=name)
    _check_members(made, name)
    return Variant(name, made)


def _set(content: Content, key: str, value: str) -> None:
    if key == START:
        content["network"]["weights"] = None if value == NOISE else _literal(value)
        return
    part, *rest = key.split(".")
    if part not in _LISTS:
        _put(content[part], ".".join(rest), value)
        return
    called, told = _LISTS[part], key.removeprefix(f"{part}.")
    if told in [section[called] for section in content[part]]:  # the whole section, which can only be switched off
        content[part] = [section for section in content[part] if section[called] != told]
        return
    name, _, setting = told.rpartition(".")
    for section in content[part]:
        if section[called] == name:
            _put(section, setting, value)


def _put(section: Content, key: str, value: str) -> None:
    """``kind`` takes the settings of the other kind with it."""
    if value == OFF:
        section.pop(key, None)
    elif key == "kind" and section.get(key) != value:
        section.clear()
        section[key] = value
    else:
        section[key] = _literal(value)


def _literal(value: str) -> object:
    """As TOML would read it; a bare word is text."""
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return value


def _check_members(recipe: Recipe, where: str) -> None:
    """Before hours of training, not after them."""
    for phase in recipe.phases:
        parse_member("losses", phase.loss or recipe.loss, where=where)
        parse_member("samplers", phase.sampler or recipe.sampler, where=where)
    for section in recipe.augment:
        parse_member("augmenters", section, where=where)
    parse_steps(list(_fitted(recipe)), where=where)


def _fitted(recipe: Recipe) -> Iterator[Content]:
    for section in recipe.preparation:
        open_ = FIT in (section.get("mean"), section.get("std"))
        yield section | {"mean": [0.0], "std": [1.0]} if open_ else section


def _content(recipe: Recipe) -> Content:
    return recipe.model_dump(mode="json")
