"""The facts of a study with one of them otherwise."""

from dataclasses import replace

from fiducial.rules.facts import Facts, Given, Plain
from fiducial.rules.tree import Input, Measurement, Metadata, Score


def with_given(facts: Facts, flag: Input, given: Given) -> Facts:
    """The same facts but for one input.

    Raises:
        UnusableInput: the input cannot have that value.
    """
    match flag:
        case Score():
            return replace(facts, scores={**facts.scores, flag.name: given})
        case Measurement():
            return replace(facts, measurements={**facts.measurements, flag.name: given})
        case Metadata():
            return replace(facts, metadata={**facts.metadata, flag.name: given})


def value_in(facts: Facts, flag: Input) -> Plain | None:
    """What is known of an input; None where nothing is."""
    homes = {Score: facts.scores, Measurement: facts.measurements, Metadata: facts.metadata}
    given = homes[type(flag)].get(flag.name)
    return given.value if given else None
