"""The parts of a rule in plain words, and what a decision says in one sentence."""

from collections.abc import Iterator, Mapping

from fiducial.report.decisions.comparing import Comparison
from fiducial.report.decisions.numbers import beside, exact, relation, rounded
from fiducial.report.decisions.saved import Part, Saved, SavedChange, SavedDecision, SavedFlip, SavedOverride, SavedRule
from fiducial.rules.overrides import REASONS

_PLAIN = ("number", "threshold", "text", "truth")
_NAMED = 2  # rules in a headline


def state(value: Saved) -> str:
    """``yes``, ``no`` or ``unknown``."""
    return "unknown" if value is None else "yes" if value is True else "no"


def title(rule: SavedRule) -> str:
    """``Pneumothorax``: the finding, or else the name of the rule."""
    plain = (rule.finding or rule.rule).replace("-", " ").replace("_", " ")
    return plain[:1].upper() + plain[1:]


def named(part: Part) -> str:  # noqa: C901, PLR0911, PLR0912  (one a kind)
    """What a part is, in words: ``score of pneumothorax``, ``all of``, ``number of nodule boxes where score > 0.5``."""
    where = f" where {part.where}" if part.where else ""
    match part.kind:
        case "and":
            return "all of"
        case "or":
            return "any of"
        case "at-least":
            return f"at least {part.k} of"
        case "not":
            return "not"
        case "score":
            finding, _, model = part.name.partition("@")
            return f"score of {finding} by {model}" if model else f"score of {finding}"
        case "measurement":
            return part.name if part.unit in {"1", ""} else f"{part.name} in {part.unit}"
        case "metadata":
            return part.name
        case "rule":
            return f"rule {part.name}"
        case "box-field":
            return f"{part.name} of the box"
        case "count":
            return f"number of {part.name} boxes{where}"
        case "any":
            return f"a {part.name} box{where}"
        case "most":
            measure = "best score" if part.measure == "score" else "largest area"
            return f"{measure} of {part.name} boxes{where}"
        case "shares":
            if part.how == "inside":
                return f"at least {part.share} of the box lies inside {part.name}"
            return f"the box overlaps {part.name} by at least {part.share} of the smaller of the two"
        case _:
            return part.expression


def told(value: Saved, low: float | None = None, high: float | None = None) -> str:
    """A value in words: ``yes``, ``0.41``, ``PA``, ``unknown``, ``1 or more``."""
    if isinstance(value, bool):
        return state(value)
    if value is not None:
        return rounded(value) if isinstance(value, float | int) else value
    if low is None and high is None:
        return "unknown"
    if low is not None and high is not None:
        return f"{rounded(low)} to {rounded(high)}"
    return f"{rounded(low)} or more" if low is not None else f"at most {rounded(high or 0.0)}"


def origin(part: Part) -> str:
    """Who says so: a model and its version, a threshold's revision and source, or nobody: a bare number."""
    if part.threshold is not None:
        revision = f"revision {part.threshold.revision}" if part.threshold.revision else "no revision given"
        source = part.threshold.source or "no source given"
        return f"threshold {part.threshold.name}: {revision}, {source}"
    if part.kind == "number":
        return f"{exact(float(part.value or 0.0))} is written in the rule itself"
    version = f", version {part.version}" if part.version else ""
    return f"{part.model}{version}" if part.model else ""


def decided(part: Part) -> Iterator[Part]:
    """The part and what settled it, down to the leaves, from the top; a comparison is not taken apart."""
    yield part
    if Comparison.of(part) is None:
        for one in part.parts:
            if one.settles:
                yield from decided(one)


def headline(rule: SavedRule) -> str:
    """``Pneumothorax: yes, 0.91 over 0.80 (revision 3)``: what the rule says, and what that rests on most."""
    said = f"{title(rule)}: {state(rule.value)}"
    if rule.override is not None:
        return f"{said}, says {rule.override.reader}; the rule says {state(rule.trace.value)}"
    why = rule.reason if rule.value is None else because(rule)
    return f"{said}, {why}" if why else said


