"""Check: rules that no conclusion depends on, or whose result never changes one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fiducial.cohort.checks.contract import Severity
from fiducial.rules.checks.contract import Finding
from fiducial.rules.checks.questions import Questions
from fiducial.rules.checks.rewriting import differ, readers_of, rewritten
from fiducial.rules.checks.search import Answer, Impossible, Undecided
from fiducial.rules.checks.words import about, not_decided
from fiducial.rules.file import Rule
from fiducial.rules.tree import Node, Not, Or, RuleRef

_OTHERWISE = " otherwise"  # of what a rule would say if another had said the opposite
_REMEDY = "Read it where it was meant to count, mark it as a conclusion, or take it out."


@dataclass(frozen=True, slots=True)
class IdleRules:
    """A rule that says something by itself (a conclusion, a finding, an urgency) is never idle."""

    name: ClassVar[str] = "idle-rules"
    says: ClassVar[str] = "rules whose result never changes a conclusion"

    def examine(self, questions: Questions) -> Iterator[Finding]:
        """One finding a rule; rules that can only be true or only be false are told by one-sided-rules."""
        conclusions = set(questions.rules.conclusions)
        for rule in questions.rules.rules.values():
            if rule.name in conclusions or rule.finding or rule.urgency:
                continue
            downstream = readers_of(rule.name, questions.reads)
            if conclusions.isdisjoint(downstream):
                message = f"No conclusion depends on rule {rule.name!r}, and it sets no finding and no urgency itself."
                yield about(self.name, Severity.WARNING, rule, (message, _REMEDY))
            elif not questions.is_one_sided(rule.name):
                concluded = [name for name in downstream if name in conclusions]
                yield from self._told(rule, _changes(questions, rule.name, downstream, concluded))

    def _told(self, rule: Rule, answer: Answer) -> Iterator[Finding]:
        if isinstance(answer, Impossible):
            message = (
                f"Rule {rule.name!r} is read, but no conclusion would ever be another one if it said the opposite: the "
                "rules that read it are settled by their other parts."
            )
            yield about(self.name, Severity.WARNING, rule, (message, _REMEDY))
        elif isinstance(answer, Undecided):
            whether = f"whether rule {rule.name!r} ever changes a conclusion"
            yield not_decided(self.name, Severity.NOTE, rule, whether)


def _changes(questions: Questions, rule: str, downstream: list[str], concluded: list[str]) -> Answer:
    """Whether there is a study of which a conclusion would be another one if the rule said the opposite."""
    others = {rule, *downstream}

    def otherwise(node: Node) -> Node | None:
        if isinstance(node, RuleRef) and node.name in others:
            return Not(RuleRef(rule)) if node.name == rule else RuleRef(node.name + _OTHERWISE)
        return None

    trees = dict(questions.trees)
    trees |= {name + _OTHERWISE: rewritten(questions.trees[name], otherwise) for name in downstream}
    changed = tuple(differ(RuleRef(name), RuleRef(name + _OTHERWISE)) for name in concluded)
    return questions.is_ever(changed[0] if len(changed) == 1 else Or(changed), trees)
