"""What holds for every rule and every study: the room's laws, for rules that others write as well."""

from collections.abc import Iterator
from itertools import product

from fiducial.rules.deciding import decide, say
from fiducial.rules.facts import Facts, Given
from fiducial.rules.file import Rules


def tracing_never_changes_a_result(rules: Rules, facts: Facts) -> None:
    """With a trace and without, every rule says the same."""
    assert decide(rules, facts).values == say(rules, facts)


def what_is_known_holds_for_every_completion(rules: Rules, facts: Facts) -> None:
    """Kleene's logic never says more than all completions of the unknown agree on."""
    known = {name: value for name, value in decide(rules, facts).values.items() if value is not None}
    for whole in completions(facts):
        values = decide(rules, whole).values
        assert {name: values[name] for name in known} == known


def a_rule_of_inputs_that_stand_once_is_as_sharp_as_can_be(rules: Rules, facts: Facts) -> None:
    """Where no input stands twice, a rule is unknown only if completions disagree."""
    seen: dict[str, set[bool | None]] = {name: set() for name in rules.rules}
    for whole in completions(facts):
        for name, value in decide(rules, whole).values.items():
            seen[name].add(value)
    for name, value in decide(rules, facts).values.items():
        assert (value is None) == (len(seen[name]) > 1)


def completions(facts: Facts) -> Iterator[Facts]:
    """The study with every gap filled, each with a few values from all of its range."""
    numbers = (0.0, 0.05, 0.5, 0.95, 1.0)
    gaps: list[tuple[str, str, tuple[float | str | bool, ...]]] = []
    gaps += [("scores", name, numbers) for name in ("pneumothorax", "effusion") if _gap(facts.scores.get(name))]
    gaps += [("measurements", "ctr", (-1.0, 0.5, 7.0))] if _gap(facts.measurements.get("ctr")) else []
    gaps += [("metadata", name, choices) for name, choices in _METADATA.items() if _gap(facts.metadata.get(name))]
    for values in product(*(choices for *_, choices in gaps)):
        homes = {
            "scores": dict(facts.scores),
            "measurements": dict(facts.measurements),
            "metadata": dict(facts.metadata),
        }
        for (home, name, _), value in zip(gaps, values, strict=True):
            homes[home][name] = Given(value)
        yield Facts(facts.study, homes["scores"], facts.regions, facts.masks, homes["measurements"], homes["metadata"])


_METADATA: dict[str, tuple[float | str | bool, ...]] = {
    "age": (0.0, 2.0, 50.0), "view": ("PA", "AP"), "sex": ("F", "M", "X"), "portable": (True, False)
}  # fmt: skip


def _gap(given: Given | None) -> bool:
    return given is None or given.value is None
