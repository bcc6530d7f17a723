"""What is asked of the queue, and what a worker gets of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fiducial.claims.catalogue.entry import Urgency

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0

# How long a job of each class may wait. Jobs are taken by when they are due, so that whatever waits grows more urgent:
# a routine study of the day before yesterday stands before a fresh one that has hours.
ALLOWED: Mapping[Urgency, float] = {
    Urgency.MINUTES: 5 * MINUTE,
    Urgency.HOURS: 2 * HOUR,
    Urgency.DAYS: DAY,
    Urgency.ROUTINE: 3 * DAY,
}


KIND = "study"  # of the jobs that a worker with a pipeline takes


@dataclass(frozen=True, slots=True)
class Ask:
    """One question. ``key``: the same question twice is one job with one result."""

    key: str
    kind: str
    subject: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    urgency: Urgency = Urgency.ROUTINE


@dataclass(frozen=True, slots=True)
class Job:
    """A job in a worker's hands. ``attempt`` and ``worker`` are the fence: an earlier holder's word does not count."""

    id: int
    key: str
    kind: str
    subject: str
    payload: Mapping[str, Any]
    attempt: int
    kills: int
    worker: str
    asked: float
