"""What stands differently in two audits, without any test: claim, inputs, verdicts, figures and alarms."""

import re
from collections.abc import Iterator
from typing import Any

from fiducial.claims.comparison import Alarms, Change, Moved, Turn
from fiducial.claims.evidence import Evidence, Figure

# A number, and before it, to be left as it is, what names a subgroup (age=40-60) or a condition (noise:3).
_NUMBER = re.compile(r"([=:]\S+)|(\d+(?:[.,]\d+)*(?:e-?\d+)?)")
SAME = 1e-12  # figures that are no farther apart are one figure


def claim_changes(before: Evidence, after: Evidence) -> tuple[Change, ...]:
    """Keys of the claim as its file writes them (``claim.threshold.value``), in the order of the file."""
    return _changes(dict(_flat(before.claim.model_dump(mode="json"))), dict(_flat(after.claim.model_dump(mode="json"))))


def input_changes(before: Evidence, after: Evidence) -> tuple[Change, ...]:
    """Inputs whose content is another one; the claim's own file is told key by key."""
    one, other = (
        {name: told for name, told in audit.provenance.inputs.items() if name != "claim"} for audit in (before, after)
    )
    return _changes(one, other)


def making_changes(before: Evidence, after: Evidence) -> tuple[Change, ...]:
    """Versions, seed and confidence."""
    one, other = (
        {**made.versions, "seed": made.seed, "confidence": made.confidence}
        for made in (before.provenance, after.provenance)
    )
    return _changes(one, other)


def turns(before: Evidence, after: Evidence) -> tuple[Turn, ...]:
    """Every rung of either audit, in the order of the later one."""
    required = {*before.claim.ladder.required, *after.claim.ladder.required}
    one, other = ({result.rung: result.verdict for result in audit.rungs} for audit in (before, after))
    return tuple(Turn(rung, one.get(rung), other.get(rung), rung in required) for rung in dict.fromkeys([*other, *one]))


def moved(before: Evidence, after: Evidence) -> tuple[Moved, ...]:
    """Every figure whose value, interval or n is another one, and those that one audit has alone."""
    one, other = _figures(before), _figures(after)
    return tuple(
        Moved(key[0], one.get(key), other.get(key))
        for key in dict.fromkeys([*other, *one])
        if not _alike(one.get(key), other.get(key))
    )


def alarms(before: Evidence, after: Evidence) -> Alarms:
    """Alarms that came, went and stayed; one that differs from the earlier audit's by its numbers alone stayed.

    Each alarm of the earlier audit is met by one of the later: the one with the most numbers in common.
    """
    went, came, stayed = list(before.alarms), [], []
    for alarm in sorted(after.alarms, key=lambda told: -max(_alike_words(told, one) for one in ["", *before.alarms])):
        match = max(went, key=lambda one: _alike_words(alarm, one), default="")
        if _alike_words(alarm, match):
            went.remove(match)
            stayed.append(alarm)
        else:
            came.append(alarm)
    return Alarms(_as_in(after, came), tuple(went), _as_in(after, stayed))


def _alike_words(one: str, other: str) -> int:
    """0 where the words differ; else 1 and how many numbers are the same in the same place."""
    if _wording(one) != _wording(other):
        return 0
    return 1 + int(sum(a == b for a, b in zip(_NUMBER.findall(one), _NUMBER.findall(other), strict=True)))


def _wording(alarm: str) -> str:
    return _NUMBER.sub(lambda found: found[1] or "#", alarm)


def _as_in(audit: Evidence, told: list[str]) -> tuple[str, ...]:
    return tuple(sorted(told, key=audit.alarms.index))


def _changes(one: dict[str, Any], other: dict[str, Any]) -> tuple[Change, ...]:
    return tuple(
        Change(key, one.get(key), other.get(key))
        for key in dict.fromkeys([*one, *other])
        if one.get(key) != other.get(key)
    )


def _flat(told: dict[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in told.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{within}{key}.")
        else:
            yield f"{within}{key}", value


def _figures(audit: Evidence) -> dict[tuple[str, str, str, str], Figure]:
    return {
        (result.rung, figure.name, figure.subgroup, figure.condition): figure
        for result in audit.rungs
        for figure in result.figures
    }


def _alike(one: Figure | None, other: Figure | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.n == other.n and all(abs(a - b) <= SAME for a, b in zip(_numbers(one), _numbers(other), strict=True))


def _numbers(figure: Figure) -> tuple[float, float, float]:
    ends = figure.interval
    return (figure.value, ends.low if ends else figure.value, ends.high if ends else figure.value)
