"""The page of bundles lists every key of the manifest with its default, and its example is a manifest."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from pydantic import BaseModel

from fiducial.models.manifest import Manifest

PAGE = (Path(__file__).parents[2] / "docs" / "bundles.md").read_text(encoding="utf-8")


def keys(model: type[BaseModel], before: str = "") -> Iterator[tuple[str, str]]:
    """Each key with its default as the page writes it, section by section."""
    sections = []
    for name, field in model.model_fields.items():
        key = before + (field.alias or name)
        default = None if field.is_required() else field.get_default(call_default_factory=True)
        told = "" if default is None or isinstance(default, BaseModel) else f"`{json.dumps(default)}`"
        yield key, told
        inner = [kind for kind in _kinds(field.annotation) if kind.__module__ == Manifest.__module__]
        sections += [(kind, f"{key}.") for kind in inner]
    for kind, prefix in sections:
        yield from keys(kind, prefix)


def _kinds(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _kinds(part)


def test_every_key_stands_on_the_page_with_its_default() -> None:
    rows = re.findall(r"^\| `([a-z_.]+)` \| (`[^`]*`)? ?\| ", PAGE, re.MULTILINE)
    assert [list(row) for row in rows] == [list(row) for row in keys(Manifest)]


def test_the_example_of_the_page_is_a_manifest() -> None:
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert example
    assert Manifest.model_validate(tomllib.loads(example[1])).support.inputs.view == ("PA", "AP")
