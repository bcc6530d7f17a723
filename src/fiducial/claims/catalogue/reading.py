"""Reading a catalogue from TOML, strictly: what is double, parentless, circular or without a source is refused."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources.abc import Traversable
from typing import Any

from pydantic import BaseModel, ConfigDict

from fiducial.claims.catalogue.catalogue import Catalogue
from fiducial.claims.catalogue.entry import Entry, Kind, NotAnEntry, Source, UrgencyClass, plain
from fiducial.errors import UnusableInput
from fiducial.files.toml import parse


class _Entries(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Kind
    entry: tuple[Entry, ...]


class _Sources(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    version: str
    source: tuple[Source, ...]
    urgency: tuple[UrgencyClass, ...]
    not_an_entry: tuple[NotAnEntry, ...] = ()


def read_catalogue(sources: Traversable, files: Iterable[Traversable]) -> Catalogue:
    """A catalogue from the file of its sources and the files of its entries, in this order.

    Raises:
        UnusableInput: a file is no TOML, a key is unknown, or the whole contradicts itself; every mistake is listed.
    """
    told = parse(_toml(sources), _Sources, where=sources.name)
    entries = [entry for file in files for entry in _entries(file)]
    named = {source.name: source for source in told.source}
    mistakes = [*mistaken_entries(entries), *_without_source(entries, told.urgency, named)]
    if mistakes:
        lines = "\n".join(f"  {line}" for line in mistakes)
        raise UnusableInput(f"the catalogue contradicts itself in {len(mistakes)} places:\n{lines}")
    urgencies = {one.name: one for one in told.urgency}
    return Catalogue(told.version, tuple(entries), named, urgencies, told.not_an_entry)


def _toml(file: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as wrong:
        raise UnusableInput(f"{file.name}: is not valid TOML: {wrong}.") from wrong


def _entries(file: Traversable) -> tuple[Entry, ...]:
    content = _toml(file)
    kind = content.get("kind")
    rows = [{"kind": kind, **row} for row in content.get("entry", ())]
    return parse({**content, "entry": rows}, _Entries, where=file.name).entry


def mistaken_entries(entries: Sequence[Entry]) -> Iterator[str]:
    """A sentence for every name, label or code that two entries share, and for every parent that cannot be one."""
    yield from _doubles((plain(name) for entry in entries for name in entry.names), "the name")
    labels = (f"{layout}: {plain(one)}" for entry in entries for layout, of in entry.labels.items() for one in of)
    yield from _doubles(labels, "the label")
    yield from _doubles((f"{code.system} {code.code}" for entry in entries for code in entry.codes), "the code")
    by_name = {entry.name: entry for entry in entries}
    for entry in entries:
        for parent in entry.parents:
            if parent not in by_name:
                yield f"{entry.name}: is a kind of {parent!r}, which is no entry."
            elif by_name[parent].kind is not entry.kind:
                yield f"{entry.name}: is a {entry.kind}, and its parent {parent!r} a {by_name[parent].kind}."
        if entry.name in _above(entry, by_name):
            yield f"{entry.name}: is a kind of itself, by way of its parents."


def _doubles(names: Iterable[str], what: str) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{what} {name!r} stands {count} times."


def _above(entry: Entry, by_name: dict[str, Entry]) -> set[str]:
    found: set[str] = set()
    waiting = list(entry.parents)
    while waiting:
        name = waiting.pop()
        if name in by_name and name not in found:
            waiting += by_name[name].parents
            found.add(name)
    return found


def _without_source(
    entries: Sequence[Entry], urgencies: Sequence[UrgencyClass], sources: dict[str, Source]
) -> Iterator[str]:
    coded = [*((one.name, one.codes) for one in entries), *((one.name, one.codes) for one in urgencies)]
    for name, codes in coded:
        for code in codes:
            if code.source not in sources:
                yield f"{name}: the code {code.code} names the source {code.source!r}, which is none of ours."
