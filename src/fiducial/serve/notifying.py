"""Tells systemd that the service is ready, that it lives, and that it ends (sd_notify(3)); without systemd, nobody."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

_SOCKET, _PATIENCE = "NOTIFY_SOCKET", "WATCHDOG_USEC"


def notify(state: str) -> bool:
    """``READY=1``, ``WATCHDOG=1``, ``STOPPING=1``; False where nobody listens."""
    where = os.environ.get(_SOCKET, "")
    if not where.startswith(("/", "@")):
        return False
    address = f"\0{where[1:]}" if where.startswith("@") else where
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.sendto(state.encode(), address)
    except OSError:
        return False
    return True


@contextmanager
def watched(lives: Callable[[], bool]) -> Iterator[None]:
    """While this lasts, say that the service lives as often as systemd wants to hear it, and only where it does."""
    patience = int(os.environ.get(_PATIENCE, "0")) / 1e6
    stop = Event()

    def say() -> None:
        while not stop.wait(patience / 3):
            if lives():
                notify("WATCHDOG=1")

    thread = Thread(target=say, name="watchdog", daemon=True)
    if patience > 0:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        notify("STOPPING=1")