def because(rule: SavedRule) -> str:
    """The comparison that settled it, of the rule's own finding where there is one; else the rules or boxes."""
    own = {rule.finding, rule.rule} - {None}
    settled = list(decided(rule.trace))
    compared = [one for part in settled if (one := Comparison.of(part)) and one.known]
    if compared:
        first = min(compared, key=lambda one: (one.asked.name.partition("@")[0] not in own, one.asked.kind != "score"))
        of = "" if first.asked.kind == "score" and first.asked.name in own else f"{named(first.asked)} "
        return f"{of}{_over(first)}"
    rules = [part for part in settled if part.kind == "rule"]
    if rules:
        return _by_rules(
            list(dict.fromkeys(part.name for part in rules if part.value is rules[0].value)), rules[0].value
        )
    return next((_leaf(part) for part in reversed(settled) if part.kind in {"any", "in", "compare", "metadata"}), "")


def _by_rules(names: list[str], value: Saved) -> str:
    if len(names) == 1:
        return f"rule {names[0]} says {state(value)}"
    more = len(names) - _NAMED
    listed = f"{', '.join(names[:_NAMED])} and {more} more" if more > 0 else " and ".join(names)
    return f"rules {listed} say {state(value)}"


def _over(one: Comparison) -> str:
    value, threshold = one.written
    if one.op in {"==", "!="}:
        return f"is {value}" if one.value == one.threshold else f"is {value}, not {threshold}"
    revision = one.against.threshold.revision if one.against.threshold else None
    told_by = f" (revision {revision})" if revision else ""
    return f"{value} {relation(one.value, one.threshold)} {threshold}{told_by}"


def _leaf(part: Part) -> str:
    if part.kind == "any":
        return f"there is {named(part)}" if part.value else f"there is no {named(part).removeprefix('a ')}"
    if part.parts:
        return f"{named(part.parts[0])} is {told(part.parts[0].value)}"
    return f"{named(part)} is {told(part.value)}"


def flip_sentence(flip: SavedFlip, parts: Mapping[str, Part]) -> str:
    """What would flip a rule. ``parts``: those of the decision by their expressions, to call inputs by their words."""
    changes = []
    for one in flip.changes:
        what = _the(parts[one.flag]) if one.flag in parts else one.flag
        bound = "" if one.bound == "exactly" else f"{one.bound} "
        changes.append(f"{what} were {bound}{_exactly(one.to)} (now {_now(one)})")
    surely = "Nothing smaller would." if flip.exact else "This is the smallest change found; a smaller one may exist."
    return f"It would turn to {state(flip.to)} if {' and '.join(changes)}. {surely}"


def parts_of(decision: SavedDecision) -> dict[str, Part]:
    """Every part of every rule by its expression."""
    return {part.expression: part for rule in decision.rules for part in rule.trace.walk()}


def _the(part: Part) -> str:
    return f"the {named(part)}" if part.kind in {"score", "count", "most"} else named(part)


def _now(change: SavedChange) -> str:
    if isinstance(change.now, float | int) and isinstance(change.to, float | int) and not isinstance(change.now, bool):
        return beside(change.now, change.to)[0]
    return _exactly(change.now)


def _exactly(value: Saved) -> str:
    return exact(value) if isinstance(value, float | int) and not isinstance(value, bool) else told(value)


def truth(word: str) -> str:
    """A value of an override, which is text: ``yes`` for ``true``, and numbers as values are rounded."""
    try:
        return rounded(float(word))
    except ValueError:
        return {"true": "yes", "false": "no"}.get(word, word)


def override_reason(override: SavedOverride) -> str:
    """The coded reason in words; a code of another version stands as it is."""
    words = REASONS.get(override.reason)
    return f"{words} ({override.reason})" if words else override.reason


def summary(decision: SavedDecision) -> str:
    """``2 conclusions: 1 yes, 0 no, 1 unknown``."""
    values = list(decision.conclusions.values())
    counts = ", ".join(f"{sum(state(one) == word for one in values)} {word}" for word in ("yes", "no", "unknown"))
    return f"{len(values)} conclusion{'' if len(values) == 1 else 's'}: {counts}"


def is_written(part: Part) -> bool:
    """Whether it is a number, a threshold or a word of the file, which no study brings."""
    return part.kind in _PLAIN
