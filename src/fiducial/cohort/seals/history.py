"""A seal's ledger, read as what happened: seals, looks, and why results can or cannot be shown after them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fiducial.cohort.seals.differences import Difference, differences
from fiducial.cohort.seals.frozen import Frozen, thawed
from fiducial.errors import UnusableInput
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
    if history.broken is not None:
        return (Difference("ledger", f"the ledger was tampered with: {history.broken.sentence}", breaks=True),)
    if history.seal is None:
        return (Difference("ledger", "the ledger holds no seal", breaks=True),)
    return (*_since_the_seal(history, now, history.seal), *_since_looks(history, now))


def _since_the_seal(history: History, now: Frozen, seal: Sealing) -> Iterator[Difference]:
    looked = any(look.seal == seal.entry.number for look in history.looks)
    for one in differences(seal.frozen, now):
        if one.what == "claim" and one.breaks:
            when = "after the first look" if looked else "after it was sealed"
            yield Difference(one.what, one.sentence.replace("was changed:", f"was changed {when}:"), breaks=True)
        else:
            yield one


def _since_looks(history: History, now: Frozen) -> Iterator[Difference]:
    """What a later seal froze otherwise, though its studies had been looked at."""
    for sealing in history.seals[:-1]:
        looks = sum(look.seal == sealing.entry.number for look in history.looks)
        if not looks or _apart(sealing.frozen, now):
            continue
        for one in differences(sealing.frozen, now):
            if one.breaks:
                when = f"since the seal of entry {sealing.entry.number}, which was looked at {looks:,} times, "
                yield Difference(one.what, when.replace("1 times", "once") + one.sentence, True, one.studies)  # noqa: FBT003


def _apart(then: Frozen, now: Frozen) -> bool:
    """Whether no judged study and no judged patient is the same."""
    return all(
        set(then.judged[name].drop_nulls()).isdisjoint(now.judged[name].drop_nulls()) for name in ("study", "patient")
    )


def _looks(entries: tuple[Entry, ...]) -> Iterator[Look]:
    seal, ended = 0, dict(_ended(entries))
    for entry in entries:
        if entry.kind == SEALED:
            seal = entry.number
        elif entry.kind == BEGUN:
            yield Look(entry.number, seal, _content(entry).get("asked", entry.hash), ended.get(entry.number))


def _ended(entries: tuple[Entry, ...]) -> Iterator[tuple[int, dict[str, Any]]]:
    for entry in entries:
        content = _content(entry) if entry.kind == ENDED else {}
        if "begun" in content:
            yield content["begun"], content


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
