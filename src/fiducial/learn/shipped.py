"""The recipes that ship: taken to a file of one's own, where every choice can be read and changed."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from fiducial.errors import WrongUsage
from fiducial.files.names import did_you_mean
from fiducial.files.toml import parse
from fiducial.files.writing import write_text
from fiducial.learn.recipe import Recipe

_FOLDER = files("fiducial.learn") / "recipes"


@dataclass(frozen=True, slots=True)
class ShippedRecipe:
    """``statement``: one line on what it learns. ``text``: the file, with its comments."""

    name: str
    statement: str
    findings: tuple[str, ...]
    text: str


def list_recipes() -> tuple[ShippedRecipe, ...]:
    """All that ship, by name."""
    names = sorted(entry.name.removesuffix(".toml") for entry in _FOLDER.iterdir() if entry.name.endswith(".toml"))
    return tuple(shipped_recipe(name) for name in names)


def shipped_recipe(name: str) -> ShippedRecipe:
    """One of them.

    Raises:
        WrongUsage: there is none of that name; with the nearest.
    """
    file = _FOLDER / f"{name}.toml"
    if not file.is_file():
        known = [entry.name.removesuffix(".toml") for entry in _FOLDER.iterdir() if entry.name.endswith(".toml")]
        raise WrongUsage(f"no recipe {name!r} ships.{did_you_mean(name, known)} There are: {', '.join(sorted(known))}.")
    text = file.read_text(encoding="utf-8")
    recipe = parse(tomllib.loads(text), Recipe, where=f"{name}.toml")
    return ShippedRecipe(name, recipe.recipe.statement, recipe.recipe.findings, text)


def take_recipe(name: str, out: str | Path) -> Path:
    """Write a shipped recipe to a file, beside which its cohort is expected.

    Raises:
        WrongUsage: there is none of that name, or the file is there already.
    """
    shipped, path = shipped_recipe(name), Path(out)
    if path.exists():
        raise WrongUsage(f"{path}: is there already, and may hold changes of yours. Give another --out.")
    write_text(path, shipped.text)
    return path
