"""A job ends exactly once, whoever dies; the same on both stores."""

import pytest

from fiducial.claims.catalogue.entry import Urgency
from fiducial.serve.database.clock import FakeClock
from fiducial.serve.database.opening import Database
from fiducial.serve.queue.job import Ask
from fiducial.serve.queue.queue import Queue
from fiducial.serve.queue.reading import JobView, jobs_by_state, read_result
from fiducial.serve.queue.states import MOVES, JobState

KINDS = ("chest",)


@pytest.fixture
def queue(database: Database) -> Queue:
    return Queue(database, lease=30)


def ask(key: str, urgency: Urgency = Urgency.ROUTINE) -> Ask:
    return Ask(key, "chest", f"study {key}", {"revision": 1}, urgency)


def state(queue: Queue) -> dict[JobState, list[JobView]]:
    return jobs_by_state(queue.database)


def test_a_job_that_is_put_is_claimed_and_finished(queue: Queue) -> None:
    queue.put([ask("a")])
    (job,) = queue.claim("w", KINDS)
    assert queue.finish([(job, {"bleed": 0.9})]) == [job]
    assert read_result(queue.database, "a") == {"bleed": 0.9}
    assert [one.key for one in state(queue)[JobState.DONE]] == ["a"]


def test_one_question_is_one_job(queue: Queue) -> None:
    assert queue.put([ask("a"), ask("a")]) == 1
    assert queue.put([ask("a")]) == 0


def test_nobody_gets_a_job_that_another_holds(queue: Queue) -> None:
    queue.put([ask("a")])
    queue.claim("w", KINDS)
    assert queue.claim("v", KINDS) == []


def test_a_worker_gets_only_its_kind(queue: Queue) -> None:
    queue.put([ask("a")])
    assert queue.claim("w", ("head",)) == []


def test_the_urgent_is_taken_first(queue: Queue) -> None:
    queue.put([ask("routine"), ask("urgent", Urgency.MINUTES), ask("soon", Urgency.HOURS)])
    assert [job.key for job in queue.claim("w", KINDS, limit=3)] == ["urgent", "soon", "routine"]


def test_whatever_waits_grows_more_urgent(queue: Queue, clock: FakeClock) -> None:
    queue.put([ask("old")])
    clock.advance(4 * 86400)
    queue.put([ask("fresh", Urgency.MINUTES)])
    assert [job.key for job in queue.claim("w", KINDS, limit=2)] == ["old", "fresh"]


def test_a_silent_workers_job_is_anothers_after_its_lease(queue: Queue, clock: FakeClock) -> None:
    queue.put([ask("a")])
    queue.claim("w", KINDS)
    assert queue.lapse() == []
    clock.advance(31)
    (lapsed,) = queue.lapse()
    assert (lapsed.worker, lapsed.kills, lapsed.state) == ("w", 1, JobState.WAITING)
    assert [job.attempt for job in queue.claim("v", KINDS)] == [2]


def test_a_heartbeat_prolongs_the_lease(queue: Queue, clock: FakeClock) -> None:
    queue.put([ask("a")])
    queue.claim("w", KINDS)
    clock.advance(20)
    queue.beat("w")
    clock.advance(20)
    assert queue.lapse() == []


def test_the_late_word_of_an_earlier_holder_does_not_count(queue: Queue, clock: FakeClock) -> None:
    queue.put([ask("a")])
    (early,) = queue.claim("w", KINDS)
    clock.advance(31)
    queue.lapse()
    (later,) = queue.claim("w", KINDS)  # the same name, another attempt
    assert queue.finish([(early, {"by": "early"})]) == []
    assert not queue.fail(early, "broken")
    assert not queue.progress(early, "going on")
    assert queue.give_back([early]) == 0
    assert queue.finish([(later, {"by": "later"})]) == [later]
    assert read_result(queue.database, "a") == {"by": "later"}


def test_a_result_is_kept_once(queue: Queue) -> None:
    queue.put([ask("a")])
    (job,) = queue.claim("w", KINDS)
    queue.finish([(job, {"n": 1})])
    assert queue.finish([(job, {"n": 2})]) == []
    assert read_result(queue.database, "a") == {"n": 1}


def test_what_kills_three_workers_is_dead_and_can_be_replayed(queue: Queue) -> None:
    queue.put([ask("a")])
    for _ in range(3):
        queue.claim("w", KINDS)
        lapsed = queue.lapse(worker="w")
    assert lapsed[0].state is JobState.DEAD
    (dead,) = state(queue)[JobState.DEAD]
    assert dead.reason == "w died or fell silent at it, time 3 of 3"
    assert queue.replay(dead.id)
    assert [job.kills for job in queue.claim("w", KINDS)] == [0]


def test_a_job_that_killed_a_worker_is_given_out_alone(queue: Queue) -> None:
    queue.put([ask("first", Urgency.HOURS), ask("killer", Urgency.DAYS)])
    queue.claim("w", KINDS, limit=2)
    queue.lapse(worker="w")
    assert [len(queue.claim("w", KINDS, limit=9)) for _ in range(3)] == [1, 1, 0]


def test_a_job_given_back_counts_no_kill(queue: Queue) -> None:
    queue.put([ask("a")])
    assert queue.give_back(queue.claim("w", KINDS)) == 1
    assert [job.kills for job in queue.claim("w", KINDS)] == [0]


def test_a_failed_job_says_why_and_can_be_tried_again(queue: Queue) -> None:
    queue.put([ask("a")])
    (job,) = queue.claim("w", KINDS)
    assert queue.fail(job, "no pixels")
    (failed,) = state(queue)[JobState.FAILED]
    assert failed.reason == "no pixels"
    assert queue.replay(failed.id)
    assert not queue.replay(failed.id)


def test_a_later_revision_supersedes_what_nobody_began(queue: Queue) -> None:
    queue.put([ask("a"), ask("b")])
    with queue.database.writing() as connection:
        assert queue.supersede_within(connection, "study a") == 1
    assert [job.key for job in queue.claim("w", KINDS, limit=2)] == ["b"]


def test_a_clock_that_jumps_an_hour_gives_no_job_two_results(queue: Queue, clock: FakeClock) -> None:
    queue.put([ask("a")])
    (early,) = queue.claim("w", KINDS)
    clock.advance(3600)
    queue.lapse()
    (later,) = queue.claim("v", KINDS)
    clock.advance(-3600)
    assert queue.finish([(early, {}), (later, {"by": "v"})]) == [later]


def test_no_move_leaves_an_ended_state_but_a_replay() -> None:
    leaving = {name for name, move in MOVES.items() if move.before.ended}
    assert leaving == {"replay", "retry"}
