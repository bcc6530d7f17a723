"""Tasks side by side: each has its time, and none waits for another's."""

from collections.abc import Callable
from functools import partial
from threading import Event

from fiducial.batch.deadlines import Failed, Late, Task, side_by_side
from fiducial.errors import UnusableInput


def task(work: Callable[[], int], seconds: float = 30.0, stop: Callable[[], None] = lambda: None) -> Task[int]:
    return Task(work, seconds, stop)


def raises(error: Exception) -> Callable[[], int]:
    def work() -> int:
        raise error

    return work


def test_outcomes_stand_in_the_order_of_the_tasks() -> None:
    found = side_by_side({name: task(partial(int, number)) for number, name in enumerate("dcba")}, 2)
    assert list(found.items()) == [("d", 0), ("c", 1), ("b", 2), ("a", 3)]


def test_what_one_raises_is_its_own_reason() -> None:
    told = side_by_side({"bad": task(raises(UnusableInput("is torn"))), "good": task(lambda: 1)}, 1)
    assert told == {"bad": Failed("is torn"), "good": 1}


def test_what_nobody_foresaw_is_a_reason_too() -> None:
    assert side_by_side({"bad": task(raises(ZeroDivisionError("by 0")))}, 1) == {
        "bad": Failed("ZeroDivisionError: by 0")
    }


def test_who_is_late_is_told_to_stop_and_not_waited_for() -> None:
    stopped = Event()
    found = side_by_side({"slow": task(lambda: stopped.wait(60) or 0, 0.05, stopped.set), "quick": task(lambda: 1)}, 1)
    assert isinstance(found["slow"], Late)
    assert found["quick"] == 1
    found["slow"].thread.join(5)
    assert not found["slow"].still_runs


def test_who_does_not_stop_still_runs() -> None:
    end = Event()
    late = side_by_side({"deaf": task(lambda: end.wait(60) or 0, 0.05)}, 1)["deaf"]
    assert isinstance(late, Late)
    assert late.still_runs
    end.set()


def test_time_counts_from_when_the_work_begins() -> None:
    pause = Event()
    found = side_by_side({str(number): task(lambda: int(pause.wait(0.2)), 1.0) for number in range(6)}, 1)
    assert set(found.values()) == {0}


def test_no_more_work_at_once_than_there_are_threads() -> None:
    at_once, most = [0], [0]

    def work() -> int:
        at_once[0] += 1
        most[0] = max(most[0], at_once[0])
        Event().wait(0.01)
        at_once[0] -= 1
        return 0

    side_by_side({str(number): task(work) for number in range(8)}, 2)
    assert most[0] <= 2
