"""The statements of the queue, built once: to build one costs SQLAlchemy more time than SQLite takes to run it."""

from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, Update, and_, bindparam, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from fiducial.serve.database.clock import Clock
from fiducial.serve.database.schema import JOBS, RESULTS
from fiducial.serve.queue.states import MOVES, JobState

J = JOBS.c
_AMONG = J.id.in_(bindparam("ids", expanding=True))
_MINE = and_(J.state == JobState.RUNNING, J.worker == bindparam("holder"))
_WAITING = and_(J.state == JobState.WAITING, J.kind.in_(bindparam("kinds", expanding=True)))
_FREE = {"lease": None, "worker": None}  # of a job that nobody holds


@dataclass(frozen=True, slots=True)
class Statements:
    """By what they do. Parameters: ``ids``, ``kinds``, ``holder``, ``limit``, ``attempt``, ``words``."""

    put: Any  # an INSERT of either database, which lack a common type for what they do about known keys
    any_waiting: Select[Any]
    first_due: Select[Any]
    claim: Update
    held: Select[Any]
    finish: Update
    keep: Any
    fail: Update
    give_back: Update
    beat: Update
    progress: Update

    @classmethod
    def of(cls, clock: Clock, lease: float, *, is_sqlite: bool) -> Self:
        """For one database, whose clock it is."""
        now = clock.now()
        known = (sqlite if is_sqlite else postgresql).insert(JOBS)
        held = and_(_MINE, J.id == bindparam("held"), J.attempt == bindparam("held_attempt"))
        return cls(
            put=known.on_conflict_do_nothing(index_elements=["key"]).returning(J.id),
            any_waiting=select(literal(1)).where(_WAITING).limit(1),
            first_due=select(JOBS)
            .where(_WAITING)
            .order_by(J.due, J.id)
            .limit(bindparam("limit"))
            .with_for_update(skip_locked=True),
            claim=moving("claim", _AMONG).values(
                worker=bindparam("holder"), attempt=J.attempt + 1, begun=now, progressed=now, lease=now + lease,
                progress=None, reason=None,
            ),
            held=select(J.id, J.worker, J.attempt).where(_AMONG, J.state == JobState.RUNNING).with_for_update(),
            finish=moving("finish", _AMONG).values(_FREE | {"ended": now}),
            keep=insert(RESULTS),
            fail=moving("fail", _AMONG).values(_FREE | {"ended": now, "reason": bindparam("words")}),
            give_back=moving("give back", _AMONG).values(_FREE),
            beat=update(JOBS).where(_MINE).values(lease=now + lease),
            progress=update(JOBS).where(held).values(progressed=now, progress=bindparam("words")),
        )  # fmt: skip


def moving(name: str, which: ColumnElement[bool]) -> Update:
    """The move of that name, for jobs that stand where it begins."""
    move = MOVES[name]
    return update(JOBS).where(J.state == move.before, which).values(state=move.after.value)
