"""The listener itself: who may call, how many at once, how long they may be silent, and how they are refused."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from logging import getLogger
from socketserver import TCPServer
from ssl import SSLContext
from threading import Thread
from typing import Any, cast

from pynetdicom import AE, _config, evt
from pynetdicom.transport import ThreadedAssociationServer

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.serve.dimse.allowed import Allowed, admits, check_title, covers
from fiducial.serve.dimse.contexts import accepted_contexts
from fiducial.serve.dimse.receiving import Receiving
from fiducial.serve.dimse.tls import Certificates
from fiducial.serve.intake.archive import Archive

LOG = getLogger(__name__)
TITLE = "FIDUCIAL"
PORT = 11112  # IANA's for DICOM where 104 needs a privilege
_REJECTED_FOR_GOOD, _BY_THE_USER, _CALLER_UNKNOWN = 1, 1, 3  # PS3.8 9.3.4


@dataclass(frozen=True, slots=True)
class Listening:
    """Where and to whom. ``port`` 0: one that is free. ``associations``: at once. ``silence``: seconds, at most."""

    title: str = TITLE
    host: str = "127.0.0.1"
    port: int = PORT
    allowed: Sequence[Allowed] = ()
    certificates: Certificates | None = None
    associations: int = 32
    silence: float = 60.0

    def __post_init__(self) -> None:
        """Check what was asked for.

        Raises:
            WrongUsage: no AE title, or everybody in the network might send.
        """
        check_title(self.title)
        if not self.allowed and not _only_here(self.host):
            raise WrongUsage(
                f"listening for DICOM at {self.host} needs to know who may send: --allow AET@10.1.0.0/16 (once a "
                f"sender), or --allow '*' for everybody."
            )


@contextmanager
def listening(archive: Archive, asked: Listening) -> Iterator[int]:
    """Take images for as long as the context lasts; gives the port.

    Raises:
        UnusableInput: somebody listens there already, or the certificates cannot be used.
    """
    server = _server(archive, asked)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="dicom", daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        for association in server.active_associations:
            if association.is_established:
                association.abort()
        thread.join()


def _server(archive: Archive, asked: Listening) -> "_Server":
    _config.STORE_RECV_CHUNKED_DATASET = True  # to a file: an image may be larger than the memory
    _config.LOG_HANDLER_LEVEL = "none"  # its own log prints what is in messages
    entity = AE(asked.title)
    entity.maximum_associations = asked.associations
    entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = asked.silence
    entity.require_called_aet = True
    receiving = Receiving(archive)
    try:
        made = entity.make_server(
            (asked.host, asked.port),
            contexts=accepted_contexts(),
            ssl_context=None if asked.certificates is None else asked.certificates.listening(),
            evt_handlers=[
                (evt.EVT_C_STORE, receiving.store),
                (evt.EVT_DATA_RECV, receiving.count),
                (evt.EVT_CONN_CLOSE, receiving.ended),
                (evt.EVT_REQUESTED, _admit, [asked.allowed]),
                (evt.EVT_REJECTED, _tell_rejected),
            ],
            server_class=_Server,
            asked=asked,
        )
        return cast("_Server", made)  # it is of the class that was given
    except OSError as taken:
        raise UnusableInput(
            f"cannot listen for DICOM at {asked.host}:{asked.port} ({taken.strerror or taken}). Another port: "
            f"--dicom-port; none: --no-dicom."
        ) from taken


class _Server(ThreadedAssociationServer):
    """Refuses unknown addresses before it reads a byte, and never waits for one caller while others call."""

    daemon_threads = True

    def __init__(self, *arguments: Any, asked: Listening, **named: Any) -> None:  # noqa: ANN401  (pynetdicom's own)
        self._asked = asked
        super().__init__(*arguments, **named)

    def shutdown(self) -> None:
        """Take no more calls; pynetdicom's own looks itself up in a list that ``make_server`` does not write."""
        TCPServer.shutdown(self)
        self.server_close()

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ANN401, ARG002  (socketserver's)
        address = client_address[0]
        if not covers(self._asked.allowed, address):
            LOG.warning("a call from %s was refused: the address is not on the list", address)
            return False
        if len(self.active_associations) >= 2 * self._asked.associations:  # those beyond the limit hear a reason
            LOG.warning("a call from %s was refused: too many call at once", address)
            return False
        return True

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        caller, address = self.socket.accept()  # type: ignore[union-attr]  # set since it listens
        caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # an answer does not wait for another
        return caller, address

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  (socketserver's)
        context = self.ssl_context
        secured = request if context is None else self._secured(context, request, client_address)
        if secured is not None:
            super().process_request_thread(secured, client_address)

    def _secured(self, context: SSLContext, caller: socket.socket, address: Any) -> socket.socket | None:  # noqa: ANN401
        caller.settimeout(self._asked.silence)
        try:
            secured = context.wrap_socket(caller, server_side=True)
        except OSError as refused:
            LOG.warning("a call from %s was refused: no TLS (%s)", address[0], type(refused).__name__)
            self.shutdown_request(caller)
            return None
        secured.settimeout(None)
        return secured


def _admit(event: evt.Event, allowed: Sequence[Allowed]) -> None:
    """Reject a title that may not call from where it calls."""
    primitive, address = event.assoc.requestor.primitive, event.assoc.requestor.address
    title = "" if primitive is None else primitive.calling_ae_title
    if not admits(allowed, title, address):
        event.assoc.acse.send_reject(_REJECTED_FOR_GOOD, _BY_THE_USER, _CALLER_UNKNOWN)
        LOG.warning("an association of %r from %s was refused: not on the list", title, address)
        event.assoc.kill()


def _tell_rejected(event: evt.Event) -> None:
    requestor = event.assoc.requestor
    LOG.warning("an association of %r from %s was refused", requestor.ae_title, requestor.address)


def _only_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
