"""A whole catalogue: entries by name, synonym, label or code, and who is a kind of whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar, get_args

from fiducial.claims.catalogue.entry import (
    BodyPart,
    Code,
    Entry,
    Kind,
    NotAnEntry,
    Source,
    System,
    Urgency,
    UrgencyClass,
    plain,
)
from fiducial.claims.evidence import NOTICE
from fiducial.errors import WrongUsage
from fiducial.files.names import did_you_mean, nearest

SCHEMA = "fiducial.catalogue/1"
Member = TypeVar("Member", bound=StrEnum)


@dataclass(frozen=True, eq=False)  # no slots: the look-ups are made when first asked for
class Catalogue:
    """Entries in the order of their files, every parent there and no name twice: ``reading`` sees to that."""

    version: str
    entries: tuple[Entry, ...]
    sources: Mapping[str, Source]
    urgencies: Mapping[Urgency, UrgencyClass]
    not_entries: tuple[NotAnEntry, ...] = ()

    @cached_property
    def _by_name(self) -> dict[str, Entry]:
        return {plain(name): entry for entry in self.entries for name in entry.names}

    @cached_property
    def _by_label(self) -> dict[tuple[str, str], Entry]:
        return {
            (layout, plain(label)): entry
            for entry in self.entries
            for layout, labels in entry.labels.items()
            for label in labels
        }

    @cached_property
    def _by_code(self) -> dict[tuple[System, str], Entry]:
        return {(code.system, code.code): entry for entry in self.entries for code in entry.codes}

    @cached_property
    def _children(self) -> dict[str, tuple[Entry, ...]]:
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            for parent in entry.parents:
                found.setdefault(parent, []).append(entry)
        return {parent: tuple(children) for parent, children in found.items()}

    def find(self, name: str, *, layout: str | None = None) -> Entry | None:
        """The entry that bears a name or a synonym, whatever its case and hyphens; None for an unknown one.

        With ``layout``, a label of that data set counts first: ``effusion`` is a pleural effusion in ``nih14`` alone.
        """
        labelled = self._by_label.get((layout, plain(name))) if layout else None
        return labelled or self._by_name.get(plain(name))

    def get(self, name: str) -> Entry:
        """As ``find``, for a name that must be known.

        Raises:
            WrongUsage: nothing bears it; the nearest name is told.
        """
        found = self.find(name)
        if found is None:
            hint = did_you_mean(plain(name), self._by_name)
            raise WrongUsage(f"the catalogue has no {name!r}.{hint} All of it: fiducial catalogue.")
        return found

    def nearest(self, name: str) -> Entry | None:
        """The entry with the most similar name or synonym; None where none is near."""
        near = nearest(plain(name), self._by_name)
        return self._by_name[near] if near else None

    def with_code(self, code: str, system: System | None = None) -> Entry | None:
        """The entry that bears a code of RadLex (``RID5352``), SNOMED CT or DICOM, or of the one that is named."""
        systems = (system,) if system else get_args(System)
        return next((self._by_code[one, code] for one in systems if (one, code) in self._by_code), None)

    def parents(self, entry: Entry) -> tuple[Entry, ...]:
        """What it is directly a kind of."""
        return tuple(self._by_name[plain(name)] for name in entry.parents)

    def children(self, entry: Entry) -> tuple[Entry, ...]:
        """Its direct sub-types."""
        return self._children.get(entry.name, ())

    def lineages(self, entry: Entry) -> tuple[tuple[Entry, ...], ...]:
        """Every way from a root down to its parent; one empty way for a root."""
        above = [(*way, parent) for parent in self.parents(entry) for way in self.lineages(parent)]
        return tuple(above) or ((),)

    def ancestors(self, entry: Entry) -> tuple[Entry, ...]:
        """Everything that it is a kind of, nearest first, each once."""
        found: dict[str, Entry] = {}
        level = self.parents(entry)
        while level:
            found |= {one.name: one for one in level if one.name not in found}
            level = tuple(above for one in level for above in self.parents(one))
        return tuple(found.values())

    def is_a(self, name: str, kind_of: str) -> bool:
        """Whether the first is the second or one of its sub-types.

        Raises:
            WrongUsage: nothing bears one of the names.
        """
        entry, wanted = self.get(name), self.get(kind_of)
        return entry is wanted or wanted in self.ancestors(entry)

    def choose(self, kind: str | None = None, body_part: str | None = None) -> tuple[Entry, ...]:
        """The entries of a kind that are looked for in a body part, all of either where nothing is said.

        Raises:
            WrongUsage: there is no such kind or body part.
        """
        wanted = _one_of(Kind, kind, "kind") if kind else None
        part = _one_of(BodyPart, body_part, "body part") if body_part else None
        return tuple(
            entry
            for entry in self.entries
            if wanted in {None, entry.kind} and (part is None or entry.is_looked_for_in(part))
        )

    def source(self, code: Code) -> Source:
        """Where a code was read."""
        return self.sources[code.source]

    def document(self, entries: Sequence[Entry]) -> dict[str, Any]:
        """What ``fiducial catalogue --json`` prints: entries, their place in the tree, their sources."""
        named = {code.source for entry in entries for code in entry.codes}
        return {
            "schema": SCHEMA,
            "notice": NOTICE,
            "version": self.version,
            "entries": [self._row(entry) for entry in entries],
            "urgencies": [one.model_dump(mode="json") for one in self.urgencies.values()],
            "sources": [source.model_dump(mode="json") for name, source in self.sources.items() if name in named],
        }

    def _row(self, entry: Entry) -> dict[str, Any]:
        return {
            **entry.model_dump(mode="json"),
            "ancestors": [one.name for one in self.ancestors(entry)],
            "children": [one.name for one in self.children(entry)],
        }


def _one_of(members: type[Member], name: str, what: str) -> Member:
    known = [str(member) for member in members]
    if plain(name) not in known:
        raise WrongUsage(f"there is no {what} {name!r}.{did_you_mean(plain(name), known)} One of: {', '.join(known)}.")
    return members(plain(name))
