"""What lies in the outbox: one file or document for one destination."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from fiducial.errors import FiducialError


class LetterState(StrEnum):
    """Where a letter stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"  # tried often enough; it can be sent again by hand


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter in a sender's hands. ``holder`` and ``tries`` are the fence: who lost it has no say any more."""

    id: int
    destination: str
    subject: str  # the study
    name: str
    content: bytes | Path
    tries: int
    holder: str

    def read(self) -> bytes:
        """The content.

        Raises:
            Unsendable: its file is gone.
        """
        if isinstance(self.content, bytes):
            return self.content
        try:
            return self.content.read_bytes()
        except OSError as gone:
            raise Unsendable(f"its file cannot be read ({gone.strerror})") from gone


@dataclass(frozen=True, slots=True)
class LetterView:
    """A letter as people see it. Times in seconds since 1970."""

    id: int
    destination: str
    subject: str
    name: str
    state: str
    due: float
    asked: float
    tries: int
    ended: float | None
    reason: str | None


class NotTaken(FiducialError):
    """The destination is away, or says no for now: it is tried again."""


class Unsendable(FiducialError):
    """This letter can never be sent as it is: it is not tried again."""
