"""``fiducial serve``: doors, workers and a page for one pipeline."""

import tempfile
from pathlib import Path
from signal import SIGTERM, signal
from typing import Annotated, Literal

import typer

import fiducial as fd
from fiducial.cli.output import note

SEND = "dicom://AET@host:port, dicom+tls://..., https://host/dicom-web, webhook+https://host/path"


def serve(  # noqa: PLR0913  (each is an option of the verb)
    pipeline: Annotated[Path, typer.Option("--pipeline", "-p", help="pipeline.toml, or the folder that holds it.")],
    data: Annotated[Path, typer.Option(help="Folder of images and of the store.")] = Path("fiducial-data"),
    store: Annotated[str | None, typer.Option(help="postgresql://...; default: SQLite in the folder.")] = None,
    workers: Annotated[int, typer.Option(min=0, help="Worker processes; 0: this machine takes, others work.")] = 1,
    output: Annotated[
        list[str] | None, typer.Option(help="Made of every study at once: sr, seg, gsps, ko, sc, fhir, hl7.")
    ] = None,
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
    dicom: Annotated[bool, typer.Option("--dicom/--no-dicom", help="Listen for DICOM as well.")] = True,
    ae_title: Annotated[str, typer.Option(help="AE title of the listener.")] = "FIDUCIAL",
    dicom_host: Annotated[str, typer.Option(help="Address to listen for DICOM at.")] = "127.0.0.1",
    dicom_port: Annotated[int, typer.Option(min=0, max=65535, help="Port for DICOM; 0: one that is free.")] = 11112,
    allow: Annotated[
        list[str] | None, typer.Option(help="Who may send DICOM: AET or AET@NETWORK, * any title.")
    ] = None,
    dicom_tls_cert: Annotated[Path | None, typer.Option(help="Certificate in PEM; DICOM then comes by TLS.")] = None,
    dicom_tls_key: Annotated[Path | None, typer.Option(help="Its key.")] = None,
    dicom_tls_ca: Annotated[Path | None, typer.Option(help="Who signs the others' certificates.")] = None,
    watch: Annotated[Path | None, typer.Option(help="Folder from which files are taken as they come.")] = None,
    send: Annotated[list[str] | None, typer.Option(help=f"Where results go: {SEND}.")] = None,
    webhook_key: Annotated[Path | None, typer.Option(help="File with the key under which webhooks are signed.")] = None,
) -> None:
    """Take studies, ask the models, show what was decided. Ctrl-C or SIGTERM: the studies in hand are finished."""
    from fiducial.serve.access.file import AccessFile  # noqa: PLC0415  (`fiducial --help` must stay quick)
    from fiducial.serve.dimse.allowed import Allowed  # noqa: PLC0415
    from fiducial.serve.dimse.listening import Listening  # noqa: PLC0415
    from fiducial.serve.dimse.tls import Certificates  # noqa: PLC0415
    from fiducial.serve.intake.archive import INCOMING, mark  # noqa: PLC0415
    from fiducial.serve.logs import begin_logging  # noqa: PLC0415
    from fiducial.serve.sending.destinations import Credentials, Destination  # noqa: PLC0415
    from fiducial.serve.service import ServiceOptions, open_service  # noqa: PLC0415
    from fiducial.serve.web.doors import Door, listen  # noqa: PLC0415

    incoming = (data / INCOMING).absolute()
    incoming.mkdir(parents=True, exist_ok=True)
    tempfile.tempdir = str(incoming)  # what is being received lies where it stays, and is swept there
    tempfile.template = mark()
    signal(SIGTERM, _ended)  # uvicorn ends in order at the first, raises it again, and this process still has workers
    begin_logging(log)
    door = Door(host, port, tls_cert, tls_key)
    told = door.access(fd.read_access(access) if access else AccessFile())
    certificates = Certificates.given(dicom_tls_cert, dicom_tls_key, dicom_tls_ca)
    allowed = tuple(Allowed.parse(one) for one in allow or ())
    listener = Listening(ae_title, dicom_host, dicom_port, allowed, certificates) if dicom else None
    ours = Credentials.of(ae_title, certificates, webhook_key)
    destinations = [Destination.parse(one, ours) for one in send or ()]
    kinds = tuple(output or ("sr",))
    options = ServiceOptions(
        data,
        store,
        workers,
        outputs=kinds,
        access=told,
        log=log,
        listener=listener,
        watch=watch,
        send=destinations,
        licence_key=licence_key,
        production=production,
    )
    with open_service(pipeline, options) as service:
        note(f"{door.address}  pipeline {service.name}, {workers} worker{'s' * (workers != 1)}. Not a medical device.")
        if service.dicom_port is not None:
            note(f"dicom://{ae_title}@{dicom_host}:{service.dicom_port}")
        listen(service, door)


def _ended(*_: object) -> None:
    raise SystemExit(0)
