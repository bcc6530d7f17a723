"""A folder into which others write: files that are still are taken, moved aside, and refused ones say why."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from logging import getLogger
from pathlib import Path
from threading import Event as Flag
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from fiducial.errors import UnusableInput
from fiducial.files.writing import write_text
from fiducial.serve.errors import Refused
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.packages import files_of

LOG = getLogger(__name__)
TAKEN, REFUSED = "taken", "refused"
STILL = 2.0  # seconds without a change after which a file is whole
TURN = 0.5  # seconds between two looks
_UNDER_WAY = (".part", ".partial", ".tmp", ".filepart", ".crdownload")  # how copying programs name what is not whole


@dataclass(frozen=True, slots=True)
class _Seen:
    size: int
    changed: int  # as the file system says, ns
    since: float  # on our own clock


@dataclass(slots=True, eq=False)
class Watching:
    """``folder``: watched with all below it, but for ``taken/`` and ``refused/``. ``still``: seconds."""

    folder: Path
    archive: Archive
    still: float = STILL
    _seen: dict[Path, _Seen] = field(default_factory=dict)

    def begin(self) -> None:
        """Make the folders.

        Raises:
            UnusableInput: they cannot be written to.
        """
        try:
            for name in (TAKEN, REFUSED):
                (self.folder / name).mkdir(parents=True, exist_ok=True)
        except OSError as refused:
            raise UnusableInput(
                f"{self.folder}: cannot be watched ({refused.strerror}). Name a folder that this service may write to."
            ) from refused

    def run(self, stop: Flag) -> None:
        """Look again and again until ``stop``."""
        while not stop.wait(TURN):
            try:
                self.turn(monotonic())
            except (OSError, SQLAlchemyError) as away:
                LOG.warning("the watched folder or the store is away (%s); trying again", type(away).__name__)

    def turn(self, now: float) -> int:
        """Take every file that has not changed for long enough; gives how many were moved."""
        found = {path: self._look(path, now) for path in self._files()}
        self._seen = {path: seen for path, seen in found.items() if seen is not None}
        whole = [path for path, seen in self._seen.items() if now - seen.since >= self.still]
        return sum(self._take(path) for path in sorted(whole))

    def _files(self) -> Iterator[Path]:
        aside = {self.folder / TAKEN, self.folder / REFUSED}
        for home, folders, names in os.walk(self.folder):
            folders[:] = [one for one in folders if Path(home, one) not in aside and not one.startswith(".")]
            for name in names:
                if not name.startswith(".") and not name.lower().endswith(_UNDER_WAY):
                    yield Path(home, name)

    def _look(self, path: Path, now: float) -> _Seen | None:
        try:
            told = path.lstat()
        except OSError:  # it went away meanwhile
            return None
        if not path.is_file() or path.is_symlink():  # a link may lead anywhere
            return None
        before = self._seen.get(path)
        if before is not None and (before.size, before.changed) == (told.st_size, told.st_mtime_ns):
            return before
        return _Seen(told.st_size, told.st_mtime_ns, now)

    def _take(self, path: Path) -> bool:
        """Keep what is in a file; one that cannot be taken for now stays where it is."""
        try:
            reasons = self._kept(path)
        except FileNotFoundError:  # another service of the same folder was faster
            return False
        except (UnusableInput, SQLAlchemyError) as later:
            LOG.warning("a watched file stays where it is: %s", type(later).__name__)
            return False
        aside = self._place(path, REFUSED if reasons else TAKEN)
        if reasons:
            write_text(aside.with_name(f"{aside.name}.txt"), "".join(f"{one}\n" for one in reasons))
        path.replace(aside)
        self._seen.pop(path, None)
        return True

    def _kept(self, path: Path) -> list[str]:
        """Why files in it were refused; a zip may hold many.

        Raises:
            UnusableInput: there is no room, or no store, for now.
        """
        reasons = []
        with path.open("rb") as stream:
            try:
                for name, inner in files_of(stream, path.name, self.archive.limits):
                    try:
                        self.archive.keep(inner, "folder")
                    except Refused as refused:
                        reasons.append(f"{name}: {refused}")
                    except (UnusableInput, SQLAlchemyError):
                        raise
                    except Exception as wrong:  # noqa: BLE001  (whatever a hostile file brings about, the others go on)
                        reasons.append(f"{name}: cannot be read ({type(wrong).__name__})")
            except Refused as refused:
                reasons.append(str(refused))
        return reasons

    def _place(self, path: Path, where: str) -> Path:
        """Where it goes, under its own path; a second of the same name is numbered."""
        wanted = self.folder / where / path.relative_to(self.folder)
        wanted.parent.mkdir(parents=True, exist_ok=True)
        free, number = wanted, 1
        while free.exists():
            number += 1
            free = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
        return free
