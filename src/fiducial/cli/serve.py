"""``fiducial serve``: doors, workers and a page for one pipeline."""

from pathlib import Path
from signal import SIGTERM, signal
from typing import Annotated

import typer

from fiducial.cli.output import note


def serve(  # noqa: PLR0913  (each is an option of the verb)
    pipeline: Annotated[Path, typer.Option("--pipeline", "-p", help="pipeline.toml, or the folder that holds it.")],
    data: Annotated[Path, typer.Option(help="Folder of images and of the store.")] = Path("fiducial-data"),
    store: Annotated[str | None, typer.Option(help="postgresql://...; default: SQLite in the folder.")] = None,
    workers: Annotated[int, typer.Option(min=0, help="Worker processes; 0: this machine takes, others work.")] = 1,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen at.")] = 8000,
) -> None:
    """Take studies, ask the models, show what was decided. Ctrl-C or SIGTERM: the studies in hand are finished."""
    from fiducial.serve.service import ServiceOptions, open_service  # noqa: PLC0415  (`fiducial --help` stays quick)
    from fiducial.serve.web.app import make_app  # noqa: PLC0415
    from fiducial.serve.web.running import run_app  # noqa: PLC0415

    signal(SIGTERM, _ended)  # uvicorn ends in order at the first, raises it again, and this process still has workers
    with open_service(pipeline, ServiceOptions(data, store, workers)) as service:
        note(f"http://{host}:{port}  pipeline {service.name}, {workers} workers. Not a medical device.")
        run_app(make_app(service), host, port)


def _ended(*_: object) -> None:
    raise SystemExit(0)
