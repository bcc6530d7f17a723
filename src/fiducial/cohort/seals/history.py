"""A seal's ledger, read as what happened: seals, looks, and why results can or cannot be shown after them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fiducial.cohort.seals.differences import Difference, differences
from fiducial.cohort.seals.frozen import PIXELS, UNREADABLE, Frozen, thawed
from fiducial.errors import UnusableInput
from fiducial.files.hashes import hash_bytes
from fiducial.files.ledger import NOTHING, Break, Entry, first_break, read_ledger

SEALED, BEGUN, ENDED = "seal", "look begun", "look ended"  # kinds of entries


def seal_path(claim: Path) -> Path:
    """``claim.toml`` has its seal in ``claim.seal.json``."""
    return claim.with_name(f"{claim.stem}.seal.json")


def ledger_path(claim: Path) -> Path:
    """``claim.toml`` has its ledger in ``claim.ledger.sqlite``."""
    return claim.with_name(f"{claim.stem}.ledger.sqlite")


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the figures. ``asked``: what it was at and how; two looks that asked the same saw the same."""

    entry: int
    seal: int  # the entry of the seal that was in force
    asked: str
    claim: str | None  # the hash of the claim's file as it was looked at
    predictions: str | None  # their hash; None where the scores stand in the cohort
    ended: dict[str, Any] | None  # None: begun, and never heard of again


@dataclass(frozen=True, slots=True, eq=False)
class Sealing:
    """One entry of kind ``seal``, and what it froze."""

    entry: Entry
    frozen: Frozen


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """``broken``: where the chain is not whole; what is told of entries after that place is hearsay."""

    entries: tuple[Entry, ...]
    broken: Break | None
    seals: tuple[Sealing, ...]
    looks: tuple[Look, ...]

    @property
    def head(self) -> str:
        """The hash of the last entry."""
        return self.entries[-1].hash if self.entries else NOTHING

    @property
    def seal(self) -> Sealing | None:
        """The seal that is in force."""
        return self.seals[-1] if self.seals else None

    def looked_at(self, now: Frozen) -> tuple[tuple[Sealing, int], ...]:
        """Every seal of judged studies, patients or images that are judged now, and how often each was looked at."""
        ours = [sealing for sealing in self.seals if not _apart(sealing.frozen, now)]
        return tuple((one, sum(look.seal == one.entry.number for look in self.looks)) for one in ours)

    def predictions_came_first(self, now: Frozen) -> bool:
        """Whether predictions were there when what is judged now was first sealed."""
        first = next(iter(self.looked_at(now)), None)
        return first is not None and "predictions" in first[0].frozen.files


def read_history(claim: Path) -> History:
    """The history of a claim.

    Raises:
        UnusableInput: there is no ledger beside it, or none of ours, or an entry that this program does not know.
    """
    path = ledger_path(claim)
    return history_of(read_ledger(path), where=path.name)


def history_of(entries: tuple[Entry, ...], *, where: str) -> History:
    """Entries as what happened.

    Raises:
        UnusableInput: a whole chain holds an entry that is not what this program writes.
    """
    broken = first_break(entries)
    whole = entries if broken is None else tuple(entry for entry in entries if entry.number < broken.number)
    seals = [Sealing(entry, thawed(entry, where=where)) for entry in whole if entry.kind == SEALED]
    return History(entries, broken, tuple(seals), tuple(_looks(entries)))


def doubts(history: History, now: Frozen) -> tuple[Difference, ...]:
    """Every difference from the seal in force, and from seals under which the same studies were looked at before.

    After a look at a study neither the claim nor what is judged may change, a new seal or not: a fresh start needs
    studies of patients that nobody looked at.
    """
    found = () if history.seal is None else differences(history.seal.frozen, now)
    return (*_of_the_ledger(history), *_timed(history, now, found), *_since_looks(history, now, found))


def _of_the_ledger(history: History) -> Iterator[Difference]:
    if history.broken is not None:
        yield Difference("ledger", f"the ledger was tampered with: {history.broken.sentence}", breaks=True)
        return
    if history.seal is None:
        yield Difference("ledger", "the ledger holds no seal", breaks=True)
    begun = {entry.number for entry in history.entries if entry.kind == BEGUN}
    for entry, look in _ended(history.entries):
        if look not in begun:
            told = f"entry {entry.number} ends a look that was not begun, or was ended already: no audit wrote it"
            yield Difference("ledger", told, breaks=True)
        begun.discard(look)


def _timed(history: History, now: Frozen, found: tuple[Difference, ...]) -> Iterator[Difference]:
    """Differences from the seal in force; an edit of the claim with what had happened before it."""
    ours = {sealing.entry.number for sealing, _ in history.looked_at(now)}
    first = next((look for look in history.looks if look.seal in ours), None)
    edited = first is not None and first.claim != hash_bytes(now.wording.text.encode())
    for one in found:
        if one.what == "claim" and one.breaks:
            when = "after the first look" if edited else "after it was sealed"
            one = replace(one, sentence=one.sentence.replace("was changed:", f"was changed {when}:"))  # noqa: PLW2901
        yield one


def _since_looks(history: History, now: Frozen, told: tuple[Difference, ...]) -> Iterator[Difference]:
    """What a later seal froze otherwise, though its studies had been looked at; what is told already is left out."""
    for sealing, looks in history.looked_at(now):
        for one in differences(sealing.frozen, now):
            if looks and one.breaks and one not in told:
                times = "once" if looks == 1 else f"{looks:,} times"
                when = f"since the seal of entry {sealing.entry.number}, which was looked at {times}, "
                yield replace(one, sentence=when + one.sentence)


def _apart(then: Frozen, now: Frozen) -> bool:
    """Whether no judged study, patient or image is the same: whoever is given another name is still who was seen."""
    return all(_told(then, name).isdisjoint(_told(now, name) - {UNREADABLE}) for name in ("study", "patient", PIXELS))


def _told(frozen: Frozen, name: str) -> set[str]:
    return set(frozen.judged[name].drop_nulls()) if name in frozen.rows.columns else set()


def _looks(entries: tuple[Entry, ...]) -> Iterator[Look]:
    seal = 0
    ended: dict[int, dict[str, Any]] = {}
    for end, look in _ended(entries):
        ended.setdefault(look, _content(end))  # a second end is nobody's look, and is told as a doubt
    for entry in entries:
        if entry.kind == SEALED:
            seal = entry.number
        elif entry.kind == BEGUN:
            told = _content(entry)
            inputs = told.get("inputs", {})
            at = (inputs.get("claim"), inputs.get("predictions"))
            yield Look(entry.number, seal, told.get("asked", entry.hash), *at, ended.get(entry.number))


def _ended(entries: tuple[Entry, ...]) -> Iterator[tuple[Entry, int]]:
    """Every end, and the entry of the look that it says it ends."""
    for entry in entries:
        content = _content(entry) if entry.kind == ENDED else {}
        if isinstance(content.get("begun"), int):
            yield entry, content["begun"]


def _content(entry: Entry) -> dict[str, Any]:
    """The body; nothing where somebody wrote over it, for such a look counts as well."""
    try:
        found: Any = json.loads(entry.body)
    except (ValueError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def refuse_absent(claim: Path) -> None:
    """Raises UnusableInput where a seal stands without its ledger: looks could no longer be counted."""
    if seal_path(claim).exists() and not ledger_path(claim).exists():
        raise UnusableInput(
            f"{seal_path(claim)}: its ledger {ledger_path(claim).name} is gone, so nobody can count the looks. "
            "Bring the ledger back from a copy."
        )
