"""The application at an address until it is told to end: streams are ended first, which never end by themselves."""

from types import FrameType

import uvicorn
from fastapi import FastAPI, Request

PATIENCE = 5  # seconds for answers that are on their way


class _Server(uvicorn.Server):
    def __init__(self, app: FastAPI, host: str, port: int) -> None:
        told = {"log_level": "warning", "access_log": False, "timeout_graceful_shutdown": PATIENCE}
        super().__init__(uvicorn.Config(app, host, port, **told))  # type: ignore[arg-type]  # words and numbers
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._app.state.ending = True
        super().handle_exit(sig, frame)


def run_app(app: FastAPI, host: str, port: int) -> None:
    """Listen until SIGTERM or Ctrl-C."""
    _Server(app, host, port).run()


async def goes_on(request: Request) -> bool:
    """Whether a stream still has somebody to tell: neither the reader has left nor the service is about to."""
    return not (getattr(request.app.state, "ending", False) or await request.is_disconnected())
