"""The commands and the Python of every page run, in the order of the page, in an empty folder."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs import pictures_of_conditions as conditions
from fiducial import plugins
from fiducial.claims.floors import FLOORS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"```(console|python)\n(.*?)```", re.DOTALL)
FORMS = ("at least", "at most", "[low, high]")  # of a floor
EXIT = re.compile(r"#.*exit code (\d)")


def blocks(page: Path) -> list[tuple[str, str]]:
    return BLOCK.findall(page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)], ids=lambda page: page.name)
def test_a_page_does_what_it_says(page: Path, tmp_path: Path) -> None:
    for kind, text in blocks(page):
        if kind == "python":
            run([sys.executable, "-c", text], tmp_path, 0)
            continue
        for line in text.splitlines():
            if line.startswith("$ fiducial"):
                expected = EXIT.search(line)
                run(["bash", "-c", line.removeprefix("$ ")], tmp_path, int(expected[1]) if expected else 0)


def run(command: list[str], folder: Path, expected: int) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(  # noqa: S603  (our own pages)
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == expected, f"{command[-1]}\n{done.stdout}\n{done.stderr}"


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert target.startswith("https://") or (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_check_stands_on_the_page_of_what_gives_the_answer_away() -> None:
    page = (ROOT / "docs" / "shortcuts.md").read_text(encoding="utf-8")
    assert not [name for name in plugins.names("checks") if f"`{name}`" not in page]


def test_the_page_of_conditions_says_what_the_conditions_say() -> None:
    told = conditions.PAGE.read_text(encoding="utf-8")
    assert told == conditions.page(), "write it again: make docs-conditions"


def test_every_condition_has_a_small_picture_and_no_picture_is_left_over() -> None:
    pictures = {path.stem: path.stat().st_size for path in conditions.PICTURES.iterdir()}
    assert sorted(pictures) == sorted(conditions.built_in())
    assert max(pictures.values()) <= 60_000


def test_every_floor_is_explained_once() -> None:
    page = (ROOT / "docs" / "claim.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in page.splitlines() if line.count("|") == 4]
    told = [
        name for _, floors, form, *_ in rows if form.strip(" `") in FORMS for name in re.findall(r"`(\w+)`", floors)
    ]
    assert sorted(told) == sorted(FLOORS)
