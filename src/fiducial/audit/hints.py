"""What would let the claim climb higher: which columns are missing, and which rung each would open."""

from collections.abc import Iterable, Iterator

from fiducial.claims.evidence import RungResult


def hints(results: Iterable[RungResult]) -> Iterator[str]:
    """One line a missing thing, with the rungs that wait for it."""
    waiting: dict[str, list[str]] = {}
    for result in results:
        for phrase in result.missing:
            waiting.setdefault(phrase, []).append(result.rung)
    for phrase, rungs in waiting.items():
        yield f"{', '.join(rungs)}: give {phrase}."
