"""``decision.toml``: thresholds by name, inputs by kind, and rules, read once and checked as a whole."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, field_validator

from fiducial.claims.catalogue.entry import Urgency
from fiducial.claims.catalogue.shipped import find_finding
from fiducial.errors import UnusableInput
from fiducial.files.hashes import hash_bytes
from fiducial.files.names import did_you_mean
from fiducial.files.toml import parse
from fiducial.rules.declared import Declared, Inputs, Metadatum, nothing_named
from fiducial.rules.limits import refuse_deep_nesting, text_within_limits
from fiducial.rules.parsing import parse_input, parse_rule
from fiducial.rules.polarity import standings
from fiducial.rules.programs import Program, compile_rules
from fiducial.rules.spelling import spell
from fiducial.rules.tokens import Expression, Place
from fiducial.rules.tree import Input, Node, RuleRef, Threshold, walk

Bound = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Name = Annotated[str, Field(pattern=r"^[^\W\d]\w*(?:-\w+)*$")]
Finding = Annotated[str, Field(min_length=1, pattern=r"^[^'\"\n]+$")]
KindWord = Literal["number", "text", "truth"]
_WHEN = re.compile(r"""\bwhen\s*=\s*(?:\"{3}\n?|'{3}\n?|"|')""")


_NO_THRESHOLDS: Mapping[str, Threshold] = MappingProxyType({})


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Heading(_Strict):
    """The ``[decision]`` section."""

    name: str = Field(min_length=1, pattern=r"^[A-Za-z0-9._-]+$")
    version: str = Field(min_length=1)


class ThresholdLine(_Strict):
    """A threshold with its origin."""

    value: Bound
    revision: str | None = None
    source: str | None = None


class InputLines(_Strict):
    """The ``[inputs]`` section."""

    scores: tuple[Finding, ...] = ()
    regions: tuple[Finding, ...] = ()
    masks: tuple[Finding, ...] = ()
    measurements: dict[Finding, str] = Field(default_factory=dict)
    metadata: dict[Finding, KindWord | tuple[str, ...]] = Field(default_factory=dict)


class RuleLine(_Strict):
    """One of ``[[rules]]``."""

    name: Name
    when: str
    finding: str | None = None
    urgency: Urgency | None = None
    monotone: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    conclusion: StrictBool = False

    @field_validator("urgency", mode="before")
    @classmethod
    def _a_class(cls, word: object) -> object:
        if word is not None and word not in tuple(Urgency):
            near = did_you_mean(str(word), [one.value for one in Urgency])
            raise ValueError(f"there is no such urgency.{near} It may be: {', '.join(Urgency)}")
        return word


class DecisionFile(_Strict):
    """A whole ``decision.toml``."""

    decision: Heading
    thresholds: dict[Name, Bound | ThresholdLine] = Field(default_factory=dict)
    inputs: InputLines = Field(default_factory=InputLines)
    rules: tuple[RuleLine, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``monotone``: inputs whose raising can turn it on and never off, as its file declares; ``excludes``:
    rules that are never true of a study of which this one is true, as its file declares. ``urgency``: the file's, or
    where it names none, the one that the catalogue gives the finding.
    """

    name: str
    when: Node
    text: str
    finding: str | None = None
    urgency: Urgency | None = None
    monotone: tuple[Input, ...] = ()
    conclusion: bool = False
    place: Place | None = None  # where its expression starts in the file
    excludes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rules:
    """A decision file, read. ``rules`` stand in an order in which each follows those that it reads."""

    name: str
    version: str
    hash: str
    thresholds: Mapping[str, Threshold]
    inputs: Inputs
    rules: Mapping[str, Rule]

    @property
    def conclusions(self) -> tuple[str, ...]:
        """The rules that are marked so; where none is, those that no other rule reads."""
        marked = tuple(name for name, rule in self.rules.items() if rule.conclusion)
        return marked or tuple(name for name in self.rules if not self.readers[name])

    @cached_property
    def readers(self) -> Mapping[str, tuple[str, ...]]:
        """Of each rule, the rules that read it."""
        read: dict[str, list[str]] = {name: [] for name in self.rules}
        for name, rule in self.rules.items():
            for other in _read_by(rule.when):
                read[other].append(name)
        return {name: tuple(by) for name, by in read.items()}

    @cached_property
    def program(self) -> Program:
        """The trees, compiled once."""
        return compile_rules({name: rule.when for name, rule in self.rules.items()})

    def __getstate__(self) -> dict[str, Any]:
        """Without what is compiled: it is made again where it is needed."""
        return {key: value for key, value in self.__dict__.items() if key not in {"program", "readers"}}


def read_rules(source: str | Path) -> Rules:
    """Read a decision file.

    Raises:
        UnusableInput: absent, too large, too deep, not TOML, a key or a name that is unknown, an expression that does
            not parse or type, two rules of one name, or rules that read each other in a circle.
    """
    path = Path(source)
    return rules_of(text_within_limits(path), file=path.name)


def rules_of(text: str, *, file: str = "decision.toml", thresholds: Mapping[str, Threshold] = _NO_THRESHOLDS) -> Rules:
    """The rules that the text of a decision file holds; ``file`` names it in errors.

    ``thresholds`` stand in the place of the file's own of the same name, with their revision and source.

    Raises:
        UnusableInput: as read_rules.
    """
    refuse_deep_nesting(text, file)
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as wrong:
        raise UnusableInput(f"{file}: is not valid TOML: {wrong}.") from wrong
    found = parse(content, DecisionFile, where=file)
    own = {name: _threshold(name, given) for name, given in found.thresholds.items()}
    thresholds = {name: thresholds.get(name, one) for name, one in own.items()}
    inputs = _inputs(found.inputs, file)
    declared = Declared(thresholds, inputs, tuple(line.name for line in found.rules))
    _refuse_repeats(declared.rules, file, "rule")
    places = _places(text, found.rules)
    rules = [_rule(line, declared, file, place) for line, place in zip(found.rules, places, strict=True)]
    _refuse_unshown_monotony(rules, file)
    return Rules(
        found.decision.name,
        found.decision.version,
        hash_bytes(text.encode()),
        thresholds,
        inputs,
        _in_order({rule.name: rule for rule in rules}, file),
    )


def _threshold(name: str, given: float | ThresholdLine) -> Threshold:
    if isinstance(given, ThresholdLine):
        return Threshold(name, given.value, given.revision, given.source)
    return Threshold(name, given)


def _inputs(lines: InputLines, file: str) -> Inputs:
    for what, names in (("score", lines.scores), ("region", lines.regions), ("mask", lines.masks)):
        _refuse_repeats(names, file, what)
    _refuse_repeats((*lines.regions, *lines.masks), file, "region and mask")
    _refuse_unmeant(lines, file)
    metadata = {
        name: Metadatum(kind) if isinstance(kind, str) else Metadatum("text", kind)
        for name, kind in lines.metadata.items()
    }
    return Inputs(lines.scores, lines.regions, lines.masks, lines.measurements, metadata)


def _refuse_unmeant(lines: InputLines, file: str) -> None:
    for name, unit in lines.measurements.items():
        if not unit.strip():
            raise UnusableInput(f'{file}: measurement {name!r}: has no unit. Give one, "1" for a ratio.')
    for name, kind in lines.metadata.items():
        if isinstance(kind, str):
            continue
        if not kind:
            raise UnusableInput(f'{file}: metadata {name!r}: has no choices. List them, or write "text" for any word.')
        for word in kind:
            if kind.count(word) > 1:
                raise UnusableInput(f"{file}: metadata {name!r}: the choice {word!r} is there twice. Take one out.")


def _refuse_repeats(names: tuple[str, ...], file: str, what: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise UnusableInput(f"{file}: the {what} {name!r} is there twice. Rename one of them.")
        seen.add(name)


def _rule(line: RuleLine, declared: Declared, file: str, place: Place | None) -> Rule:
    when = parse_rule(Expression(line.when, file, f"rule {line.name!r}", place), declared)
    monotone = tuple(
        parse_input(Expression(text, file, f"rule {line.name!r}, monotone"), declared) for text in line.monotone
    )
    _refuse_unknown_exclusions(line, declared, file)
    urgency = line.urgency or _usual_urgency(line.finding)
    return Rule(line.name, when, line.when, line.finding, urgency, monotone, line.conclusion, place, line.excludes)


def _usual_urgency(finding: str | None) -> Urgency | None:
    entry = find_finding(finding) if finding else None
    return entry.urgency if entry else None


def _refuse_unknown_exclusions(line: RuleLine, declared: Declared, file: str) -> None:
    for name in line.excludes:
        if name not in declared.rules:
            raise UnusableInput(f"{file}: rule {line.name!r}, excludes: {nothing_named('rule', name, declared.rules)}")
        if name == line.name:
            raise UnusableInput(f"{file}: rule {line.name!r} excludes itself. Take it out of `excludes`.")


def _refuse_unshown_monotony(rules: list[Rule], file: str) -> None:
    trees = {rule.name: rule.when for rule in rules}
    for rule in rules:
        for flag in rule.monotone:
            wrong = next((one for one in standings(trees, rule.name) if one.node == flag and one.sign != 1), None)
            if wrong is not None:
                place = wrong.node.place
                raise UnusableInput(
                    f"{file}: rule {rule.name!r} is declared monotone in {spell(flag)}, which may turn it off in rule "
                    f"{wrong.rule!r}, line {place.line}, column {place.column}. Mend the rule, or do not declare it."
                )


def _places(text: str, rules: tuple[RuleLine, ...]) -> list[Place | None]:
    """Where each expression starts in the file; None where the file spells it with escapes."""
    places: list[Place | None] = []
    offset, line = 0, 1
    for rule in rules:
        named = re.compile(rf"""name\s*=\s*["']{re.escape(rule.name)}["']""").search(text, offset)
        heading = max(text.rfind("[[", offset, named.start()) if named else 0, offset)
        quote = _WHEN.search(text, heading)
        if quote is None or not text.startswith(rule.when, quote.end()):
            places.append(None)
            continue
        start = quote.end()
        line += text.count("\n", offset, start)
        places.append(Place(line, start - text.rfind("\n", 0, start)))
        offset = start
    return places


def _read_by(node: Node) -> list[str]:
    return list(dict.fromkeys(one.name for one in walk(node) if isinstance(one, RuleRef)))


def _in_order(rules: dict[str, Rule], file: str) -> dict[str, Rule]:
    """As in the file, but for rules that are written before one that they read."""
    reads = {name: _read_by(rule.when) for name, rule in rules.items()}
    try:
        TopologicalSorter(reads).prepare()
    except CycleError as circle:
        named = " -> ".join(reversed(circle.args[1]))
        raise UnusableInput(
            f"{file}: rules read each other in a circle: {named}. Take one of these steps out."
        ) from circle
    order: dict[str, Rule] = {}
    waiting = list(reversed(rules))
    while waiting:
        first = [name for name in reads[waiting[-1]] if name not in order]
        waiting.extend(reversed(first))
        if not first:
            name = waiting.pop()
            order[name] = rules[name]
    return order
