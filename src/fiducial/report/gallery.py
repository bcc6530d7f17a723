"""Shown cases as small pictures inside the page; a case without a readable image keeps its words."""

from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from fiducial.claims.evidence import ShownCase
from fiducial.errors import FiducialError
from fiducial.scans.thumbnail import thumbnail

SIDE = 144  # pixels; a page of fifty cases stays under half a megabyte


@dataclass(frozen=True, slots=True)
class Card:
    """A case, and its picture as a ``data:`` address or the reason for having none."""

    case: ShownCase
    picture: str | None
    reason: str | None

    @property
    def name(self) -> str:
        """The image's file name, which people look for; else the study."""
        return Path(self.case.path).name if self.case.path else self.case.study


def cards(cases: tuple[ShownCase, ...], folder: Path) -> list[Card]:
    """One card a case; paths start from ``folder``."""
    return [_card(case, folder) for case in cases]


def _card(case: ShownCase, folder: Path) -> Card:
    if case.path is None:
        return Card(case, None, None)
    try:
        pixels = thumbnail(_one_file(folder / case.path), SIDE)
    except (FiducialError, OSError) as unreadable:
        return Card(case, None, str(unreadable))
    stream = BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=80)
    return Card(case, f"data:image/jpeg;base64,{b64encode(stream.getvalue()).decode()}", None)


def _one_file(path: Path) -> Path:
    """A study of several files is shown by its middle one."""
    if not path.is_dir():
        return path
    files = sorted(one for one in path.rglob("*") if one.is_file())
    return files[len(files) // 2] if files else path
