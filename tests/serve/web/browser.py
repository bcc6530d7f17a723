"""A real browser against a real service: the Chromium of this machine, driven by selenium, behind a strict policy."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from threading import Thread
from time import sleep

import uvicorn
from fastapi import Request, Response
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from starlette.middleware.base import RequestResponseEndpoint

from fiducial.serve.web.app import make_app
from fiducial.serve.web.state import Service

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
SHOTS = Path(os.environ.get("FIDUCIAL_SCREENSHOTS", Path(__file__).parents[3] / "screenshots"))
AXE = (Path(__file__).parent / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
_QUIET = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--hide-scrollbars",
)  # fmt: skip


@contextmanager
def served_over_http(service: Service) -> Iterator[str]:
    """Its address; every answer bears the policy that a hospital would set."""
    app = make_app(service)

    @app.middleware("http")
    async def strict(request: Request, call_next: RequestResponseEndpoint) -> Response:
        reply = await call_next(request)
        reply.headers["Content-Security-Policy"] = POLICY
        return reply

    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", timeout_graceful_shutdown=1))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def chromium(home: Path) -> Iterator[Chrome]:
    """A browser with an empty profile, whose console is kept."""
    options = ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for word in (*_QUIET, f"--user-data-dir={home}"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = Chrome(options=options, service=ChromeService(DRIVER))
    try:
        yield browser
    finally:
        browser.quit()


def resize(browser: Chrome, width: int, height: int) -> None:
    """The size of what is seen, not of the window around it."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def keep_shot(browser: Chrome, name: str) -> None:
    """Leave a picture of the page among the artefacts."""
    SHOTS.mkdir(exist_ok=True)
    browser.save_screenshot(str(SHOTS / f"{name}.png"))


def barriers(browser: Chrome) -> list[str]:
    """What axe-core finds that is serious or critical, each with the element that it found it at."""
    browser.execute_script(AXE)
    found = browser.execute_async_script(
        "const done = arguments[arguments.length - 1]; axe.run().then((found) => done(found.violations));"
    )
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in {"serious", "critical"}
    ]
