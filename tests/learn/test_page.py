"""The commands of the pages on learning run, in the order of the page, in an empty folder."""

from pathlib import Path

import pytest

from test_docs import ELSEWHERE, ROOT, steps


@pytest.mark.parametrize("name", sorted(ELSEWHERE))
def test_the_page_does_what_it_says(tmp_path: Path, name: str) -> None:
    for step in steps(ROOT / "docs" / name):
        step.run(tmp_path)
    assert list(tmp_path.glob("*/*.fidu"))
