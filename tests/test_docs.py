"""The commands and the Python of every page run, in the order of the page, in an empty folder."""

import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import pytest

from docs import pictures_of_conditions as conditions
from fiducial import plugins
from fiducial.claims.floors import FLOORS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# What needs torch runs in tests/learn/test_page.py, where torch is.
ELSEWHERE = {"learn.md", "learn-ich.md", "learn-mine.md", "learn-recipes.md", "learn-selfsup.md"}
BLOCK = re.compile(r"```(console|python)\n(.*?)```", re.DOTALL)
FORMS = ("at least", "at most", "[low, high]")  # of a floor
EXIT = re.compile(r"#.*exit code (\d)")


@dataclass(frozen=True)
class Step:
    """A command of a page, or a piece of Python."""

    kind: str
    text: str

    def run(self, folder: Path) -> None:
        if self.kind == "python":
            run([sys.executable, "-c", self.text], folder, 0)
        else:
            expected = EXIT.search(self.text)
            run(["bash", "-c", self.text], folder, int(expected[1]) if expected else 0)


def steps(page: Path) -> tuple[Step, ...]:
    found = []
    for kind, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        lines = [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ fiducial")]
        found += [Step(kind, text)] if kind == "python" else [Step(kind, line) for line in lines]
    return tuple(found)


class Beginnings:
    """The folders in which several pages would stand after the same first steps: done once, copied for each."""

    def __init__(self, folder: Path, pages: list[tuple[Step, ...]]) -> None:
        begun = Counter(page[:length] for page in pages for length in range(1, len(page) + 1))
        self._shared = {steps for steps, count in begun.items() if count > 1}
        self._folder = folder
        self._kept: dict[tuple[Step, ...], Path] = {}

    def walk(self, page: tuple[Step, ...], folder: Path) -> None:
        """Every step of a page, in ``folder``."""
        done = max((length for length in range(len(page) + 1) if page[:length] in self._kept), default=0)
        if done:
            copytree(self._kept[page[:done]], folder, dirs_exist_ok=True)
        for length, step in enumerate(page[done:], start=done + 1):
            step.run(folder)
            self._keep(page[:length], folder)

    def _keep(self, steps: tuple[Step, ...], folder: Path) -> None:
        if steps in self._shared:
            self._kept[steps] = Path(copytree(folder, self._folder / str(len(self._kept))))

    def know(self, steps: tuple[Step, ...], folder: Path) -> None:
        """These first steps were done in ``folder`` before."""
        self._kept[steps] = folder


@pytest.fixture(scope="module")
def beginnings(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Beginnings:
    found = Beginnings(tmp_path_factory.mktemp("begun"), [steps(page) for page in PAGES])
    found.know((Step("console", "fiducial demo --out demo"),), demo / "begun")
    return found


@pytest.mark.parametrize(
    "page", [page for page in PAGES if steps(page) and page.name not in ELSEWHERE], ids=lambda page: page.name
)
def test_a_page_does_what_it_says(page: Path, tmp_path: Path, beginnings: Beginnings) -> None:
    beginnings.walk(steps(page), tmp_path)


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
