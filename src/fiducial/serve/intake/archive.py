"""The images of a service: on the disk before anybody is told that they were taken."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import gethostname
from tempfile import NamedTemporaryFile
from time import time
from typing import IO, BinaryIO

from sqlalchemy import Connection, delete, select, update

from fiducial.errors import UnusableInput
from fiducial.scans.dicom import parse, quiet
from fiducial.scans.hashes import pixel_hash
from fiducial.scans.read import read_scan
from fiducial.serve.database.opening import Database
from fiducial.serve.database.schema import HEADERS, IMAGES, STUDIES
from fiducial.serve.errors import NoRoom, Refused, TooLarge
from fiducial.serve.events import Event, write_event
from fiducial.serve.intake.arriving import Announced, Arriving, arriving
from fiducial.serve.intake.deflated import refuse_bomb
from fiducial.serve.intake.limits import Limits
from fiducial.serve.studies import BESIDE, StudyState, image_folder

INCOMING = "incoming"
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of one file. ``new``: whether this image was not there before."""

    study: str
    sop: str
    new: bool


@dataclass(frozen=True, slots=True, eq=False)
class Archive:
    """``folder``: of the service's data. ``admit``: asked before a study begins; raises where none may."""

    database: Database
    folder: Path
    limits: Limits = field(default_factory=Limits)
    admit: Callable[[], None] = lambda: None

    def keep(self, stream: BinaryIO, source: str, announced: Announced | None = None) -> Kept:
        """Take one image; when this returns, it outlives a loss of power. The same image twice is one image.

        Raises:
            Refused: it is no image that can be kept, or its UID belongs to another image that is here already;
                one that came damaged gives way to the same image when that comes whole.
            Mismatched: it is not what was ``announced``.
            TooLarge: the image, be it unpacked, or its study is larger than the limits.
            Unlicensed: its study is new, and no licence covers it.
            NoRoom: the disk is full or cannot be written to.
        """
        with self._arrived(stream) as temporary:
            refuse_bomb(temporary, self.limits.image)
            image = arriving(temporary)
            if announced is not None:
                announced.compare(image)
            place = image_folder(self.folder, image.study) / f"{image.sop}{image.suffix}"
            with self.database.reading() as connection:
                known = self._known(connection, image, temporary)
            if known is not None:
                return known
            with self.database.writing() as connection:
                return self._written(connection, image, temporary, place, source)

    def incoming(self) -> Path:
        """The folder, made if need be, in which files lie until they are whole; on the disk on which they stay."""
        home = self.folder / INCOMING
        home.mkdir(parents=True, exist_ok=True)
        return home

    def sweep(self, older: float = 86400.0) -> int:
        """Remove what a crash left half-written: nobody was told that it was kept.

        That is what a process of this machine left that lives no more, and of any machine what is ``older`` than so
        many seconds.
        """
        found = [one for one in self.incoming().iterdir() if one.is_file()]
        left = [one for one in found if _is_orphan(one.name) or time() - one.stat().st_mtime > older]
        for one in left:
            one.unlink(missing_ok=True)
        return len(left)

    @contextmanager
    def _arrived(self, stream: BinaryIO) -> Iterator[Path]:
        """The stream as a file beside its later place, on the disk."""
        try:
            home = self.incoming()
            if shutil.disk_usage(home).free < self.limits.free:
                raise NoRoom(f"{self.folder}: the disk is full. Free some space; nothing of this was kept.")
            with NamedTemporaryFile(dir=home, prefix=mark(), delete=False) as file:
                temporary = Path(file.name)
                try:
                    self._copy(stream, file)
                    file.flush()
                    os.fsync(file.fileno())
                except BaseException:
                    temporary.unlink(missing_ok=True)
                    raise
        except OSError as refused:
            raise self._unwritten(refused) from refused
        try:
            yield temporary
        except OSError as refused:  # of the folder in which it stays
            raise self._unwritten(refused) from refused
        finally:
            temporary.unlink(missing_ok=True)

    def _unwritten(self, refused: OSError) -> NoRoom:
        return NoRoom(f"{self.folder}: cannot be written to ({refused.strerror}). Nothing of this was kept.")

    def _copy(self, stream: BinaryIO, file: IO[bytes]) -> None:
        size = 0
        while piece := stream.read(_PIECE):
            size += len(piece)
            if size > self.limits.image:
                raise TooLarge(f"is larger than {self.limits.image // 1024**2} MiB, which is all that is taken.")
            file.write(piece)

    def _known(self, connection: Connection, image: Arriving, arrived: Path) -> Kept | None:
        """An image that is here already, be it in another encoding; None where it is new, or whole at last."""
        asked = select(IMAGES.c.hash, IMAGES.c.path, HEADERS.c.document).join(HEADERS, HEADERS.c.sop == IMAGES.c.sop)
        found = connection.execute(asked.where(IMAGES.c.sop == image.sop)).first()
        if found is None:
            return None
        here = self.folder / found.path
        if found.hash == image.hash or _same_image(here, arrived):
            return Kept(image.study, image.sop, new=False)
        if found.document == _header(image)["document"] and _is_whole(arrived) and not _is_whole(here):
            return None
        raise Refused(
            f"its SOPInstanceUID {image.sop} belongs to another image that is here already; two images cannot "
            f"share one. Mend it where the image comes from and send it again."
        )

    def _written(self, connection: Connection, image: Arriving, arrived: Path, place: Path, source: str) -> Kept:
        """File and rows of an image; two senders of one image are one after the other here."""
        known = self._known(connection, image, arrived)
        if known is not None:
            return known
        now = self.database.now(connection)
        begun = connection.execute(select(STUDIES.c.images).where(STUDIES.c.uid == image.study)).scalar()
        if begun is None:
            self.admit()
            connection.execute(STUDIES.insert().values(_study(image, source, now)))
        connection.execute(delete(HEADERS).where(HEADERS.c.sop == image.sop))
        mended = connection.execute(delete(IMAGES).where(IMAGES.c.sop == image.sop)).rowcount  # it came damaged before
        if begun is not None and begun - mended >= self.limits.images:
            raise TooLarge(f"its study has {begun} images already, which is all that is taken.")
        _place(arrived, place)  # while nobody else may write: a row without its file can never be
        told = {
            "sop": image.sop, "study": image.study, "series": image.series, "modality": image.modality,
            "path": str(place.relative_to(self.folder)), "hash": image.hash, "size": image.size, "received": now,
        }  # fmt: skip
        connection.execute(IMAGES.insert().values(told))
        connection.execute(HEADERS.insert().values(_header(image)))
        more: dict[str, object] = {"images": STUDIES.c.images + 1 - mended}
        if image.modality not in BESIDE:  # a report that comes back from an archive is nothing to ask about again
            more |= {"changed": now, "complete": False}
        connection.execute(update(STUDIES).where(STUDIES.c.uid == image.study).values(more))
        if begun is None:
            write_event(connection, self.database.clock, Event(image.study, "receiving", {"source": source}))
        return Kept(image.study, image.sop, new=True)


