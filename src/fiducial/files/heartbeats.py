"""Signs of life in files, which outlive who leaves them: a watcher outside sees who lives and whose work goes on."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from time import time

from fiducial.errors import UnusableInput


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """``at``: seconds since 1970 of the last sign of life; ``progressed``: of the last sign that the work goes on."""

    name: str
    pid: int
    at: float
    progressed: float
    doing: str = ""

    @classmethod
    def now(cls, name: str, progressed: float, doing: str = "") -> "Heartbeat":
        """Of this process, at this moment."""
        return cls(name, os.getpid(), time(), progressed, doing)


def write_heartbeat(folder: Path, beat: Heartbeat) -> None:
    """Leave a sign; the one before is replaced. Nothing is synced: what a loss of power takes is a second old."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{beat.name}.json"
    temporary = path.with_suffix(f".{beat.pid}.new")
    temporary.write_text(json.dumps(asdict(beat)), encoding="utf-8")
    temporary.replace(path)


def end_heartbeat(folder: Path, name: str) -> None:
    """Who ends in order takes its sign along: what is left is of who lives, or of who was lost."""
    (folder / f"{name}.json").unlink(missing_ok=True)


def read_heartbeats(folder: Path) -> list[Heartbeat]:
    """All signs in a folder, by name.

    Raises:
        UnusableInput: a file there is no sign of life of ours.
    """
    return [_read(path) for path in sorted(folder.glob("*.json"))]


def _read(path: Path) -> Heartbeat:
    try:
        return Heartbeat(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as unreadable:
        raise UnusableInput(
            f"{path}: is no heartbeat of ours. Remove it; its process leaves a new one."
        ) from unreadable
