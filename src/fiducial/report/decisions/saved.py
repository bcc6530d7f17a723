"""A decision as it was saved, ``fiducial.decision/1``, checked on entry and typed from there on."""

import json
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictStr, ValidationError

from fiducial.claims.catalogue.entry import Urgency
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.names import did_you_mean
from fiducial.rules.document import DECISION_SCHEMA

Saved: TypeAlias = StrictBool | StrictFloat | StrictStr | None  # true is never read as 1, nor 1 as true
_NAMED = 5  # studies in an error


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class SavedThreshold(_Record):
    """Where a threshold comes from."""

    name: str
    revision: str | None = None
    source: str | None = None


class SavedBox(_Record):
    """A box, in pixels."""

    x0: float
    y0: float
    x1: float
    y1: float
    score: float | None = None


class Part(_Record):
    """One node of a rule and what it came to; of a decision file, which no study has met, ``asked`` is False."""

    kind: str
    expression: str
    value: Saved = None
    settles: bool = True
    asked: bool = True
    reason: str | None = None
    low: float | None = None
    high: float | None = None
    name: str = ""
    op: str = ""
    k: int = 0
    unit: str = "1"
    where: str | None = None
    measure: str = ""
    how: str = ""
    share: str = ""
    threshold: SavedThreshold | None = None
    model: str | None = None
    version: str | None = None
    box: SavedBox | None = None
    parts: tuple["Part", ...] = ()

    def walk(self) -> Iterator["Part"]:
        """The part and everything below it, from the top."""
        waiting = [self]
        while waiting:
            one = waiting.pop()
            yield one
            waiting.extend(reversed(one.parts))


class SavedChange(_Record):
    """One input that would have to be otherwise."""

    flag: str
    now: Saved
    bound: str
    to: Saved


class SavedFlip(_Record):
    """What would turn a rule to ``to``."""

    to: bool
    exact: bool
    changes: tuple[SavedChange, ...]


class SavedOverride(_Record):
    """What a reader set right, every value as text."""

    reader: str
    at: str
    flag: str
    was: str = Field(alias="from")
    to: str
    reason: str


class SavedRule(_Record):
    """What one rule says of the study, and why."""

    rule: str
    value: StrictBool | None
    reason: str | None = None
    finding: str | None = None
    urgency: Urgency | None = None
    flip: SavedFlip | None = None
    override: SavedOverride | None = None
    trace: Part

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The rules that it reads."""
        return tuple(dict.fromkeys(one.name for one in self.trace.walk() if one.kind == "rule"))


class SavedHeading(_Record):
    """Which decision file decided."""

    name: str
    version: str
    hash: str


class SavedDecision(_Record):
    """The decision of one study."""

    study: str
    decision: SavedHeading
    conclusions: dict[str, StrictBool | None]
    rules: tuple[SavedRule, ...]
    overrides: tuple[SavedOverride, ...] = ()
    document: dict[str, Any] = Field(repr=False)  # as it was saved


def decision_of(document: dict[str, Any], *, where: str = "the decision") -> SavedDecision:
    """Check a document; ``where`` names its origin in the error.

    Raises:
        UnusableInput: of another schema, or not as ``Decision.document`` gives it.
    """
    schema = document.get("schema")
    if schema != DECISION_SCHEMA:
        raise UnusableInput(f"{where}: must be of schema {DECISION_SCHEMA}; got {schema!r}.")
    try:
        return SavedDecision.model_validate({**document, "document": document})
    except (ValidationError, RecursionError) as wrong:
        raise UnusableInput(f"{where}: {_first(wrong)} Write it again with fiducial decide --traces.") from wrong


def _first(wrong: ValidationError | RecursionError) -> str:
    if isinstance(wrong, RecursionError):
        return "is nested too deep."
    first = wrong.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}."


def read_decision(path: Path, study: str | None = None) -> SavedDecision:
    """One study of a file with a decision a line, as ``fiducial decide --traces`` writes it; or the only one there.

    A ``.json`` holds one study, as ``fiducial run`` writes its traces.

    Raises:
        UnusableInput: absent, not JSON, of another schema, or of a study that was not decided.
        WrongUsage: there is no such study, or no study is named and there are several.
    """
    seen: list[str] = []
    found: dict[str, Any] | None = None
    for number, document in _decisions(path):
        name = str(document.get("study"))
        seen.append(name)
        if study in {None, name}:
            found = document
            where = f"{path}: line {number}"
        if found is not None and (study is not None or len(seen) > 1):
            break
    if study is None and len(seen) > 1:
        raise WrongUsage(f"{path}: holds several studies; name one of them, such as {seen[0]!r}.")
    if found is None:
        named = f" It holds {', '.join(map(repr, seen[:_NAMED]))}{', ...' if len(seen) > _NAMED else ''}."
        raise WrongUsage(f"{path}: there is no study {study!r}.{did_you_mean(study or '', seen)}{named}")
    return decision_of(found, where=where)


def _decisions(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    if path.suffix != ".json":
        yield from _lines(path)
        return
    found = _object("".join(line for _, line in _texts(path)), str(path))
    if "decision" in found and found["decision"] is None:
        why = found.get("failed") or found.get("outside") or "nobody says why"
        raise UnusableInput(f"{path}: study {found.get('study')!r} was not decided: {why}.")
    whole = found.get("schema") == DECISION_SCHEMA
    yield 1, found if whole else found.get("decision", found)


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in _texts(path):
        if line.strip():
            yield number, _object(line, f"{path}: line {number}")


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open(encoding="utf-8") as stream:
            yield from enumerate(stream, start=1)
    except FileNotFoundError as absent:
        raise UnusableInput(f"{path}: there is no such file. fiducial decide --traces writes one.") from absent
    except (OSError, UnicodeDecodeError) as unreadable:
        raise UnusableInput(f"{path}: cannot be read as text ({unreadable}).") from unreadable


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as wrong:
        raise UnusableInput(
            f"{where}: is not JSON ({wrong}). A line must be one decision, a .json one study of fiducial run."
        ) from wrong
    if not isinstance(found, dict):
        raise UnusableInput(f"{where}: must be a decision, an object; got {type(found).__name__}.")
    return found
