"""A modality that sends: pynetdicom's C-ECHO and C-STORE as short calls."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import islice
from pathlib import Path
from ssl import SSLContext
from time import sleep

import pytest
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset
from pydicom.uid import UID
from pynetdicom import AE, _config, evt
from pynetdicom.association import Association
from pynetdicom.dimse_messages import C_STORE_RQ
from pynetdicom.dimse_primitives import C_STORE

from fiducial.serve.dimse.contexts import VERIFICATION

TITLE = "FIDUCIAL"


def at_once(event: evt.Event, lines: list[socket.socket]) -> None:
    """No byte waits for others to go with it, as DCMTK has it; and the line is remembered."""
    lines.append(line(event.assoc))
    lines[-1].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def line(association: Association) -> socket.socket:
    """The socket of an association that is open."""
    assert association.dul.socket is not None
    found = association.dul.socket.socket
    assert found is not None
    return found


@contextmanager
def calling(
    port: int, *data: Dataset, title: str = "CT1", called: str = TITLE, source: str = "127.0.0.1",
    tls: SSLContext | None = None,
) -> Iterator[Association]:  # fmt: skip
    """An association that offers what the data sets need."""
    entity, lines = AE(title), list[socket.socket]()
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = 20
    entity.add_requested_context(VERIFICATION)
    for one in data:
        entity.add_requested_context(one.SOPClassUID, one.file_meta.TransferSyntaxUID)
    association = entity.associate(
        "localhost" if tls else "127.0.0.1", port, ae_title=called, bind_address=(source, 0),
        tls_args=None if tls is None else (tls, "localhost"),
        evt_handlers=[(evt.EVT_CONN_OPEN, at_once, [lines])],
    )  # fmt: skip
    try:
        yield association
    finally:
        if association.is_established:
            association.release()
        for opened in lines:
            opened.close()  # pynetdicom leaves a line that broke to the collector of garbage


def send(port: int, *files: BytesIO, title: str = "CT1") -> list[Dataset]:
    """The status of each file, sent over one association."""
    data = [dcmread(file) for file in files]
    with calling(port, *data, title=title) as association:
        return [association.send_c_store(one) for one in data]


def send_as(port: int, file: Path, sop: str) -> Dataset:
    """The status of a file that is announced under another SOP Instance UID than its own."""
    data = dcmread(file)
    data.file_meta.MediaStorageSOPInstanceUID = UID(sop)
    dcmwrite(file, data)
    with calling(port, data) as association, pytest.MonkeyPatch.context() as here:
        here.setattr(_config, "STORE_SEND_CHUNKED_DATASET", True)  # sent as it is, announced as its meta says
        return association.send_c_store(file)


def context_of(association: Association, data: Dataset) -> int:
    """The number of the presentation context in which it may be sent."""
    (context,) = [one for one in association.accepted_contexts if one.abstract_syntax == data.SOPClassUID]
    assert context.context_id is not None
    return context.context_id


def break_off(association: Association, data: Dataset) -> None:
    """Begin a C-STORE and drop the line in the middle of its data set."""
    request = C_STORE()
    request.MessageID, request.Priority = 1, 2
    request.AffectedSOPClassUID, request.AffectedSOPInstanceUID = data.SOPClassUID, data.SOPInstanceUID
    request.DataSet = BytesIO(bytes(100_000))
    message = C_STORE_RQ()
    message.primitive_to_message(request)
    pieces = message.encode_msg(context_of(association, data), 16_000)
    for piece in islice(pieces, 3):  # the command, and two of seven pieces
        association.dul.send_pdu(piece)
    sleep(0.2)  # until they are under way
    assert association.dul.socket is not None
    association.dul.socket.close()
