"""What checks ask of a decision file: can this be true for any study? Answered with a study, with a proof, or not."""

from collections.abc import Mapping
from functools import cached_property

import numpy as np

from fiducial.rules.checks.regions import laws_of
from fiducial.rules.checks.rewriting import rules_read
from fiducial.rules.checks.search import GOAL, STEPS, Answer, Impossible, Point, keep, search
from fiducial.rules.checks.studies import any_study, study_of
from fiducial.rules.checks.variables import Space, lowered, variables_of
from fiducial.rules.deciding import say
from fiducial.rules.facts import Facts
from fiducial.rules.file import Rules
from fiducial.rules.programs import Case, Program, compile_rules
from fiducial.rules.tree import And, Node, Not, RuleRef
from fiducial.rules.values import Value

_SAMPLES = 100


class Questions:
    """A decision file, to be asked. An answer about a rule is found once."""

    def __init__(self, rules: Rules, steps: int = STEPS) -> None:
        self.rules, self.steps = rules, steps
        self.trees: Mapping[str, Node] = {name: rule.when for name, rule in rules.rules.items()}
        self._known: dict[tuple[str, bool], Answer] = {}

    def can_be(self, rule: str, *, value: bool) -> Answer:
        """Whether a rule can be true, or false."""
        asked = (rule, value)
        if asked not in self._known:
            self._known[asked] = self.can(RuleRef(rule) if value else Not(RuleRef(rule)))
        return self._known[asked]

    def is_one_sided(self, rule: str) -> bool:
        """Whether there is proof that a rule is true of no study, or false of none."""
        return any(isinstance(self.can_be(rule, value=value), Impossible) for value in (True, False))

    @cached_property
    def samples(self) -> tuple[dict[str, Value], ...]:
        """What every rule says of some drawn studies: rules of which it differs are not the same."""
        variables = variables_of(self.trees.values())
        rng = np.random.default_rng(0)
        return tuple(say(self.rules, any_study(variables, rng)) for _ in range(_SAMPLES))

    def can(self, goal: Node, trees: Mapping[str, Node] | None = None) -> Answer:
        """Whether ``goal`` can be true, over the file's rules or over others, each after those that it reads."""
        read = _read_by(goal, self.trees if trees is None else trees)
        variables = variables_of([*read.values(), goal])
        asked = And((lowered(goal), *laws_of(variables)))
        evaluated = compile_rules({**read, GOAL: goal})

        def confirm(space: Space, point: Point) -> Facts | None:
            facts = study_of(variables, space, point)
            return facts if facts is not None and holds(evaluated, facts) else None

        return search({name: lowered(tree) for name, tree in read.items()}, asked, variables, confirm, self.steps)


def holds(program: Program, facts: Facts) -> bool:
    """Whether the evaluator says of a study that the goal is true."""
    case = Case(facts)
    for name, judge in program.valued.items():
        value = judge(case)
        keep(case, name, value)
    return value is True


def _read_by(goal: Node, trees: Mapping[str, Node]) -> dict[str, Node]:
    needed, waiting = set[str](), rules_read(goal)
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting.extend(rules_read(trees[name]))
    return {name: tree for name, tree in trees.items() if name in needed}
