"""Check: what a rule declares of itself, ``excludes`` and ``monotone``, against what it does."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from fiducial.cohort.checks.contract import Severity
from fiducial.rules.checks.contract import Finding
from fiducial.rules.checks.directions import never_falls
from fiducial.rules.checks.questions import Questions
from fiducial.rules.checks.rewriting import readers_of, rewritten
from fiducial.rules.checks.search import Answer, Possible, Undecided
from fiducial.rules.checks.studies import RAISED, before_and_after, told
from fiducial.rules.checks.words import about, not_decided
from fiducial.rules.file import Rule
from fiducial.rules.spelling import spell
from fiducial.rules.tree import And, Compare, Input, Node, Not, RuleRef, walk


@dataclass(frozen=True, slots=True)
class BrokenPromises:
    """A promise that was not shown is a warning, one that is broken an error with the study that breaks it."""

    name: ClassVar[str] = "broken-promises"
    says: ClassVar[str] = "excludes and monotone, where a study shows that they do not hold"

    def examine(self, questions: Questions) -> Iterator[Finding]:
        """One finding a promise."""
        for rule in questions.rules.rules.values():
            for other in rule.excludes:
                yield from self._together(questions, rule, other)
            for raised in rule.monotone:
                yield from self._raised(questions, rule, raised)

    def _together(self, questions: Questions, rule: Rule, other: str) -> Iterator[Finding]:
        answer = questions.can(And((RuleRef(rule.name), RuleRef(other))))
        if isinstance(answer, Possible):
            message = f"Rule {rule.name!r} excludes {other!r}, yet both are true where {told(answer.facts)}."
            remedy = f"Write `and not rule({other})` into one of them, or take the promise out."
            yield about(self.name, Severity.ERROR, rule, (message, remedy), answer.facts)
        elif isinstance(answer, Undecided):
            whether = f"whether rules {rule.name!r} and {other!r} can both be true"
            yield not_decided(self.name, Severity.WARNING, rule, whether)

    def _raised(self, questions: Questions, rule: Rule, raised: Input) -> Iterator[Finding]:
        dependent = _readers_of_input(questions, raised)
        if rule.name not in dependent:
            message = f"Rule {rule.name!r} is declared monotone in {spell(raised)}, which it does not read."
            yield about(self.name, Severity.WARNING, rule, (message, "Name an input that it reads."))
            return
        if raised.kind != "number":
            message = f"Rule {rule.name!r} is declared monotone in {spell(raised)}, which is no number to be raised."
            yield about(self.name, Severity.ERROR, rule, (message, "Name a number, or nothing."))
            return
        if never_falls(rule.name, questions.trees, raised):
            return
        answer = _falls(questions, rule.name, raised, dependent)
        if isinstance(answer, Possible):
            before, after = before_and_after(answer.facts, raised)
            message = (
                f"Rule {rule.name!r} is declared monotone in {spell(raised)}, yet it is true where {told(before)}, "
                f"and false where {told(after)}."
            )
            remedy = "Mend the rule, or take the promise out: what rests on it (flips, ordering) would be wrong."
            yield about(self.name, Severity.ERROR, rule, (message, remedy), before, after)
        elif isinstance(answer, Undecided):
            whether = f"whether raising {spell(raised)} can turn rule {rule.name!r} off"
            yield not_decided(self.name, Severity.WARNING, rule, whether)


def _readers_of_input(questions: Questions, leaf: Input) -> list[str]:
    sources = [name for name, tree in questions.trees.items() if leaf in walk(tree)]
    return list(dict.fromkeys([*sources, *(one for name in sources for one in readers_of(name, questions.reads))]))


def _falls(questions: Questions, rule: str, raised: Input, dependent: list[str]) -> Answer:
    """Whether there is a study of which the rule is true, and false once the input alone is raised."""
    higher = replace(raised, name=raised.name + RAISED)

    def with_it_raised(node: Node) -> Node | None:
        if node == raised:
            return higher
        if isinstance(node, RuleRef) and node.name in dependent:
            return RuleRef(node.name + RAISED)
        return None

    trees = dict(questions.trees)
    trees |= {
        name + RAISED: rewritten(tree, with_it_raised) for name, tree in questions.trees.items() if name in dependent
    }
    return questions.can(And((RuleRef(rule), Not(RuleRef(rule + RAISED)), Compare("<=", raised, higher))), trees)
