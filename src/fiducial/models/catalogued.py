"""What the catalogue knows of a finding that a bundle names: its entry, its codes, and where the bundle says otherwise.

A bundle may be about anything; a finding that the catalogue does not know is told with the nearest name, not refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from fiducial.claims.catalogue.entry import Entry, System
from fiducial.claims.catalogue.shipped import catalogue


@dataclass(frozen=True, slots=True)
class Catalogued:
    """``entry`` is None for an unknown finding, and ``nearest`` then what it may have meant."""

    finding: str
    entry: Entry | None
    nearest: Entry | None
    differences: tuple[str, ...]

    @classmethod
    def of(cls, finding: str, codes: Mapping[System, str]) -> Self:
        """Look a finding up by its name, and hold the codes that the bundle gives it against the catalogue's."""
        entry = catalogue().find(finding)
        nearest = None if entry else catalogue().nearest(finding)
        return cls(finding, entry, nearest, tuple(_differences(entry, codes)))

    def document(self) -> dict[str, Any]:
        """For ``bundle show --json``: the catalogue's name, urgency and codes; nulls for an unknown finding."""
        entry = self.entry
        return {
            "entry": entry.name if entry else None,
            "kind": entry.kind if entry else None,
            "urgency": entry.urgency if entry else None,
            "codes": {code.system: code.code for code in entry.codes} if entry else {},
            "nearest": self.nearest.name if self.nearest else None,
            "differences": list(self.differences),
        }

    def __str__(self) -> str:
        """``in the catalogue as pleural effusion (radlex RID34539)``."""
        if self.entry:
            codes = ", ".join(f"{code.system} {code.code}" for code in self.entry.codes) or "no code"
            told = f"in the catalogue as {self.entry.name} ({codes})"
        else:
            near = f"; did it mean {self.nearest.name!r}?" if self.nearest else ""
            told = f"not in the catalogue{near}"
        return "; ".join((told, *self.differences))


def _differences(entry: Entry | None, codes: Mapping[System, str]) -> list[str]:
    told = []
    for system, code in codes.items():
        bearer = catalogue().with_code(code, system)
        ours = entry.code(system) if entry else None
        if bearer and bearer is not entry:
            told.append(f"its {system} {code} is that of {bearer.name!r}")
        elif ours and ours.code != code:
            told.append(f"its {system} is {code}, the catalogue's {ours.code}")
    return told
