"""Every setting that there is: what it is for, what it may be, and what it is until somebody says otherwise."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TypeAlias

from fiducial.errors import WrongUsage
from fiducial.files.names import did_you_mean
from fiducial.rules.checks.out_of_range import shares_compared
from fiducial.rules.file import Rules, rules_of

Value: TypeAlias = float | str
THRESHOLD = "threshold."
PIPELINE, RULES = "pipeline", "rules"
WHAT = {
    PIPELINE: "the pipeline's file, and what it was made of when it was chosen",
    RULES: "the decision file, as a text",
}
CHOSEN = frozenset(WHAT)  # whose values are opened and tried as a whole before they hold


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


def in_short(name: str, value: Value) -> Value:
    """A value in a line: of rules their name, version and hash instead of their text."""
    if name != RULES:
        return value
    rules = rules_of(str(value), file=RULES)
    return f"{rules.name} {rules.version} ({rules.hash[:19]})"


def thresholds_declared(rules: Rules) -> list[Declared]:
    """A setting for every threshold of a decision file, with the file's value as its first.

    What a score or a share is compared with lies from 0 to 1: with 60 for 0.6, the rule would never be true again.
    """
    trees = [rule.when for rule in rules.rules.values()]
    of_shares = {fixed for tree in trees for _, fixed in shares_compared(tree)}
    return [
        Declared(f"{THRESHOLD}{one.name}", one.value, what, *((0.0, 1.0) if one in of_shares else ()))
        for one in rules.thresholds.values()
        for what in (f"the threshold {one.name} of {rules.name}",)
    ]


class Catalogue(Mapping[str, Declared]):
    """The built-in settings, and those that come with the pipeline that is chosen, one a threshold among them."""

    def __init__(self, others: Iterable[Declared] = ()) -> None:
        """``others``: with what the pipeline's own files say as their defaults."""
        self._known = {one.name: one for one in (*BUILT_IN, *others)}
        self._rules = ""

    def follow(self, rules: str) -> None:
        """Other rules were chosen, this text: they have thresholds of their own."""
        if rules != self._rules:
            kept = {name: one for name, one in self._known.items() if not name.startswith(THRESHOLD)}
            chosen = (Declared(name, "", what) for name, what in WHAT.items())
            own = thresholds_declared(rules_of(rules, file=RULES))
            self._known = {one.name: one for one in chosen} | kept | {one.name: one for one in own}
            self._rules = rules

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
