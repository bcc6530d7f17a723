"""The application at an address until it is told to end: streams are ended first, which never end by themselves."""

from socket import socket
from types import FrameType

import uvicorn
from fastapi import Request

from fiducial.serve.notifying import notify

PATIENCE = 5  # seconds for answers that are on their way


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            notify("READY=1")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.config.app.state.ending = True  # type: ignore[union-attr]  # FastAPI's
        super().handle_exit(sig, frame)


def run_app(config: uvicorn.Config) -> None:
    """Listen until SIGTERM or Ctrl-C."""
    _Server(config).run()


async def goes_on(request: Request) -> bool:
    """Whether a stream still has somebody to tell: neither the reader has left nor the service is about to."""
    return not (getattr(request.app.state, "ending", False) or await request.is_disconnected())
