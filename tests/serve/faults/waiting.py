"""Wait for what another process does."""

from collections.abc import Callable
from time import monotonic, sleep

PATIENCE = 60.0


def wait(until: Callable[[], object]) -> None:
    over = monotonic() + PATIENCE
    while not until():
        assert monotonic() < over, "it did not happen"
        sleep(0.02)
