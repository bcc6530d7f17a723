"""A model that is a Python function: of a scan, or of pixels that were prepared as in a bundle."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fiducial.errors import FiducialError, WrongUsage
from fiducial.models.contract import Answer, Extra, Shown
from fiducial.scans.preparation.contract import Step
from fiducial.scans.preparation.preparing import describe, prepare


@dataclass(frozen=True, slots=True)
class CallableModel:
    """A :class:`~fiducial.models.contract.Model`. ``function``: Scan -> score, or finding -> score, each 0-1.

    With ``steps`` (see ``fiducial.scans.preparation``) it is given float32 pixels (channels, slices, rows, columns)
    instead. It must be picklable where several processes work. ``version``: change it with the function, so that a
    resumed run forgets what the old one answered.
    """

    name: str
    findings: tuple[str, ...]
    function: Callable[[Any], float | Mapping[str, float]]
    steps: tuple[Step, ...] | None = None
    version: str = "1"

    def __post_init__(self) -> None:
        """Raises WrongUsage without findings."""
        if not self.findings:
            raise WrongUsage(f"{self.name}: names no finding; say what the function scores.")

    @property
    def identity(self) -> str:
        """Name, version, preparation and the name of the function."""
        kind = type(self.function)
        own = getattr(self.function, "__qualname__", kind.__qualname__)
        where = getattr(self.function, "__module__", kind.__module__)
        steps = None if self.steps is None else describe(self.steps)
        return repr((self.name, self.version, self.findings, f"{where}.{own}", steps))

    def answer(self, shown: Sequence[Shown], extras: frozenset[Extra] = frozenset()) -> list[Answer]:  # noqa: ARG002
        """One call of the function a study; what it raises is that study's reason."""
        return [self._answered(one) for one in shown]

    def _answered(self, shown: Shown) -> Answer:
        try:
            given = shown.scan if self.steps is None else prepare(shown.scan, self.steps).pixels
        except FiducialError as told:
            return Answer(reason=str(told))
        try:
            found = self.function(given)
        except Exception as wrong:  # noqa: BLE001  (a stranger's function; one study may not stop the others)
            words = " ".join(str(wrong).split())[:200]
            return Answer(reason=f"the function raised {type(wrong).__name__}: {words}".rstrip(": "))
        return self._checked(found)

    def _checked(self, found: object) -> Answer:
        given = found if isinstance(found, Mapping) else {self.findings[0]: found}
        absent = [finding for finding in self.findings if finding not in given]
        if absent:
            return Answer(reason=f"the function gave no score for {absent[0]}")
        scores = {finding: _number(given[finding]) for finding in self.findings}
        for finding, score in scores.items():
            if not 0 <= score <= 1:  # NaN is caught here, too
                return Answer(reason=f"the function gave {score:g} for {finding}; a score lies from 0 to 1")
        return Answer(scores)


def _number(found: Any) -> float:  # noqa: ANN401  (whatever the function gave)
    try:
        return float(found)
    except (TypeError, ValueError):
        return math.nan
