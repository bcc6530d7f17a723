"""Several tasks of one study side by side in threads, each with a time limit of its own that nobody waits beyond.

A thread cannot be killed. A task that is over its time is told to stop and left to itself; its place is given to the
next, and what it says later is not heard. Whoever hands tasks out may ask the ``Late`` whether it ended meanwhile.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Generic, TypeVar

from fiducial.errors import FiducialError

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Task(Generic[Result]):
    """``stop`` asks the work to end soon, and comes back at once. ``seconds`` count from when the work begins."""

    work: Callable[[], Result]
    seconds: float
    stop: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Late:
    """A task that was over its time."""

    seconds: float
    thread: Thread

    @property
    def still_runs(self) -> bool:
        """Whether it has not ended since."""
        return self.thread.is_alive()


@dataclass(frozen=True, slots=True)
class Failed:
    """A task that raised."""

    reason: str


@dataclass(frozen=True, slots=True)
class _Begun(Generic[Result]):
    task: Task[Result]
    thread: Thread
    deadline: float


def side_by_side(
    tasks: Mapping[str, Task[Result]],
    threads: int,
    told: Callable[[str, Result | Late | Failed], None] | None = None,
) -> dict[str, Result | Late | Failed]:
    """What every task gives, by name in the order of ``tasks``; at most ``threads`` work at once.

    ``told`` hears every outcome as it comes, in the caller's own thread.
    """
    ended: SimpleQueue[tuple[str, Result | Failed]] = SimpleQueue()
    waiting = list(tasks)[::-1]
    running: dict[str, _Begun[Result]] = {}
    found: dict[str, Result | Late | Failed] = {}

    def heard(name: str, outcome: Result | Late | Failed) -> None:
        found[name] = outcome
        if told is not None:
            told(name, outcome)

    while waiting or running:
        while waiting and len(running) < threads:
            name = waiting.pop()
            running[name] = _begun(name, tasks[name], ended)
        try:
            soonest = min(one.deadline for one in running.values())
            name, outcome = ended.get(timeout=max(0.0, soonest - monotonic()))
        except Empty:
            for name in [name for name, one in running.items() if one.deadline <= monotonic()]:
                one = running.pop(name)
                one.task.stop()
                heard(name, Late(one.task.seconds, one.thread))
        else:
            if running.pop(name, None) is not None:  # else it is late, and not heard
                heard(name, outcome)
    return {name: found[name] for name in tasks}


def _begun(name: str, task: Task[Result], ended: "SimpleQueue[tuple[str, Result | Failed]]") -> _Begun[Result]:
    def work() -> None:
        try:
            ended.put((name, task.work()))
        except FiducialError as raised:
            ended.put((name, Failed(str(raised))))
        except Exception as unforeseen:  # noqa: BLE001  (one task's crash is its own reason, not the others')
            ended.put((name, Failed(f"{type(unforeseen).__name__}: {unforeseen}".rstrip(": "))))

    thread = Thread(target=work, name=name, daemon=True)  # a process does not wait for it at its end
    begun = _Begun(task, thread, monotonic() + task.seconds)
    thread.start()
    return begun
