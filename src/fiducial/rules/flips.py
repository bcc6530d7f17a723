"""The smallest change of its inputs that would flip a rule.

One input, where one is enough: then it is exact, for along one input a rule changes only where a comparison meets its
other side, and each of these places is tried. Else a set of inputs, put together from the parts that would have to
change, checked by deciding again, and without any that is not needed: the smallest one found, and a smaller may exist.
What a rule asks of the boxes of a finding counts as one input, ``count(regions(nodule) where score > 0.5)``: how the
boxes would have to be otherwise for that is left open.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from fiducial.rules.candidates import Candidate, candidates
from fiducial.rules.facts import Facts, Plain
from fiducial.rules.file import Rules
from fiducial.rules.plans import Plan, plans
from fiducial.rules.spelling import number, spell
from fiducial.rules.traces import Outcome
from fiducial.rules.tree import AnyOf, Count, Most
from fiducial.rules.trials import Knob, Trial
from fiducial.rules.values import Value, is_known


@dataclass(frozen=True, slots=True)
class Change:
    """One input that would have to be otherwise. ``bound``: at least, above, at most, below, exactly or other than.

    ``now`` None: it is not known, or only in part. ``to`` is the bound itself, not a value beyond it.
    """

    flag: str
    now: Plain | None
    bound: str
    to: Plain

    def __str__(self) -> str:
        """``score(pneumothorax) at least 0.62 (now 0.55)``."""
        now = "unknown" if self.now is None else _word(self.now)
        bound = "" if self.bound == "exactly" else f"{self.bound} "
        return f"{self.flag} {bound}{_word(self.to)} (now {now})"


@dataclass(frozen=True, slots=True)
class Flip:
    """What would turn a rule to ``to``. ``exact``: nothing smaller would; else it is the smallest that was found."""

    rule: str
    to: bool
    changes: tuple[Change, ...]
    exact: bool

    def __str__(self) -> str:
        """``would be true with score(pneumothorax) at least 0.62 (now 0.55)``."""
        return f"would be {'true' if self.to else 'false'} with {' and '.join(map(str, self.changes))}"

    def document(self) -> dict[str, Any]:
        """As JSON."""
        changes = [
            {"flag": one.flag, "now": one.now, "bound": one.bound, "to": one.to, "words": str(one)}
            for one in self.changes
        ]
        return {"to": self.to, "exact": self.exact, "changes": changes, "words": str(self)}


def smallest_flip(rules: Rules, facts: Facts, outcomes: Mapping[str, Outcome], rule: str) -> Flip | None:
    """The smallest change that makes a true rule false, or one that is false or unknown true; None where none is found.

    Fewer inputs are smaller; of as many, the nearer ones: scores by their difference, other numbers by their relative
    difference, words and truths as 1, what is unknown last. Overridden rules stay as they are.
    """
    if outcomes[rule].override is not None:
        return None
    trial = Trial(rules, facts, outcomes, rule)
    to = outcomes[rule].value is not True
    tried = [candidates(trial, knob) for knob in trial.knobs]
    ways = sorted((way for ways, _ in tried for way in ways), key=lambda way: way.cost)
    single = next((way for way in ways if trial.says({way.knob: way.value}) is to), None)
    if single is not None:
        return _flip(trial, {single.knob: single}, to=to, exact=all(whole for _, whole in tried))
    plan = _smallest_set(trial, to=to)
    return None if plan is None else _flip(trial, plan, to=to, exact=False)


def _smallest_set(trial: Trial, *, to: bool) -> Plan | None:
    for plan in plans(trial, to=to):
        if trial.says({knob: way.value for knob, way in plan.items()}) is to:
            return _without_needless(trial, plan, to=to)
    return None


def _without_needless(trial: Trial, plan: Plan, *, to: bool) -> Plan:
    """The smallest part of a plan that is enough, where it is short; else without those that alone are not needed."""
    if len(plan) <= 8:
        for size in range(2, len(plan)):
            for names in combinations(plan, size):
                if trial.says({knob: plan[knob].value for knob in names}) is to:
                    return {knob: plan[knob] for knob in names}
        return plan
    kept = dict(plan)
    for knob in plan:
        rest = {other: way.value for other, way in kept.items() if other != knob}
        if trial.says(rest) is to:
            del kept[knob]
    return kept


def _flip(trial: Trial, plan: Plan, *, to: bool, exact: bool) -> Flip:
    changes = []
    for knob, way in plan.items():
        others = {other: one.value for other, one in plan.items() if other != knob}
        changes.append(Change(spell(knob), _now(trial.knobs[knob]), *_bound(trial, way, others, to=to)))
    return Flip(trial.rule, to, tuple(changes), exact and _independent(trial))


def _now(value: Value) -> Plain | None:
    return value if isinstance(value, bool | float | str) and is_known(value) else None


def _bound(trial: Trial, way: Candidate, others: Mapping[Knob, Value], *, to: bool) -> tuple[str, Plain]:
    """How a value that flips is told: whether the ones beyond it do so as well, and from where on."""
    if way.other_than is not None:
        return "other than", way.other_than
    if not isinstance(way.value, float) or way.edge is None:
        return "exactly", way.value
    if way.value != way.edge:
        return ("above" if way.value > way.edge else "below"), way.edge
    beyond = {side: trial.says({**others, way.knob: value}) is to for side, value in way.beside.items()}
    now = trial.knobs[way.knob]
    upwards = beyond.get("above", False) and not (isinstance(now, float) and now > way.edge)
    downwards = beyond.get("below", False) and not (isinstance(now, float) and now < way.edge)
    return ("at least" if upwards else "at most" if downwards else "exactly"), way.edge


def _independent(trial: Trial) -> bool:
    """Whether no two questions are asked of the boxes of one finding: one change might answer both."""
    names = [knob.regions.name for knob in trial.knobs if isinstance(knob, Count | AnyOf | Most)]
    return len(names) == len(set(names))


def _word(value: Plain) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else number(float(f"{float(value):.12g}"))
