"""Every setting that there is: what it is for, what it may be, and what it is until somebody says otherwise."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TypeAlias

from fiducial.errors import WrongUsage
from fiducial.files.names import did_you_mean

Value: TypeAlias = float | str
THRESHOLD = "threshold."


@dataclass(frozen=True, slots=True)
class Declared:
    """One setting. ``low`` and ``high`` bound a number, both included."""

    name: str
    default: Value
    what: str
    low: float = float("-inf")
    high: float = float("inf")

    def parse(self, given: Value) -> Value:
        """``given``, a word of a command line or a value, as what the setting is.

        Raises:
            WrongUsage: it is not that, or lies outside its bounds.
        """
        if isinstance(self.default, str):
            return str(given)
        try:
            number = float(given)
        except ValueError:
            raise WrongUsage(f"{self.name} is a number, got {given!r}.") from None
        if not isfinite(number) or not self.low <= number <= self.high:
            raise WrongUsage(f"{self.name} must lie from {self.low:g} to {self.high:g}, got {number:g}.")
        return number


BUILT_IN = (
    Declared("intake.quiet", 10.0, "seconds without a new image after which a study is complete", 0, 86400),
    Declared("work.warn", 300.0, "seconds without progress after which a study is called stuck", 1, 86400),
    Declared("work.kill", 600.0, "seconds without progress after which its worker is ended", 1, 86400),
)


class Catalogue(Mapping[str, Declared]):
    """The built-in settings and one a threshold of the decision file."""

    def __init__(self, thresholds: Iterable[Declared] = ()) -> None:
        """``thresholds``: with the file's values as their defaults."""
        self._known = {one.name: one for one in (*BUILT_IN, *thresholds)}

    def __getitem__(self, name: str) -> Declared:
        """The declaration.

        Raises:
            WrongUsage: there is no such setting; with the nearest name.
        """
        try:
            return self._known[name]
        except KeyError:
            near = did_you_mean(name, self._known)
            raise WrongUsage(f"there is no setting {name!r}.{near} There are: {', '.join(self._known)}.") from None

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def __iter__(self):  # type: ignore[no-untyped-def]  # noqa: ANN204
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)
