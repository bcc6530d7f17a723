"""What stands in the queue, for a page, a command and a test; looks never take a lock."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from fiducial.serve.database.opening import Database
from fiducial.serve.database.schema import JOBS, RESULTS
from fiducial.serve.queue.states import JobState


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as people see it. Times in seconds since 1970."""

    id: int
    key: str
    kind: str
    subject: str
    state: JobState
    due: float
    asked: float
    attempt: int
    kills: int
    worker: str | None
    progressed: float | None
    progress: str | None
    reason: str | None


_SEEN = [JOBS.c[name] for name in JobView.__dataclass_fields__]


def jobs_by_state(database: Database, limit: int = 1000) -> dict[JobState, list[JobView]]:
    """Of each state the first by due time."""
    return {state: read_jobs(database, [state], limit) for state in JobState}


def read_jobs(database: Database, states: Sequence[JobState], limit: int = 1000) -> list[JobView]:
    """The jobs of these states, the first due first."""
    asked = select(*_SEEN).where(JOBS.c.state.in_(states)).order_by(JOBS.c.due, JOBS.c.id).limit(limit)
    with database.reading() as connection:
        return [_view(row) for row in connection.execute(asked)]


def stalled_jobs(database: Database, seconds: float) -> list[JobView]:
    """Jobs whose work has not gone on for so long, though their worker may live."""
    still = JOBS.c.progressed < database.clock.now() - seconds
    with database.reading() as connection:
        asked = select(*_SEEN).where(JOBS.c.state == JobState.RUNNING, still).order_by(JOBS.c.progressed)
        return [_view(row) for row in connection.execute(asked)]


def count_jobs(database: Database) -> dict[JobState, int]:
    """How many are in each state."""
    with database.reading() as connection:
        rows = connection.execute(select(JOBS.c.state, func.count()).group_by(JOBS.c.state)).all()
    found = {str(state): int(count) for state, count in rows}
    return {state: found.get(state, 0) for state in JobState}


def read_result(database: Database, key: str) -> dict[str, Any] | None:
    """The document of a job that is done."""
    with database.reading() as connection:
        found = connection.execute(select(RESULTS.c.document).where(RESULTS.c.key == key)).scalar()
    return None if found is None else json.loads(found)


def _view(row: Any) -> JobView:  # noqa: ANN401  (SQLAlchemy's row)
    told = row._asdict()
    return JobView(**told | {"state": JobState(told["state"])})
