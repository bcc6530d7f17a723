"""Strict TOML: a mistake is told with its file, its key and what the key may be."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from fiducial.errors import UnusableInput
from fiducial.files.names import did_you_mean

_KINDS = {"bool", "int", "float", "str", "date"}  # how pydantic calls the kinds that one value may have
_SHOULD_BE = "Input should be "
_LONGEST = 80  # characters of a value that an error repeats
_LISTS = ("Input should be a valid tuple", "Input should be a valid list")  # TOML knows no tuple

Model = TypeVar("Model", bound=BaseModel)


def read_toml(path: Path, model: type[Model]) -> Model:
    """Parse a TOML file into a pydantic model that forbids unknown keys.

    Raises:
        UnusableInput: the file is absent, not TOML, or a key is unknown, missing or of the wrong kind.
    """
    try:
        with path.open("rb") as stream:
            content = tomllib.load(stream)
    except FileNotFoundError as absent:
        raise UnusableInput(f"{path}: there is no such file.") from absent
    except (OSError, UnicodeDecodeError) as unreadable:
        raise UnusableInput(f"{path}: cannot be read as text ({unreadable}). It must be a TOML file.") from unreadable
    except tomllib.TOMLDecodeError as wrong:
        raise UnusableInput(f"{path}: is not valid TOML: {wrong}.") from wrong
    return parse(content, model, where=str(path))


def parse(content: dict[str, Any], model: type[Model], *, where: str) -> Model:
    """Validate a mapping; ``where`` names its origin in the error."""
    try:
        return model.model_validate(content)
    except ValidationError as wrong:
        lines = _lines(wrong, model)
        told = "\n".join(f"  {line}" for line in lines)
        raise UnusableInput(f"{where}: {len(lines)} of its keys cannot be used:\n{told}") from wrong


def _lines(wrong: ValidationError, model: type[BaseModel]) -> list[str]:
    """One line a key; where a value may be of several kinds, pydantic has an error for each of them."""
    kinds: dict[tuple[int | str, ...], list[str]] = {}
    told: dict[tuple[int | str, ...], str] = {}
    for error in wrong.errors():
        location, message = tuple(error["loc"]), error["msg"]
        if error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"]:
            continue  # a list is counted without those of its items that are told already
        if location and location[-1] in _KINDS and message.startswith(_SHOULD_BE):
            location = location[:-1]
            kinds.setdefault(location, []).append(message.removeprefix(_SHOULD_BE))
            message = _SHOULD_BE + " or ".join(kinds[location])
        told[location] = _line(error["type"], location, message, error.get("input"), model)
    return list(told.values())


def _line(kind: str, location: tuple[int | str, ...], message: str, found: object, model: type[BaseModel]) -> str:
    key = ".".join(str(part) for part in location) or "(top level)"
    if kind == "extra_forbidden":
        known = _keys_beside(location, model)
        return f"{key}: unknown key.{did_you_mean(str(location[-1]), known)} It may be: {', '.join(known)}."
    if kind == "missing":
        return f"{key}: missing; it must be given."
    message = "must be a list in square brackets" if message in _LISTS else message
    told = "must not be empty" if kind == "too_short" else message.removeprefix("Value error, ")
    return f"{key}: {told}." if isinstance(found, dict) else f"{key}: {told}; got {_short(found)}."


def _short(found: object) -> str:
    told = repr(found)
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}..."


def _keys_beside(location: tuple[int | str, ...], model: type[BaseModel]) -> list[str]:
    inner = model
    for part in location[:-1]:
        below = inner if isinstance(part, int) else _model_under(part, inner)
        if below is None:
            break
        inner = below
    return sorted(field.alias or name for name, field in inner.model_fields.items())


def _model_under(key: str, model: type[BaseModel]) -> type[BaseModel] | None:
    """The model of a section, ``[key]``, or of each of its repeats, ``[[key]]``."""
    field = model.model_fields.get(key)
    if field is None:
        return None
    kinds = (field.annotation, *get_args(field.annotation))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
