"""Listens over HTTP, with TLS where a certificate is given, until the service is told to end."""

from dataclasses import dataclass
from pathlib import Path

import uvicorn
from sqlalchemy.exc import SQLAlchemyError

from fiducial.errors import WrongUsage
from fiducial.serve.access.file import LOOPBACK, AccessFile
from fiducial.serve.access.options import AccessOptions
from fiducial.serve.notifying import watched
from fiducial.serve.queue.reading import count_jobs
from fiducial.serve.web.app import make_app
from fiducial.serve.web.running import PATIENCE, run_app
from fiducial.serve.web.state import Service


@dataclass(frozen=True, slots=True)
class Door:
    """Where to listen. ``cert`` and ``key``: PEM files; a proxy before the service may end TLS instead."""

    host: str = "127.0.0.1"
    port: int = 8000
    cert: Path | None = None
    key: Path | None = None

    @property
    def address(self) -> str:
        """As a browser has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http{'s' if self.cert else ''}://{host}:{self.port}"

    def access(self, file: AccessFile) -> AccessOptions:
        """Who may come in by it.

        Raises:
            WrongUsage: a certificate without its key, a key without its certificate, or a file that is not there.
        """
        if (self.cert is None) is not (self.key is None):
            raise WrongUsage("TLS takes a certificate and its key: give both --tls-cert and --tls-key.")
        for path in (self.cert, self.key):
            if path is not None and not path.is_file():
                raise WrongUsage(f"{path}: there is no such file. TLS needs a certificate and its key, as PEM.")
        tls = self.cert is not None or bool(file.proxy.trusted)
        return AccessOptions(self.host, tls, file, LOOPBACK | {self.host})


def listen(service: Service, door: Door) -> None:
    """Until SIGTERM or Ctrl-C."""
    trusted = list(service.access.file.proxy.trusted)
    config = uvicorn.Config(
        make_app(service),
        host=door.host,
        port=door.port,
        ssl_certfile=door.cert,
        ssl_keyfile=door.key,
        proxy_headers=bool(trusted),
        forwarded_allow_ips=trusted or None,
        server_header=False,
        log_config=None,  # its words end where ours do
        log_level="warning",
        access_log=False,  # an address names a study, and a query may name a patient
        timeout_graceful_shutdown=PATIENCE,
    )
    with watched(lambda: _answers(service)):
        run_app(config)


def _answers(service: Service) -> bool:
    try:
        count_jobs(service.database)
    except SQLAlchemyError:
        return False
    return True
