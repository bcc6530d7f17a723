"""The best of a few runs, which is what a quiet machine would show."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was asked, ours, the peer's, and the aim."""

    what: str
    ours: float  # seconds
    peer: str
    theirs: float | None
    aim: str

    def markdown(self) -> str:
        """The row of the table in docs."""
        theirs = f"{self.theirs:.3g} s" if self.theirs is not None else ""
        ratio = f"{self.theirs / self.ours:.1f}x" if self.theirs is not None else ""
        return f"| {self.what} | {self.ours:.3g} s | {self.peer} | {theirs} | {ratio} | {self.aim} |"


def best_of(work: Callable[[], object], times: int = 3) -> float:
    """Seconds of the fastest of some runs."""
    return min(_once(work) for _ in range(times))


def _once(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def peak_kilobytes() -> int:
    """The most memory that this process has held. ``ru_maxrss`` would count what held it before ``exec``, too."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM:")).split()[1])


def in_a_process(module: str, *arguments: str) -> tuple[float, ...]:
    """The numbers that ``python -m module`` prints last: a process of its own has a peak of memory of its own."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603  (our own)
    return tuple(float(word) for word in done.stdout.splitlines()[-1].split())
