"""A batch keeps its order, lists what went wrong, and outlives the death of its processes."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from fiducial.batch import Done, run
from fiducial.batch.chunks import cut
from fiducial.errors import UnusableInput


def squared(number: int) -> int:
    if number == 13:
        raise UnusableInput("unlucky")
    if number == 17:
        raise ZeroDivisionError
    return number * number


def dies_at_some(number: int) -> int:
    if number in (40, 41, 999):
        os._exit(3)
    return number


def exits(number: int) -> int:
    raise SystemExit(number)


def written_down(folder: Path, number: int) -> int:
    path = folder / str(number)
    path.write_text("begun")
    time.sleep(0.001)
    path.write_text("done")
    return os.getpid()


def test_ten_thousand_items_keep_their_order() -> None:
    assert [done.item for done in run(squared, range(10_000), workers=2)] == list(range(10_000))


@pytest.mark.parametrize("count", [15, 100])
def test_a_bad_item_is_listed_with_its_reason_and_the_others_go_on(count: int) -> None:
    bad = {done.item: done.reason for done in run(squared, range(count + 3), workers=2) if done.reason}
    assert bad == {13: "unlucky", 17: "ZeroDivisionError"}


def test_results_come_back_with_their_item() -> None:
    assert list(run(squared, [2, 3])) == [Done(2, 4, None), Done(3, 9, None)]


def test_an_item_whose_process_dies_is_found_and_all_others_go_on() -> None:
    outcomes = list(run(dies_at_some, range(1000), workers=2))
    assert [done.item for done in outcomes if done.reason] == [40, 41, 999]
    assert [done.result for done in outcomes if not done.reason] == [n for n in range(1000) if n not in (40, 41, 999)]


def test_the_reason_of_a_dead_process_names_its_exit_code() -> None:
    (reason,) = (done.reason for done in run(dies_at_some, range(20, 41), workers=2) if done.reason)
    assert reason is not None
    assert "died (EXIT(3))" in reason


def test_a_call_for_exit_inside_the_work_does_not_end_the_batch() -> None:
    assert [done.reason for done in run(exits, [7])] == ["SystemExit: 7"]


def test_progress_is_told_after_every_item() -> None:
    told: list[tuple[int, int]] = []
    list(run(squared, range(20), workers=2, told=lambda done, total: told.append((done, total))))
    assert told == [(number, 20) for number in range(1, 21)]


def test_few_items_are_worked_on_in_this_process() -> None:
    assert {done.result for done in run(lambda _: os.getpid(), range(16), workers=2)} == {os.getpid()}


def test_many_items_are_worked_on_elsewhere() -> None:
    assert os.getpid() not in {done.result for done in run(lambda _: os.getpid(), range(17), workers=2)}


def test_stopping_early_is_no_error() -> None:
    outcomes = run(squared, range(1000), workers=2)
    assert next(outcomes).item == 0
    outcomes.close()  # type: ignore[attr-defined]  # an Iterator to callers, a generator in fact


@pytest.mark.parametrize("_", range(10))
def test_stopping_early_ends_the_item_in_work_and_begins_no_other(tmp_path: Path, _: int) -> None:
    outcomes = run(partial(written_down, tmp_path), range(1000), workers=2)
    before = next(outcomes).result
    outcomes.close()  # type: ignore[attr-defined]
    begun = {int(path.name) for path in tmp_path.iterdir()}
    assert len(begun) < 1000
    assert all((tmp_path / str(number)).read_text() == "done" for number in begun)
    assert before is not None
    assert os.waitpid(before, os.WNOHANG) == (0, 0)  # its process lives: nobody was killed


def test_nothing_is_left_of_an_empty_batch() -> None:
    assert list(run(squared, [])) == []


def test_no_file_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    list(run(squared, range(30), workers=2))
    assert not list(tmp_path.glob("batch-*"))


def test_a_batch_runs_inside_a_thread() -> None:
    with ThreadPoolExecutor(1) as pool:
        outcomes = pool.submit(lambda: list(run(squared, range(40), workers=2))).result()
    assert len(outcomes) == 40


def test_chunks_hold_every_item_once() -> None:
    assert [index for part in cut(range(1001), 2) for index in part] == list(range(1001))
