"""A PACS behind C-STORE: a file goes as it is where that is taken, else in a plain encoding."""

import socket
from dataclasses import dataclass
from io import BytesIO
from ssl import SSLContext

from pydicom import dcmread
from pydicom.dataset import FileDataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.presentation import build_context

from fiducial.scans.dicom import quiet
from fiducial.serve.sending.letters import Letter, NotTaken, Unsendable

_SECONDS = 30.0  # for each of connecting, negotiating, and an answer
_WARNINGS = {0xB000, 0xB006, 0xB007}  # stored, with something changed: PS3.4 B.2.3


@dataclass(frozen=True, slots=True, eq=False)
class DicomPeer:
    """``calling``: our own AE title."""

    title: str
    host: str
    port: int
    calling: str
    tls: SSLContext | None = None
    seconds: float = _SECONDS

    def send(self, letter: Letter) -> None:
        """One file over an association of its own.

        Raises:
            NotTaken: nobody answers, or the answer is no.
            Unsendable: it is no DICOM.
        """
        data = _parsed(letter.read())
        association = self._associate(data)
        try:
            self._store(association, data)
        finally:
            if association.is_established:
                association.release()

    def _associate(self, data: FileDataset) -> Association:
        entity = AE(self.calling)
        entity.connection_timeout = self.seconds
        entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = self.seconds
        stored = data.file_meta.TransferSyntaxUID
        plain = [ExplicitVRLittleEndian, ImplicitVRLittleEndian]
        offers = [stored, *(one for one in plain if one != stored)]
        contexts = [build_context(data.SOPClassUID, offer) for offer in offers]  # apart: the other takes what it can
        association = entity.associate(
            self.host, self.port, contexts, self.title, evt_handlers=[(evt.EVT_CONN_OPEN, _at_once)],
            tls_args=None if self.tls is None else (self.tls, self.host),
        )  # fmt: skip
        if association.is_established:
            return association
        if association.is_rejected:
            raise NotTaken(f"{self.title} rejected the association. Does it know {self.calling!r} at this address?")
        raise NotTaken(f"{self.title} does not answer at {self.host}:{self.port}")

    def _store(self, association: Association, data: FileDataset) -> None:
        taken = {str(one.transfer_syntax[0]) for one in association.accepted_contexts}
        if not taken:
            raise NotTaken(f"{self.title} takes no {data.SOPClassUID.name}")
        if data.file_meta.TransferSyntaxUID not in taken and data.file_meta.TransferSyntaxUID.is_compressed:
            _decompress(data)
        status = association.send_c_store(data)
        code = status.get("Status")
        if code is None:
            raise NotTaken(f"{self.title} broke off")
        if code != 0 and code not in _WARNINGS:
            comment = status.get("ErrorComment", "")
            raise NotTaken(f"{self.title} answered 0x{code:04X}{f' ({comment})' if comment else ''}")


def _parsed(content: bytes) -> FileDataset:
    try:
        with quiet():
            data = dcmread(BytesIO(content))
            named = data.SOPClassUID and data.SOPInstanceUID and data.file_meta.TransferSyntaxUID
    except Exception as wrong:  # pydicom raises what its converters raise
        raise Unsendable(f"is no DICOM that can be read ({type(wrong).__name__})") from wrong
    if not named:
        raise Unsendable("lacks a UID")
    return data


def _decompress(data: FileDataset) -> None:
    try:
        with quiet():
            data.decompress(as_rgb=False, generate_instance_uid=False)
    except Exception as wrong:  # decoders raise what they raise
        raise NotTaken(f"it is not taken as it is stored, and cannot be decoded ({type(wrong).__name__})") from wrong


def _at_once(event: evt.Event) -> None:
    """No byte waits for others to go with it; it costs 40 ms a message where it does."""
    line = None if event.assoc.dul.socket is None else event.assoc.dul.socket.socket
    if line is not None:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
