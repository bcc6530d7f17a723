"""``fiducial`` as a process of its own ends as ``main`` does in this one, in which the other tests run it."""

from pathlib import Path

import pytest

from cli.conftest import CLAIM, Run


@pytest.mark.parametrize(
    "words",
    [
        ("audit", "claim.toml", "--resamples", "100"),  # 0
        ("audit", "strict.toml", "--resamples", "100"),  # 1
        ("audit", "claim.toml", "--colour", "red"),  # 2
        ("audit", "gone.toml"),  # 4
        ("--version",),
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("written")
def test_a_process_says_the_same_and_ends_with_the_same_code(
    fiducial: Run, process: Run, words: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "strict.toml").write_text(CLAIM.replace("auroc = 0.8", "auroc = 0.9999"))
    here, alone = fiducial(*words), process(*words)
    assert (here.returncode, here.stdout, here.stderr) == (alone.returncode, alone.stdout, alone.stderr)
