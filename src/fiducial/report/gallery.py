"""The cases worth a look, each once: a small picture, the mistake, and the rungs that point at it."""

from base64 import b64encode
from collections import Counter
from dataclasses import dataclass
from io import BytesIO
from math import isnan
from pathlib import Path

from PIL import Image

from fiducial.claims.evidence import Evidence, ShownCase
from fiducial.errors import FiducialError
from fiducial.scans.thumbnail import thumbnail

MISSED, ALARM, RIGHT, NO_SCORE = "missed", "false alarm", "right call", "no score"
KINDS = {
    MISSED: "ill, called healthy",
    ALARM: "healthy, called ill",
    RIGHT: "called rightly",
    NO_SCORE: "not scored",
}
# cases in the gallery at most -> (side in pixels, JPEG quality): a page of 5,000 stays near ten megabytes
_SIZES = ((200, (144, 80)), (1_000, (96, 70)), (10**9, (64, 60)))

_REASONS = 40  # to choose from; more are no choice


@dataclass(frozen=True, slots=True)
class Card:
    """A case, and its picture as JPEG bytes or the reason for having none."""

    case: ShownCase
    kind: str  # one of KINDS
    rungs: tuple[str, ...]
    whys: tuple[str, ...]
    jpeg: bytes | None = None
    reason: str | None = None

    @property
    def name(self) -> str:
        """The image's file name, which people look for; else the study."""
        return Path(self.case.path).name if self.case.path else self.case.study

    @property
    def picture(self) -> str | None:
        """The picture as a ``data:`` address."""
        return f"data:image/jpeg;base64,{b64encode(self.jpeg).decode()}" if self.jpeg else None


def gallery(evidence: Evidence) -> list[Card]:
    """One card for each decision that a rung shows, in the order of the ladder; equal ones of several rungs are one."""
    told: dict[tuple[str, bool, str], list[tuple[str, ShownCase]]] = {}
    for result in evidence.rungs:
        for case in result.cases:
            told.setdefault((case.study, case.truth, repr(case.score)), []).append((result.rung, case))
    size = next(size for most, size in _SIZES if len(told) <= most)
    return [_card(shown, evidence, *size) for shown in told.values()]


def reasons(cards: list[Card]) -> list[str]:
    """Why cases are shown, in the order of the cards: each that several share, so that it can be chosen."""
    counts = Counter(why for card in cards for why in card.whys)
    return [why for why, count in counts.items() if count > 1][:_REASONS]


def _card(shown: list[tuple[str, ShownCase]], evidence: Evidence, side: int, quality: int) -> Card:
    case = shown[0][1]
    jpeg, reason = (None, None) if case.path is None else _picture(evidence.images / case.path, side, quality)
    return Card(
        case,
        _kind(case, evidence.claim.claim.threshold.value),
        tuple(dict.fromkeys(rung for rung, _ in shown)),
        tuple(dict.fromkeys(case.why for _, case in shown)),
        jpeg,
        reason,
    )


def _kind(case: ShownCase, threshold: float) -> str:
    if isnan(case.score):
        return NO_SCORE
    called = case.score >= threshold
    if called == case.truth:
        return RIGHT
    return MISSED if case.truth else ALARM


def _picture(path: Path, side: int, quality: int) -> tuple[bytes | None, str | None]:
    try:
        pixels = thumbnail(_one_file(path), side)
    except (FiducialError, OSError) as unreadable:
        return None, str(unreadable)
    stream = BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
    return stream.getvalue(), None


def _one_file(path: Path) -> Path:
    """A study of several files is shown by its middle one."""
    if not path.is_dir():
        return path
    files = sorted(one for one in path.rglob("*") if one.is_file())
    return files[len(files) // 2] if files else path