def mark() -> str:
    """How the names of files begin that this process has not received whole yet."""
    return f"{gethostname()}-{os.getpid()}-"


def _is_orphan(name: str) -> bool:
    """Whether the process that wrote it was one of this machine and is gone."""
    host, _, rest = name.rpartition("-")[0].rpartition("-")
    if host != gethostname() or not rest.isdecimal():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def _study(image: Arriving, source: str, now: float) -> dict[str, object]:
    return {
        "uid": image.study,
        "revision": 0,
        "received": now,
        "changed": now,
        "complete": False,
        "images": 0,
        "patient_id": image.patient_id,
        "patient_name": image.patient_name,
        "description": image.description,
        "modality": image.modality,
        "body_part": image.body_part,
        "acquired": image.acquired,
        "source": source,
        "state": StudyState.RECEIVING,
    }


def _header(image: Arriving) -> dict[str, object]:
    document = dict(image.header)
    return {
        "sop": image.sop, "study": image.study, "series": image.series, "sop_class": image.sop_class,
        "accession": document.get("AccessionNumber", ""), "document": document,
    }  # fmt: skip


def _same_image(here: Path, arrived: Path) -> bool:
    """Whether two encodings are of one image or, where neither has pixels, of one document."""
    try:
        return pixel_hash(read_scan(here).array) == pixel_hash(read_scan(arrived).array)
    except UnusableInput:
        return _same_words(here, arrived)


def _is_whole(path: Path) -> bool:
    """Whether its pixels can be read: not where it was cut off on the way."""
    try:
        read_scan(path)
    except UnusableInput:
        return False
    return True


def _same_words(here: Path, arrived: Path) -> bool:
    """Two files of one data set behind different beginnings; what cannot be read is the same as nothing."""
    try:
        with quiet():
            return parse(here) == parse(arrived)
    except (UnusableInput, ValueError, TypeError, AttributeError, NotImplementedError):
        return False


def _place(temporary: Path, place: Path) -> None:
    """Rename, and make the name itself outlive a loss of power."""
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary.replace(place)
    for folder in (place.parent, place.parent.parent):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
