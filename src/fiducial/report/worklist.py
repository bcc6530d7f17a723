"""The page of a run: who is read first and why, what was found, and what each answer came from."""

from base64 import b64encode
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from fiducial.report.page import environment

_PICTURES = 60  # overlays on a page, the first of the worklist; the others are linked
_WIDE, _QUALITY = 420, 80


def worklist_html(told: Mapping[str, Any], folder: Path) -> str:
    """One HTML document of what ``results.json`` holds; the first overlays, which lie in ``folder``, are part of it."""
    first = told["worklist"][:_PICTURES]
    pictures = {one["study"]: _picture(folder / one["overlay"]) for one in first if one["overlay"] is not None}
    counts: dict[str, int] = {}
    for one in told["worklist"]:
        urgency = one["priority"]["urgency"]
        counts[urgency] = counts.get(urgency, 0) + 1
    return environment().get_template("worklist.html.j2").render(told=told, pictures=pictures, counts=counts)


def _picture(path: Path) -> str | None:
    if not path.is_file():
        return None
    with Image.open(path) as image:
        small = image.convert("RGB")
    small.thumbnail((_WIDE, 10 * _WIDE), Image.Resampling.LANCZOS)
    stream = BytesIO()
    small.save(stream, "JPEG", quality=_QUALITY)
    return f"data:image/jpeg;base64,{b64encode(stream.getvalue()).decode()}"
