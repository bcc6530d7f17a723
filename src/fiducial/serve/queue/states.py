"""The life of a job as one table: every change of state in the code is a row here, and no other is possible."""

from dataclasses import dataclass
from enum import StrEnum


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # the work was done and says that it cannot be done
    DEAD = "dead"  # it killed its worker too often
    SUPERSEDED = "superseded"  # a later revision of the same study came before it began

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self not in {JobState.WAITING, JobState.RUNNING}


@dataclass(frozen=True, slots=True)
class Move:
    """``fenced``: only the worker that holds the job, in the attempt that it holds, may do it."""

    name: str
    before: JobState
    after: JobState
    fenced: bool
    why: str


MOVES = {
    move.name: move
    for move in (
        Move("claim", JobState.WAITING, JobState.RUNNING, fenced=False, why="a worker took it"),
        Move("finish", JobState.RUNNING, JobState.DONE, fenced=True, why="its result is kept"),
        Move("fail", JobState.RUNNING, JobState.FAILED, fenced=True, why="it cannot be done, and says why"),
        Move("give back", JobState.RUNNING, JobState.WAITING, fenced=True, why="its worker ends in order"),
        Move("lapse", JobState.RUNNING, JobState.WAITING, fenced=False, why="its worker was killed or is silent"),
        Move("bury", JobState.RUNNING, JobState.DEAD, fenced=False, why="it killed its worker too often"),
        Move("supersede", JobState.WAITING, JobState.SUPERSEDED, fenced=False, why="more images came"),
        Move("replay", JobState.DEAD, JobState.WAITING, fenced=False, why="somebody wants it tried again"),
        Move("retry", JobState.FAILED, JobState.WAITING, fenced=False, why="somebody wants it tried again"),
    )
}
