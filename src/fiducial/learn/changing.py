"""Another recipe from a recipe: keys that take other values, as ``--set`` and an ablation write them."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from fiducial.errors import WrongUsage
from fiducial.files.names import did_you_mean
from fiducial.files.toml import parse
from fiducial.learn.fitting import FIT
from fiducial.learn.members import parse_member
from fiducial.learn.recipe import About, Audit, Data, Export, Located, Network, Phase, Recipe, SliceSequence, Training
from fiducial.scans.preparation.preparing import parse_steps

START, NOISE, IN_DOMAIN, OFF = "start", "noise", "in-domain", "off"
SWITCHED = ("preparation", "augment")  # whose sections may be switched off
_LISTS = {"preparation": "step", "augment": "kind", "phases": "name"}  # the key that tells their sections apart
_KINDS = ("kind", "of")
_SECTIONS = (("data", Data), ("recipe", About), ("export", Export), ("sequence", SliceSequence), ("audit", Audit))
_MEMBERS = {"sampler": "samplers", "loss": "losses"}
Content: TypeAlias = dict[str, Any]


def change_recipe(recipe: Located, words: Sequence[str]) -> Located:
    """The recipe with other values: ``network.backbone=small:8``, ``augment.rotation=off``, ``data.cohort=other.csv``.

    Raises:
        WrongUsage: a word of another form, or a key that the recipe has not (with the nearest).
        UnusableInput: a value that its key cannot have.
    """
    setting = {}
    known = [*known_keys(recipe.recipe), *_beyond()]
    for word in words:
        key, given, value = (part.strip() for part in word.partition("="))
        require_known(key, known)
        if not given or not value:
            raise WrongUsage(f"{word!r} sets nothing; write KEY=VALUE, such as network.dropout=0.2.")
        setting[key] = value
    return Located(changed(recipe.recipe, setting, ", ".join(words)), recipe.folder)


def changed(recipe: Recipe, setting: Mapping[str, str], where: str) -> Recipe:
    """The recipe with each key at its value; ``where`` names it in errors.

    Raises:
        UnusableInput: a value that its key cannot have.
        WrongUsage: a kind that nothing bears.
    """
    content = _content(recipe)
    for key, value in setting.items():
        _set(content, key, value)
    made = parse(content, Recipe, where=where)
    _check_members(made, where)
    return made


def known_keys(recipe: Recipe) -> list[str]:
    """Every key that a variant may change, as an error lists them; plugins may have settings beyond."""
    content = _content(recipe)
    found = [START, *(f"network.{key}" for key in Network.model_fields if key != "weights")]
    found += [f"training.{key}" for key in Training.model_fields]
    for part in _MEMBERS:
        found += [f"{part}.{key}" for key in content[part]]
    for part, name in _LISTS.items():
        for section in content[part]:
            here = f"{part}.{section[name]}"
            keys = Phase.model_fields if part == "phases" else section
            found += [here] if part in SWITCHED else []
            found += [f"{here}.{key}" for key in keys if key != name]
    return list(dict.fromkeys(found))


def _beyond() -> Iterator[str]:
    """Keys that a run may set and no ablation varies: what is compared must be the same data, judged alike."""
    for part, section in _SECTIONS:
        yield from (f"{part}.{key}" for key in section.model_fields)


def require_known(key: str, known: list[str]) -> None:
    """Refuse a key that the recipe has not.

    Raises:
        WrongUsage: with the nearest that it has.
    """
    above, _, _ = key.rpartition(".")
    of_plugin = above in _MEMBERS or (above in known and above.split(".")[0] in SWITCHED)
    if key in known or of_plugin:  # a plugin checks its own settings, and names the nearest
        return
    tails = {one.rpartition(".")[2]: one for one in reversed(known)}
    tail = key.rpartition(".")[2]
    near = did_you_mean(key, known) or (f" Did you mean {tails[tail]!r}?" if tail in tails else "")
    raise WrongUsage(f"{key!r} is no key of this recipe that can be changed.{near} There are: {', '.join(known)}.")


def _set(content: Content, key: str, value: str) -> None:
    if key == START:
        _start(content, value)
        return
    part, *rest = key.split(".")
    if part not in _LISTS:
        content[part] = content[part] or {}  # a section that the recipe leaves out
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


def _start(content: Content, value: str) -> None:
    """From noise, from a file, or from noise by way of the phases that look at pictures without labels."""
    looks = [phase for phase in content["phases"] if phase["objective"] is not None]
    if value == IN_DOMAIN and not looks:
        raise WrongUsage(
            "start=in-domain: the recipe has no phase with an objective, such as [[phases]] with "
            'objective = { kind = "simclr" }; give it one before the phases that learn from labels.'
        )
    content["network"]["weights"] = None if value in (NOISE, IN_DOMAIN) else _literal(value)
    if value != IN_DOMAIN:
        content["phases"] = [phase for phase in content["phases"] if phase["objective"] is None]


def _put(section: Content, key: str, value: str) -> None:
    """``kind``, and ``of`` of normalise, take the settings of the other kind with them."""
    if value == OFF:
        section.pop(key, None)
    elif key in _KINDS and section.get(key) != value:
        step = section.get("step")
        section.clear()
        section |= {key: value} | ({"step": step} if step else {})
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
        if phase.objective is not None:
            parse_member("objectives", phase.objective, where=f"{where}: phases.{phase.name}")
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
