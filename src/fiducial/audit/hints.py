"""What would let the claim climb higher: which columns are missing, and which rung each would open."""

from collections.abc import Iterable, Iterator

from fiducial.audit.case import Case
from fiducial.claims.evidence import RungResult
from fiducial.claims.floors import OF_BOXES

DETECTION = "detection"


def hints(results: Iterable[RungResult], case: Case) -> Iterator[str]:
    """One line a missing thing, with the rungs that wait for it; a classifier is not asked for boxes."""
    waiting: dict[str, list[str]] = {}
    for result in results:
        if result.rung == DETECTION and not _about_boxes(case):
            continue
        for phrase in result.missing:
            waiting.setdefault(phrase, []).append(result.rung)
    for phrase, rungs in waiting.items():
        yield f"{', '.join(rungs)}: give {phrase}."


def _about_boxes(case: Case) -> bool:
    """Whether the model marks anything, or the claim says so."""
    claimed = any(case.claim.floor(name) for name in OF_BOXES)
    return case.boxes is not None or claimed or DETECTION in case.claim.ladder.required
