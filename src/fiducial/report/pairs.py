"""The page of aligned pairs: how many went in, how many came out, and for each other one the reason in words."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fiducial.claims.evidence import NOTICE
from fiducial.files.writing import write_text
from fiducial.report.page import environment

ORDER = ("verified", "review", "dropped", "failed")  # failed: the scans could not be used


@dataclass(frozen=True, slots=True)
class PairCard:
    """One pair as the page tells it; ``sheet`` is the picture, relative to the page."""

    name: str
    patient: str
    verdict: str
    reasons: tuple[str, ...]
    shift: float | None
    overlap: float | None
    gates: tuple[dict[str, Any], ...]
    sheet: str | None
    notes: tuple[str, ...] = ()  # what was odd about the files and did no harm


def save_pairs_page(cards: list[PairCard], path: Path) -> None:
    """Write the page.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    counts = {verdict: sum(card.verdict == verdict for card in cards) for verdict in ORDER}
    shown = sorted(cards, key=lambda card: (-ORDER.index(card.verdict), card.name))
    page = environment().get_template("pairs.html.j2")
    write_text(path, page.render(cards=shown, counts=counts, total=len(cards), notice=NOTICE))
