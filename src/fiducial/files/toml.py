"""Strict TOML: a mistake is told with its file, its key and what the key may be."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from fiducial.errors import UnusableInput
from fiducial.files.names import did_you_mean

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
        told = "\n".join(f"  {line}" for line in _lines(wrong, model))
        raise UnusableInput(f"{where}: {wrong.error_count()} of its keys cannot be used:\n{told}") from wrong


def _lines(wrong: ValidationError, model: type[BaseModel]) -> list[str]:
    return [
        _line(error["type"], tuple(error["loc"]), error["msg"], error.get("input"), model) for error in wrong.errors()
    ]


def _line(kind: str, location: tuple[int | str, ...], message: str, found: object, model: type[BaseModel]) -> str:
    key = ".".join(str(part) for part in location) or "(top level)"
    if kind == "extra_forbidden":
        known = _keys_beside(location, model)
        return f"{key}: unknown key.{did_you_mean(str(location[-1]), known)} It may be: {', '.join(known)}."
    if kind == "missing":
        return f"{key}: missing; it must be given."
    told = message.removeprefix("Value error, ")
    return f"{key}: {told}." if isinstance(found, dict) else f"{key}: {told}; got {found!r}."


def _keys_beside(location: tuple[int | str, ...], model: type[BaseModel]) -> list[str]:
    inner = model
    for part in location[:-1]:
        field = inner.model_fields.get(str(part))
        if field is None or not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)):
            break
        inner = field.annotation
    return sorted(inner.model_fields)
