"""The example draws heads and learns from them; that takes minutes."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "hemorrhage.py"


@pytest.mark.slow
def test_hemorrhage_is_learned_from_drawn_heads(tmp_path: Path) -> None:
    command = [sys.executable, str(EXAMPLE), str(tmp_path), "--patients", "24", "--epochs", "4"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603  (our own)
    assert "by the head" in told
    assert "hard negatives look at" in told
    assert "24 volumes scored" in told
