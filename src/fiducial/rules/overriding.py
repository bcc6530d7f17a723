"""A decision with a reader's overrides: what lies downstream is decided again, everything else is kept as it is."""

from dataclasses import replace

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.names import did_you_mean
from fiducial.rules.changing import value_in, with_given
from fiducial.rules.deciding import outcomes_of
from fiducial.rules.decision import Decision
from fiducial.rules.declared import Declared
from fiducial.rules.facts import Given, Plain
from fiducial.rules.file import Rules
from fiducial.rules.leaves import Case
from fiducial.rules.overrides import CONCLUSION, REASONS, Override
from fiducial.rules.parsing import parse_flag
from fiducial.rules.tokens import Expression
from fiducial.rules.tree import Input, Kind, RuleRef, walk


def overridden(decision: Decision, *overrides: Override) -> Decision:
    """The decision as it is with these overrides on top of its own; the one that is handed in stays as it is.

    Raises:
        WrongUsage: a flag that nothing bears, of another study, or a conclusion where there are several.
        UnusableInput: a value that the flag cannot have.
    """
    for override in overrides:
        decision = _with(decision, override)
    return decision


def flag_of(rules: Rules, flag: str) -> Input | RuleRef:
    """What a flag names: an input or a rule; ``conclusion`` is the only rule that is one.

    Raises:
        WrongUsage: nothing bears that name, or there are several conclusions.
    """
    if flag.strip() == CONCLUSION:
        if len(rules.conclusions) != 1:
            named = ", ".join(f"rule({name})" for name in rules.conclusions)
            raise WrongUsage(f"there are {len(rules.conclusions)} conclusions; name one of them: {named}.")
        return RuleRef(rules.conclusions[0])
    declared = Declared(rules.thresholds, rules.inputs, tuple(rules.rules))
    try:
        return parse_flag(Expression(flag, rules.name, "flag"), declared)
    except UnusableInput as wrong:
        hint = did_you_mean(flag, [CONCLUSION])
        raise WrongUsage(f"{flag!r} is no flag of the decision {rules.name}: {wrong}{hint}") from wrong


def downstream(rules: Rules, flag: Input | RuleRef) -> list[str]:
    """The rules that a flag can reach, in order."""
    if isinstance(flag, RuleRef):
        waiting = list(rules.readers[flag.name])
    else:
        waiting = [name for name, rule in rules.rules.items() if flag in walk(rule.when)]
    reached: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(rules.readers[name])
    return [name for name in rules.rules if name in reached]


def _with(decision: Decision, override: Override) -> Decision:
    if override.study != decision.study:
        raise WrongUsage(f"an override of study {override.study!r} is none of study {decision.study!r}.")
    flag = flag_of(decision.rules, override.flag)
    _refuse_other_kind(override, flag.kind)
    if isinstance(flag, RuleRef):
        return _rule(decision, flag, override)
    why = REASONS[override.reason] if override.to is None else None
    facts = with_given(decision.facts, flag, Given(override.to, why, f"reader {override.reader}"))
    kept = replace(override, was=value_in(decision.facts, flag))
    return _again(replace(decision, facts=facts, overrides=(*decision.overrides, kept)), flag)


def _rule(decision: Decision, flag: RuleRef, override: Override) -> Decision:
    before = decision.outcomes[flag.name]
    kept = replace(override, was=before.value)
    outcomes = {**decision.outcomes, flag.name: replace(before, override=kept)}
    return _again(replace(decision, outcomes=outcomes, overrides=(*decision.overrides, kept)), flag)


def _again(decision: Decision, flag: Input | RuleRef) -> Decision:
    """Everything downstream of the flag, from what the rules before it say; a rule that is overridden stays so."""
    outcomes = dict(decision.outcomes)
    again = downstream(decision.rules, flag)
    case = Case(decision.facts)
    for name, outcome in outcomes.items():
        if name not in again:
            case.note(name, outcome.value, outcome.reason)
    fresh = outcomes_of(decision.rules, case, again, kept=outcomes)
    return replace(decision, outcomes={name: fresh.get(name, outcome) for name, outcome in outcomes.items()})


def _refuse_other_kind(override: Override, kind: Kind) -> None:
    value = override.to
    fits = {"truth": isinstance(value, bool), "text": isinstance(value, str), "number": _is_number(value)}[kind]
    if value is not None and not fits:
        word = {"truth": "true or false", "text": "a word", "number": "a number"}[kind]
        raise UnusableInput(f"{override.flag} can be overridden with {word}, or None; got {value!r}.")


def _is_number(value: Plain | None) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
