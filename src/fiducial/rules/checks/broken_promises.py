"""Check: what a rule declares of itself, ``excludes`` and ``monotone``, against what it does.

That a rule is monotone is shown by its form when the file is read, or the file is refused; here is asked whether the
promise is about anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fiducial.cohort.checks.contract import Severity
from fiducial.rules.checks.contract import Finding
from fiducial.rules.checks.questions import Questions
from fiducial.rules.checks.search import Possible, Undecided
from fiducial.rules.checks.studies import told
from fiducial.rules.checks.words import about, not_decided
from fiducial.rules.file import Rule
from fiducial.rules.polarity import standings
from fiducial.rules.spelling import spell
from fiducial.rules.tree import And, RuleRef


@dataclass(frozen=True, slots=True)
class BrokenPromises:
    """A promise that is broken is an error with the study that breaks it; one that was not decided is a warning."""

    name: ClassVar[str] = "broken-promises"
    says: ClassVar[str] = "rules that exclude each other and can both be true; monotone in what is not read"

    def examine(self, questions: Questions) -> Iterator[Finding]:
        """One finding a promise."""
        for rule in questions.rules.rules.values():
            for other in rule.excludes:
                yield from self._together(questions, rule, other)
            yield from self._about_nothing(questions, rule)

    def _together(self, questions: Questions, rule: Rule, other: str) -> Iterator[Finding]:
        answer = questions.can(And((RuleRef(rule.name), RuleRef(other))))
        if isinstance(answer, Possible):
            message = f"Rule {rule.name!r} excludes {other!r}, yet both are true where {told(answer.facts)}."
            remedy = f"Write `and not rule({other})` into one of them, or take the promise out."
            yield about(self.name, Severity.ERROR, rule, (message, remedy), answer.facts)
        elif isinstance(answer, Undecided):
            whether = f"whether rules {rule.name!r} and {other!r} can both be true"
            yield not_decided(self.name, Severity.WARNING, rule, whether)

    def _about_nothing(self, questions: Questions, rule: Rule) -> Iterator[Finding]:
        read = {one.node for one in standings(questions.trees, rule.name)} if rule.monotone else set()
        for raised in rule.monotone:
            if raised not in read:
                message = f"Rule {rule.name!r} is declared monotone in {spell(raised)}, which it does not read."
                yield about(self.name, Severity.WARNING, rule, (message, "Name an input that it reads, or none."))
