"""Workers die at random moments; every job ends exactly once, on both stores."""

from pathlib import Path

from proofs.queue_kills import Torment, torture


def test_under_kill_9_every_job_ends_exactly_once(address: str, tmp_path: Path) -> None:
    (tmp_path / "told").mkdir()
    found = torture(address, tmp_path / "told", Torment(300, 0.5, pause=0.15))
    assert found.kills >= 1
    assert found.states == {"done": 300}
    assert (found.results, found.twice, found.late) == (300, 0, 0)
