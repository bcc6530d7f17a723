"""Check: filters that no box can pass."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fiducial.cohort.checks.contract import Severity
from fiducial.rules.checks.contract import Finding
from fiducial.rules.checks.questions import Questions
from fiducial.rules.checks.regions import no_box_passes
from fiducial.rules.checks.words import about, short
from fiducial.rules.tree import AnyOf, Count, Most, walk


@dataclass(frozen=True, slots=True)
class ImpossibleFilters:
    """What counts boxes that cannot be there counts nothing, and may hide behind an ``or``."""

    name: ClassVar[str] = "impossible-filters"
    says: ClassVar[str] = "regions(...) where no box can pass"

    def examine(self, questions: Questions) -> Iterator[Finding]:
        """One finding a filter."""
        for rule in questions.rules.rules.values():
            asked = [node.regions for node in walk(rule.when) if isinstance(node, Count | AnyOf | Most)]
            for regions in dict.fromkeys(asked):
                if regions.where is not None and no_box_passes(regions.where):
                    message = (
                        f"Rule {rule.name!r}: no box can pass the filter {short(regions.where)} "
                        f"of regions({regions.name})."
                    )
                    remedy = "Mend the filter: as it stands there is none, best and largest are 0."
                    yield about(self.name, Severity.ERROR, rule, (message, remedy))
