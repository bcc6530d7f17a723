"""``fiducial serve``: doors, workers and a page for one pipeline."""

from pathlib import Path
from signal import SIGTERM, signal
from typing import Annotated, Literal

import typer

import fiducial as fd
from fiducial.cli.output import note


def serve(  # noqa: PLR0913  (each is an option of the verb)
    pipeline: Annotated[Path, typer.Option("--pipeline", "-p", help="pipeline.toml, or the folder that holds it.")],
    data: Annotated[Path, typer.Option(help="Folder of images and of the store.")] = Path("fiducial-data"),
    store: Annotated[str | None, typer.Option(help="postgresql://...; default: SQLite in the folder.")] = None,
    workers: Annotated[int, typer.Option(min=0, help="Worker processes; 0: this machine takes, others work.")] = 1,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen at.")] = 8000,
    access: Annotated[
        Path | None, typer.Option(help="access.toml: logins, sessions, rates, the proxy before it.")
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate, PEM; with --tls-key, HTTPS.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key, PEM.")] = None,
    licence_key: Annotated[Path | None, typer.Option(help="Ask for a licence that this key (PEM) signed.")] = None,
    production: Annotated[
        bool,
        typer.Option("--production", help="Refuse to run without names, seals, TLS and a closed folder."),
    ] = False,
    log: Annotated[
        Literal["debug", "info", "warning", "error"], typer.Option(help="What is said on stderr.")
    ] = "warning",
) -> None:
    """Take studies, ask the models, show what was decided. Ctrl-C or SIGTERM: the studies in hand are finished."""
    from fiducial.serve.access.file import AccessFile  # noqa: PLC0415  (`fiducial --help` must stay quick)
    from fiducial.serve.logs import begin_logging  # noqa: PLC0415
    from fiducial.serve.service import ServiceOptions, open_service  # noqa: PLC0415
    from fiducial.serve.web.doors import Door, listen  # noqa: PLC0415

    signal(SIGTERM, _ended)  # uvicorn ends in order at the first, raises it again, and this process still has workers
    begin_logging(log)
    door = Door(host, port, tls_cert, tls_key)
    options = door.access(fd.read_access(access) if access else AccessFile())
    asked = ServiceOptions(
        data, store, workers, access=options, log=log, licence_key=licence_key, production=production
    )
    with open_service(pipeline, asked) as service:
        note(f"{door.address}  pipeline {service.name}, {workers} workers. Not a medical device.")
        listen(service, door)


def _ended(*_: object) -> None:
    raise SystemExit(0)
