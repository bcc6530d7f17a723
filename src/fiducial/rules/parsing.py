"""An expression into its typed tree, by precedence climbing (Pratt 1973, doi 10.1145/512927.512931); nothing is run."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NoReturn

from fiducial.files.names import did_you_mean
from fiducial.rules.declared import BOX_FIELDS, Declared, nothing_named
from fiducial.rules.spelling import spell
from fiducial.rules.tokens import Expression, Place, Token, tokenize
from fiducial.rules.tree import (
    And,
    AnyOf,
    Arithmetic,
    AtLeast,
    BoxField,
    Compare,
    Count,
    Input,
    Kind,
    Measurement,
    Metadata,
    Most,
    Node,
    Not,
    Number,
    OneOf,
    Or,
    Regions,
    RuleRef,
    Score,
    Shares,
    Text,
    Threshold,
    Truth,
)

DEEPEST = 50  # brackets, signs and operations inside one another
_COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "!="})
_BINDING = {"or": 1, "and": 2, "in": 4, "not": 4, **dict.fromkeys(_COMPARISONS, 4), "+": 5, "-": 5, "*": 6, "/": 6}
_OPERAND_OF_NOT, _OPERAND_OF_MINUS = 4, 7
_KINDS = {"number": "a number", "text": "a word", "truth": "true or false"}
_CALLS = ("score", "measurement", "metadata", "rule", "count", "any", "best", "largest", "at_least")
_OF_BOXES = ("inside", "overlaps")


def parse_rule(expression: Expression, declared: Declared) -> Node:
    """The tree of a rule's ``when``, which is true or false.

    Raises:
        UnusableInput: no such name, kinds that do not fit, wrong grammar or too deep a nesting; with line and column.
    """
    parser = _Parser(expression, declared)
    node = parser.whole()
    parser.need(node, "truth")
    return node


def parse_input(expression: Expression, declared: Declared) -> Input:
    """The tree of one input: ``score(pneumothorax)``, ``measurement(ctr)`` or ``metadata(age)``.

    Raises:
        UnusableInput: it is something else, or nothing declares it.
    """
    node = _Parser(expression, declared).whole()
    if not isinstance(node, Score | Measurement | Metadata):
        raise expression.error(node.place, f"{spell(node)} is no input; score(...), measurement(...) or metadata(...).")
    return node


def parse_flag(expression: Expression, declared: Declared) -> Input | RuleRef:
    """The tree of what may be overridden: an input, or ``rule(name)``.

    Raises:
        UnusableInput: it is something else, or nothing declares it.
    """
    node = _Parser(expression, declared).whole()
    if not isinstance(node, Score | Measurement | Metadata | RuleRef):
        raise expression.error(node.place, f"{spell(node)} is neither an input nor rule(...).")
    return node


class _Parser:
    """One pass over the words of one expression."""

    def __init__(self, expression: Expression, declared: Declared) -> None:
        self.expression, self.declared = expression, declared
        self.tokens: Sequence[Token] = tokenize(expression)
        self.at = self.depth = 0
        self.in_filter = False

    def whole(self) -> Node:
        node = self.binding(1)
        if self.token.kind != "end":
            self.fail(self.token.place, f"{self.token.text!r} follows where the expression could end.")
        return node

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def fail(self, place: Place, message: str) -> NoReturn:
        raise self.expression.error(place, message)

    def need(self, node: Node, kind: Kind) -> None:
        if node.kind == kind:
            return
        hint = ""
        if isinstance(node, Text):
            known = [f"{call}({name})" for call, names in self._names() for name in names if name == node.value]
            hint = f" Did you mean {known[0]}?" if known else " Names stand in brackets: score(...), rule(...), ..."
        elif kind == "truth" and node.kind == "number":
            hint = " Compare it with something: >= $threshold."
        self.fail(node.place, f"{spell(node)} is {_KINDS[node.kind]} where {_KINDS[kind]} is needed.{hint}")

    def binding(self, least: int) -> Node:
        """Everything that binds at least so tightly."""
        outside = self.depth
        self.deeper(self.token.place)
        left = self.operand()
        while (binds := self.binds()) >= least:
            operator = self.take()
            if binds >= 5:
                self.deeper(operator.place)
            left = self.joined(left, operator, binds)
        self.depth = outside
        return left

    def deeper(self, place: Place) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(place, f"nested more than {DEEPEST} deep. Make rules of the parts, and write rule(...).")

    def binds(self) -> int:
        return _BINDING.get(self.token.text, 0) if self.token.kind in {"sign", "keyword"} else 0

    def joined(self, left: Node, operator: Token, binds: int) -> Node:
        if operator.text in {"and", "or"}:
            return self.list_of(left, operator, binds)
        if operator.text == "not":
            self.expect("in")
            return Not(self.one_of(left, operator), operator.place)
        if operator.text == "in":
            return self.one_of(left, operator)
        right = self.binding(binds + 1)
        if operator.text not in _COMPARISONS:
            self.need(left, "number")
            self.need(right, "number")
            return Arithmetic(operator.text, left, right, operator.place)
        if self.token.text in _COMPARISONS:
            self.fail(self.token.place, "comparisons cannot be chained; join two of them with 'and'.")
        return self.comparison(left, operator, right)

    def list_of(self, left: Node, operator: Token, binds: int) -> Node:
        parts = [left, self.binding(binds + 1)]
        while self.token.text == operator.text:
            self.take()
            parts.append(self.binding(binds + 1))
        for part in parts:
            self.need(part, "truth")
        return (And if operator.text == "and" else Or)(tuple(parts), operator.place)

    def comparison(self, left: Node, operator: Token, right: Node) -> Node:
        if "truth" in {left.kind, right.kind}:
            told = left if left.kind == "truth" else right
            self.fail(operator.place, f"{spell(told)} is true or false already; write it or 'not' it, uncompared.")
        if left.kind != right.kind:
            self.need(*((left, "number") if left.kind == "text" and isinstance(left, Text) else (right, left.kind)))
        if isinstance(left, Text) and isinstance(right, Text):
            hint = did_you_mean(left.value, BOX_FIELDS if self.in_filter else ("metadata",))
            self.fail(left.place, f"{left.value} and {right.value} are both words; nothing of a study is read.{hint}")
        if left.kind == "text":
            if operator.text not in {"==", "!="}:
                self.fail(operator.place, f"words are compared with == and !=, not with {operator.text}.")
            self.fits(left, right)
        return Compare(operator.text, left, right, operator.place)

    def fits(self, left: Node, right: Node) -> None:
        """A word must be one of the choices of what it is compared with."""
        for named, word in ((left, right), (right, left)):
            known = getattr(named, "choices", ())
            if isinstance(word, Text) and known and word.value not in known:
                self.fail(word.place, nothing_named(f"value of {spell(named)},", word.value, known))

    def one_of(self, left: Node, operator: Token) -> OneOf:
        self.expect("[")
        choices = [self.choice(left)]
        while self.token.text == ",":
            self.take()
            choices.append(self.choice(left))
        self.expect("]")
        return OneOf(left, tuple(choices), operator.place)

    def choice(self, left: Node) -> Node:
        node = self.binding(5)
        if not isinstance(node, Number | Text | Threshold):
            self.fail(node.place, f"{spell(node)} is no fixed value; a list holds numbers, thresholds or words.")
        self.need(node, left.kind)
        self.fits(left, node)
        return node

    def operand(self) -> Node:  # noqa: PLR0911  (one a kind of word)
        token = self.take()
        match token.kind, token.text:
            case "number", text:
                return self.number(token, text)
            case "threshold", text:
                return self.threshold(token, text[1:])
            case "quoted", text:
                return Text(text[1:-1], token.place)
            case "keyword", "true" | "false":
                return Truth(token.text == "true", token.place)
            case "keyword", "not":
                node = self.binding(3)
                self.need(node, "truth")
                return Not(node, token.place)
            case "sign", "-":
                return self.negative(token)
            case "sign", "(":
                node = self.binding(1)
                self.expect(")")
                return node
            case "name", _:
                return self.named(token)
        what = f"{token.text!r} stands" if token.text else "the expression ends"
        raise self.expression.error(token.place, f"{what} where a value is needed.")

    def number(self, token: Token, text: str) -> Number:
        value = float(text)
        if value == float("inf"):
            self.fail(token.place, f"{text} is larger than any number here can be.")
        return Number(value, token.place)

    def negative(self, token: Token) -> Node:
        node = self.binding(_OPERAND_OF_MINUS)
        self.need(node, "number")
        if isinstance(node, Number):
            return Number(-node.value, token.place)
        return Arithmetic("-", Number(0.0, token.place), node, token.place)

    def threshold(self, token: Token, name: str) -> Threshold:
        known = self.declared.thresholds
        if name not in known:
            self.fail(token.place, nothing_named("threshold", name, known))
        found = known[name]
        return Threshold(found.name, found.value, found.revision, found.source, token.place)

    def named(self, token: Token) -> Node:
        if self.token.text == "(":
            return self.call(token)
        if self.in_filter and token.text in BOX_FIELDS:
            kind, choices = BOX_FIELDS[token.text]
            return BoxField(token.text, kind, choices, token.place)
        return Text(token.text, token.place)

    def call(self, token: Token) -> Node:
        self.take()
        known = (*_CALLS, *_OF_BOXES) if self.in_filter else _CALLS
        if token.text not in known:
            if token.text in _OF_BOXES:
                self.fail(token.place, f"{token.text}(...) is about a box; it stands in count(regions(...) where ...).")
            self.fail(token.place, nothing_named("function", token.text, known))
        makers: dict[str, Callable[[Token], Node]] = {
            "score": self.score, "measurement": self.measurement, "metadata": self.metadata, "rule": self.rule,
            "at_least": self.at_least, "inside": self.shares, "overlaps": self.shares,
        }  # fmt: skip
        node = makers.get(token.text, self.over_regions)(token)
        self.expect(")")
        return node

    def score(self, token: Token) -> Score:
        name = self.name("score", self.declared.inputs.scores)
        return Score(name, token.place)

    def measurement(self, token: Token) -> Measurement:
        units = self.declared.inputs.measurements
        name = self.name("measurement", units)
        return Measurement(name, units[name], token.place)

    def metadata(self, token: Token) -> Metadata:
        known = self.declared.inputs.metadata
        name = self.name("metadata", known)
        return Metadata(name, known[name].kind, known[name].choices, token.place)

    def rule(self, token: Token) -> RuleRef:
        return RuleRef(self.name("rule", self.declared.rules), token.place)

    def at_least(self, token: Token) -> AtLeast:
        k = self.take()
        if not (k.kind == "number" and k.text.isdecimal() and len(k.text) < 10):
            self.fail(k.place, f"at_least starts with a whole number, at_least(2, ...); got {k.text[:20]!r}.")
        parts = []
        while self.token.text == ",":
            self.take()
            parts.append(self.binding(1))
            self.need(parts[-1], "truth")
        if not 1 <= int(k.text) <= len(parts):
            self.fail(k.place, f"at least {k.text} of {len(parts)} is never in question; give 1 to {len(parts)}.")
        return AtLeast(int(k.text), tuple(parts), token.place)

    def over_regions(self, token: Token) -> Node:
        if self.in_filter:
            self.fail(token.place, f"{token.text}(...) cannot stand inside the filter of other regions.")
        start = self.expect("regions")
        self.expect("(")
        name = self.name("region", self.declared.inputs.regions)
        self.expect(")")
        regions = Regions(name, self.filter(), start.place)
        if token.text == "count":
            return Count(regions, token.place)
        if token.text == "any":
            return AnyOf(regions, token.place)
        return Most("score" if token.text == "best" else "area", regions, token.place)

    def filter(self) -> Node | None:
        if self.token.text != "where":
            return None
        self.take()
        self.in_filter = True
        node = self.binding(1)
        self.in_filter = False
        self.need(node, "truth")
        return node

    def shares(self, token: Token) -> Shares:
        how: Literal["inside", "overlaps"] = "inside" if token.text == "inside" else "overlaps"
        inputs = self.declared.inputs
        area = self.name("mask or region", (*inputs.masks, *inputs.regions))
        self.expect(",")
        share = self.binding(5)
        if not isinstance(share, Number | Threshold) or not 0 < share.value <= 1:
            self.fail(share.place, f"{spell(share)} is no share; a number or threshold above 0, up to 1, is needed.")
        return Shares(how, area, share, token.place)

    def name(self, what: str, known: Iterable[str]) -> str:
        """A declared name, ``finding`` or ``finding@model``, bare or in quotes."""
        first = self.take()
        name = self.word(first, what)
        if self.token.text == "@":
            self.take()
            name = f"{name}@{self.word(self.take(), 'model')}"
        if name not in known:
            minus = " A minus has spaces around it." if "-" in name and first.kind == "name" else ""
            self.fail(first.place, nothing_named(what, name, known) + minus)
        return name

    def word(self, token: Token, what: str) -> str:
        if token.kind not in {"name", "quoted", "keyword"}:
            self.fail(token.place, f"the name of a {what} is needed; got {token.text or 'the end'!r}.")
        return token.text[1:-1] if token.kind == "quoted" else token.text

    def expect(self, text: str) -> Token:
        token = self.take()
        if token.text != text:
            self.fail(token.place, f"{text!r} is needed here; got {token.text or 'the end of the expression'!r}.")
        return token

    def take(self) -> Token:
        token = self.token
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def _names(self) -> list[tuple[str, Iterable[str]]]:
        inputs = self.declared.inputs
        return [
            ("rule", self.declared.rules), ("score", inputs.scores), ("measurement", inputs.measurements),
            ("metadata", inputs.metadata),
        ]  # fmt: skip
