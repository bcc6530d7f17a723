"""One C-STORE: the data set goes to the archive as it came, and is on the disk before the answer says so."""

from dataclasses import dataclass, field
from logging import getLogger
from pathlib import Path
from threading import Lock
from typing import IO, TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

from pydicom.dataset import Dataset
from pynetdicom.events import Event

from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.arriving import Announced
from fiducial.serve.intake.statuses import NOT_KEPT, Status, status_of, words_of

if TYPE_CHECKING:
    from pynetdicom.association import Association
    from pynetdicom.dimse_primitives import C_STORE

LOG = getLogger(__name__)
COMMENT = 64  # characters that a status may say, PS3.7 C (LO)
_ENVELOPE = 1 << 20  # bytes of a message around its data set, at most


@dataclass(slots=True, eq=False)
class Receiving:
    """Answers for every association; ``archive`` may be used from several threads."""

    archive: Archive
    _arrived: "WeakKeyDictionary[Association, int]" = field(default_factory=WeakKeyDictionary)
    _lock: Lock = field(default_factory=Lock)

    def store(self, event: Event) -> Dataset:
        """The status of one image, with the reason where it was not kept."""
        with self._lock:
            self._arrived.pop(event.assoc, None)
        request = cast("C_STORE", event.request)
        announced = Announced(sop=str(request.AffectedSOPInstanceUID), sop_class=str(request.AffectedSOPClassUID))
        source = f"dicom:{event.assoc.requestor.ae_title}"
        try:
            with _received(event).open("rb") as stream:
                self.archive.keep(stream, source, announced)
        except NOT_KEPT as refused:
            LOG.warning("C-STORE from %s was not kept: %s", source, type(refused).__name__)
            return _status(status_of(refused), words_of(refused))
        except Exception as wrong:  # noqa: BLE001  (whatever a hostile file brings about, the listener lives)
            LOG.error("C-STORE from %s was not kept: %s", source, type(wrong).__name__)  # noqa: TRY400  (no trace: it may hold names)
            return _status(Status.CANNOT_UNDERSTAND, f"cannot be read ({type(wrong).__name__})")
        return _status(Status.SUCCESS)

    def count(self, event: Event) -> None:
        """End an association whose message is larger than any image that is taken, before it fills the disk."""
        with self._lock:
            before = self._arrived.get(event.assoc, 0)
            arrived = self._arrived[event.assoc] = before + len(event.data)
        if before <= self.archive.limits.image + _ENVELOPE < arrived:  # once; more may be under way
            LOG.warning("an association was ended: its message is larger than %s bytes", self.archive.limits.image)
            event.assoc.dul.event_queue.put("Evt19")  # as if it were no DICOM: PS3.8 9.2.3, abort by the provider

    def ended(self, event: Event) -> None:
        """Of an image that was cut off nothing stays: whoever sent it was never told that it was kept."""
        message = event.assoc.dimse.message
        cut_off = getattr(message, "_data_set_file", None)
        if cut_off is not None:
            cut_off.close()
            Path(cut_off.name).unlink(missing_ok=True)


def _received(event: Event) -> Path:
    """The file that pynetdicom wrote: the bytes of the data set behind a file meta of their own."""
    written: IO[bytes] = cast("Any", event.request)._dataset_file  # noqa: SLF001  (it hands out a path, and has it open)
    written.flush()
    return event.dataset_path


def _status(status: Status, words: str = "") -> Dataset:
    told = Dataset()
    told.Status = int(status)
    if words:
        told.ErrorComment = words.encode("ascii", "replace").decode()[:COMMENT]
    return told
