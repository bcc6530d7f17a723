"""How a licence stands at a moment, in words for a log, a page and whoever pays for it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from fiducial.serve.licence.licence import Licence
from fiducial.serve.queue.job import DAY, HOUR

SOON = 14 * DAY  # so long before its end a licence warns
BACK = HOUR  # a clock that is further behind than this was set back


class State(StrEnum):
    """Of a licence."""

    MISSING = "missing"
    EARLY = "early"  # it does not count yet
    ELSEWHERE = "elsewhere"  # it is for other pipelines
    VALID = "valid"
    ENDING = "ending"  # it counts, and warns
    GRACE = "grace"  # it has ended, and counts until it can be renewed
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Moment:
    """``clock``: what the store's clock says. ``seen``: the latest that it ever said."""

    clock: float
    seen: float

    @property
    def now(self) -> float:
        """What counts: time does not go backwards."""
        return max(self.clock, self.seen)

    @property
    def behind(self) -> float:
        """Seconds by which the clock was set back; 0 where it was not."""
        gap = self.seen - self.clock
        return gap if gap > BACK else 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """``words``: one sentence, with what to do. ``until``: from when on new studies are refused; None without one."""

    state: State
    words: str
    until: float | None = None
    seats: int | None = None
    holder: str | None = None
    features: tuple[str, ...] = ()
    clock_behind: float = 0.0

    @property
    def counts(self) -> bool:
        """Whether new studies may begin."""
        return self.state in {State.VALID, State.ENDING, State.GRACE}

    def document(self, *, whole: bool = True) -> dict[str, Any]:
        """For a page; ``whole``: with whose it is, which is not everybody's business."""
        told: dict[str, Any] = {"state": self.state, "counts": self.counts, "words": self.words, "until": self.until}
        if self.clock_behind:
            told["clock_behind"] = round(self.clock_behind)
        if whole:
            told |= {"holder": self.holder, "seats": self.seats, "features": list(self.features)}
        return told


def standing(licence: Licence | None, pipeline: str, at: Moment) -> Standing:
    """How it stands."""
    if licence is None:
        return Standing(State.MISSING, "No licence is installed: `fiducial licence install FILE`.")
    state, words = _state(licence, pipeline, at.now)
    if at.behind:
        words += (
            f" The clock was set back by {at.behind / HOUR:.1f} h; time is counted from where it was. Set it right."
        )
    claims = licence.claims
    return Standing(state, words, licence.ends, claims.seats, claims.sub, claims.features, at.behind)


def _state(licence: Licence, pipeline: str, now: float) -> tuple[State, str]:
    claims = licence.claims
    if not licence.covers(pipeline):
        return State.ELSEWHERE, f"The licence is for {', '.join(claims.features)}, not for the pipeline {pipeline}."
    if now < claims.nbf:
        return State.EARLY, f"The licence counts from {_day(claims.nbf)} on."
    if now >= licence.ends:
        return State.EXPIRED, f"The licence ended on {_day(claims.exp)}, its grace on {_day(licence.ends)}: {_RENEW}"
    if now >= claims.exp:
        return (
            State.GRACE,
            f"The licence ended on {_day(claims.exp)}; new studies are taken until {_day(licence.ends)}.",
        )
    if claims.exp - now <= min(SOON, (claims.exp - claims.nbf) / 4):
        return State.ENDING, f"The licence ends on {_day(claims.exp)}. Renew it in time."
    return State.VALID, f"The licence counts until {_day(claims.exp)}."


_RENEW = "new studies are refused, those that were taken are finished. Renew it: `fiducial licence install FILE`."


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
