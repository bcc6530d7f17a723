"""The page of the steps says what the steps say of themselves, and its example is a preparation."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

from fiducial import plugins
from fiducial.scans.preparation.preparing import parse_steps

if TYPE_CHECKING:
    from pydantic import BaseModel

    from fiducial.scans.preparation.contract import Step

PAGE = (Path(__file__).parents[3] / "docs" / "preparation.md").read_text(encoding="utf-8")


def rows(cells: int) -> list[list[str]]:
    lines = [line for line in PAGE.splitlines() if line.startswith("| `") and line.count("|") == cells + 1]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def settings() -> Iterator[list[str]]:
    for name in plugins.names("steps"):
        for key, field in cast("type[BaseModel]", plugins.load("steps", name)).model_fields.items():
            default = "" if field.is_required() or field.default is None else f"`{json.dumps(field.default)}`"
            yield [f"`{name}`", f"`{key}`", default, field.description or "?"]


def test_every_step_stands_on_the_page_with_its_own_words() -> None:
    steps = {name: cast("type[Step]", plugins.load("steps", name)).says for name in plugins.names("steps")}
    assert {row[0].strip("`"): row[1] for row in rows(3)} == steps


def test_every_setting_stands_on_the_page_with_its_default_unit_and_range() -> None:
    assert rows(4) == list(settings())


def test_the_example_of_the_page_is_a_preparation() -> None:
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert example
    steps = parse_steps(tomllib.loads(example[1])["preparation"], where="the page")
    assert [step.name for step in steps] == ["window", "resize", "normalise"]
