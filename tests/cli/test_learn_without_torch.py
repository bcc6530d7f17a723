"""``fiducial learn`` where torch is not installed."""

from importlib.util import find_spec

import pytest

from cli.conftest import Run


@pytest.mark.skipif(find_spec("torch") is not None, reason="torch is here")
def test_learn_without_torch_says_what_to_install_in_one_line(fiducial: Run) -> None:
    done = fiducial("learn", "recipe.toml")
    assert done.returncode == 2
    assert (
        done.stderr.strip() == "fiducial: training needs torch, which is not installed: pip install 'fiducial[learn]'"
    )
