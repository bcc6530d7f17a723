"""A Chromium without a window that keeps to itself: for the benchmark of the gallery, the pictures and the tests."""

import shutil
import subprocess
from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def open_page(page: Path, profile: Path, *words: str) -> str:
    """Open a page with a profile of its own and options of Chromium's; gives what it prints (``--dump-dom``).

    Raises:
        RuntimeError: there is no Chromium here.
    """
    if CHROMIUM is None:
        raise RuntimeError("no Chromium was found. Install chromium or google-chrome.")
    command = [CHROMIUM, *_QUIET, f"--user-data-dir={profile}", *words, page.resolve().as_uri()]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout  # noqa: S603  (our own page)
