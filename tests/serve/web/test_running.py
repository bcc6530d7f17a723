"""A service that is told to end does not wait for who only listens."""

import asyncio

from fastapi import FastAPI, Request

from fiducial.serve.web.running import _Server, goes_on


def listening(app: FastAPI) -> Request:
    async def nothing() -> dict[str, str]:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    return Request({"type": "http", "app": app, "headers": []}, nothing)


def test_a_stream_goes_on_until_the_service_ends() -> None:
    app = FastAPI()
    assert asyncio.run(goes_on(listening(app)))
    _Server(app, "127.0.0.1", 0).handle_exit(15, None)
    assert not asyncio.run(goes_on(listening(app)))
