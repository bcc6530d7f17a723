"""A decision: what every rule says of one study, the trace of each, and which values it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fiducial.rules.document import outcome_document, whole_document
from fiducial.rules.facts import Facts
from fiducial.rules.file import Rules
from fiducial.rules.flips import Flip, smallest_flip
from fiducial.rules.overrides import Override
from fiducial.rules.traces import Outcome
from fiducial.rules.words import tell


@dataclass(frozen=True, slots=True)
class Decision:
    """Every outcome of one study, by the rule's name, each after those that it reads."""

    rules: Rules
    facts: Facts
    outcomes: Mapping[str, Outcome]
    overrides: tuple[Override, ...] = ()

    @property
    def study(self) -> str:
        """Whose decision it is."""
        return self.facts.study

    @property
    def conclusions(self) -> dict[str, Outcome]:
        """The outcomes of the rules that are conclusions."""
        return {name: self.outcomes[name] for name in self.rules.conclusions}

    def flip(self, rule: str) -> Flip | None:
        """The smallest change of its inputs that would flip a rule; None where none is found or it is overridden."""
        return smallest_flip(self.rules, self.facts, self.outcomes, rule)

    def document(self, *, flips: bool = True) -> dict[str, Any]:
        """As JSON, schema ``fiducial.decision/1``; without ``flips`` it is made sooner."""
        rows = [outcome_document(one, self.flip(name) if flips else None) for name, one in self.outcomes.items()]
        return whole_document(self.rules, self.study, rows, [one.document() for one in self.overrides])

    def __str__(self) -> str:
        """Every conclusion in words, with its trace and what would flip it."""
        return "\n".join(self.tell(name) for name in self.rules.conclusions)

    def tell(self, rule: str) -> str:
        """One rule in words: what it says, what that rests on, and what would flip it."""
        flip = self.flip(rule)
        return tell(self.outcomes[rule]) + (f"\n    {flip}" if flip else "")

    @property
    def values(self) -> dict[str, bool | None]:
        """What every rule says."""
        return {name: outcome.value for name, outcome in self.outcomes.items()}
