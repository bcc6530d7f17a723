"""Rules on the facts of one study: every rule's outcome, in order, with its trace."""

from collections.abc import Iterable

from fiducial.rules.decision import Decision, Outcome
from fiducial.rules.facts import Facts
from fiducial.rules.file import Rules
from fiducial.rules.programs import Case
from fiducial.rules.values import Value


def decide(rules: Rules, facts: Facts) -> Decision:
    """What every rule says of a study, and why: the outcomes stand in the order in which rules read each other."""
    case = Case(facts)
    return Decision(rules, facts, outcomes_of(rules, case, rules.rules))


def outcomes_of(rules: Rules, case: Case, names: Iterable[str]) -> dict[str, Outcome]:
    """The outcomes of some rules, in order; what they read must have been said in the case."""
    traced, said, found = rules.program.traced, case.said, {}
    for name in names:
        trace = traced[name](case)
        outcome = found[name] = Outcome(rules.rules[name], trace)
        said[name] = value = trace.value
        if value is None:
            case.why[name] = outcome.reason
    return found


def say(rules: Rules, facts: Facts) -> dict[str, Value]:
    """What every rule says, without a trace: the same values, sooner."""
    case = Case(facts)
    for name, value_of in rules.program.valued.items():
        case.said[name] = value_of(case)
    return case.said
