"""Rules on the facts of one study: every rule's outcome, in order, with its trace."""

from collections.abc import Iterable, Mapping
from typing import Any

from fiducial.rules.decision import Decision
from fiducial.rules.facts import Facts
from fiducial.rules.file import Rules
from fiducial.rules.leaves import Case
from fiducial.rules.traces import Outcome

_NOTHING: Mapping[str, Outcome] = {}


def decide(rules: Rules, facts: Facts) -> Decision:
    """What every rule says of a study, and why: the outcomes stand in the order in which rules read each other."""
    return Decision(rules, facts, outcomes_of(rules, Case(facts), rules.rules))


def outcomes_of(
    rules: Rules, case: Case, names: Iterable[str], *, kept: Mapping[str, Outcome] = _NOTHING
) -> dict[str, Outcome]:
    """The outcomes of some rules, in order; what they read must have been said in the case, or be one of them.

    ``kept``: earlier outcomes, whose overrides go on to hold.
    """
    recorded, found = rules.program.recorded, {}
    for name in names:
        record: list[Any] = []
        said = recorded[name](case, record)
        override = kept[name].override if name in kept else None
        outcome = found[name] = Outcome(rules.rules[name], record, said if isinstance(said, bool) else None, override)
        value = outcome.value
        case.note(name, value, outcome.reason if value is None else None)
    return found


def say(rules: Rules, facts: Facts) -> dict[str, bool | None]:
    """What every rule says, without a trace: the same values, sooner."""
    case = Case(facts)
    found: dict[str, bool | None] = {}
    for name, value_of in rules.program.valued.items():
        value = value_of(case)
        found[name] = answer = value if isinstance(value, bool) else None
        case.note(name, answer, None)
    return found
