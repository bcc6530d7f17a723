"""What checks ask of a decision file: can this be true for any study? Answered with a study, with a proof, or not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np

from fiducial.rules.checks.regions import laws_of
from fiducial.rules.checks.rewriting import rules_read
from fiducial.rules.checks.search import GOAL, STEPS, Answer, Impossible, Lowered, Point, Possible, keep, search
from fiducial.rules.checks.studies import any_study, study_of
from fiducial.rules.checks.variables import Space, Variable, lowered, variables_of
from fiducial.rules.deciding import say
from fiducial.rules.facts import Facts
from fiducial.rules.file import Rules
from fiducial.rules.leaves import Case
from fiducial.rules.programs import Program, compile_rules
from fiducial.rules.tree import And, Node, Not, RuleRef

_DRAWN = 60


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
            shown = next((index for index, said in enumerate(self.said) if said[rule] is value), None)
            goal = RuleRef(rule) if value else Not(RuleRef(rule))
            self._known[asked] = self.can(goal) if shown is None else Possible(self.drawn[shown])
        return self._known[asked]

    def is_one_sided(self, rule: str) -> bool:
        """Whether there is proof that a rule is true of no study, or false of none."""
        return any(isinstance(self.can_be(rule, value=value), Impossible) for value in (True, False))

    @cached_property
    def reads(self) -> Mapping[str, Sequence[str]]:
        """The rules that each rule reads."""
        return {name: rules_read(tree) for name, tree in self.trees.items()}

    @cached_property
    def drawn(self) -> tuple[Facts, ...]:
        """Some studies, the same ones each time: most of what is possible shows in one of them."""
        variables = variables_of(self.trees.values())
        rng = np.random.default_rng(0)
        return tuple(any_study(variables, rng) for _ in range(_DRAWN))

    @cached_property
    def said(self) -> tuple[dict[str, bool | None], ...]:
        """What every rule says of the drawn studies: rules of which it differs are not the same."""
        return tuple(say(self.rules, facts) for facts in self.drawn)

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """Every variable of the drawn studies."""
        leaves = {key: one.leaf for key, one in variables_of(self.trees.values()).items()}
        program = compile_rules(leaves).valued
        cases = [Case(facts) for facts in self.drawn]
        return tuple({key: cast("float", judge(case)) for key, judge in program.items()} for case in cases)

    def is_ever(self, goal: Node, trees: Mapping[str, Node] | None = None) -> Answer:
        """As ``can``, sooner where it is possible; the study is any one, not one that is easily read."""
        asked = self._asked(goal, trees)
        program = Lowered({**asked.lowered, GOAL: lowered(goal)}, asked.variables)
        for facts, point in zip(self.drawn, self.points, strict=True):
            if program.holds(point) and asked.is_true(facts):
                return Possible(facts)
        return asked.answer(self.steps)

    def can(self, goal: Node, trees: Mapping[str, Node] | None = None) -> Answer:
        """Whether ``goal`` can be true, over the file's rules or over others, each after those that it reads."""
        return self._asked(goal, trees).answer(self.steps)

    def _asked(self, goal: Node, trees: Mapping[str, Node] | None) -> "_Question":
        read = _read_by(goal, self.trees if trees is None else trees)
        return _Question(goal, read, variables_of([*read.values(), goal]))


@dataclass(frozen=True)
class _Question:
    """Whether ``goal`` can be true over ``trees``."""

    goal: Node
    trees: Mapping[str, Node]
    variables: Mapping[str, Variable]

    @cached_property
    def lowered(self) -> Mapping[str, Node]:
        return {name: lowered(tree) for name, tree in self.trees.items()}

    @cached_property
    def evaluated(self) -> Program:
        return compile_rules({**self.trees, GOAL: self.goal})

    def is_true(self, facts: Facts) -> bool:
        """What the evaluator says of one study."""
        return holds(self.evaluated, facts)

    def answer(self, steps: int) -> Answer:
        goal = And((lowered(self.goal), *laws_of(self.variables)))
        return search(self.lowered, goal, self.variables, self.confirm, steps)

    def confirm(self, space: Space, point: Point) -> Facts | None:
        facts = study_of(self.variables, space, point)
        return facts if facts is not None and self.is_true(facts) else None


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
