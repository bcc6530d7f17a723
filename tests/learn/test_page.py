"""The commands of docs/learn.md run, in the order of the page, in an empty folder."""

from pathlib import Path

from test_docs import ELSEWHERE, ROOT, steps


def test_the_page_does_what_it_says(tmp_path: Path) -> None:
    for name in sorted(ELSEWHERE):
        for step in steps(ROOT / "docs" / name):
            step.run(tmp_path)
    assert (tmp_path / "opacity" / "opacity.fidu").exists()
    assert (tmp_path / "opacity-ablation" / "ablation.html").exists()
