"""The application at an address until it is told to end: streams are ended first, which never end by themselves."""

from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI, Request

PATIENCE = 5  # seconds for answers that are on their way
_NOT_STARTED = 3  # as uvicorn ends


class _Server(uvicorn.Server):
    def __init__(self, app: FastAPI, **told: Any) -> None:  # noqa: ANN401  (uvicorn's)
        super().__init__(uvicorn.Config(app, timeout_graceful_shutdown=PATIENCE, **told))
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._app.state.ending = True
        super().handle_exit(sig, frame)


def run_app(app: FastAPI, **told: Any) -> None:  # noqa: ANN401  (as above)
    """Listen until SIGTERM or Ctrl-C; ``told`` as ``uvicorn.run`` takes it."""
    server = _Server(app, **told)
    server.run()
    if not server.started:
        raise SystemExit(_NOT_STARTED)


async def goes_on(request: Request) -> bool:
    """Whether a stream still has somebody to tell: neither the reader has left nor the service is about to."""
    return not (getattr(request.app.state, "ending", False) or await request.is_disconnected())
