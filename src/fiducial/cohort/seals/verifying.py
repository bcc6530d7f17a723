"""``fiducial cohort verify``: prove to a reviewer, from the files alone, that what was sealed is what is there."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from fiducial.claims.evidence import NOTICE
from fiducial.cohort.seals.differences import Difference
from fiducial.cohort.seals.frozen import Frozen, refuse_other_version
from fiducial.cohort.seals.history import (
    BEGUN,
    ENDED,
    SEALED,
    History,
    doubts,
    ledger_path,
    read_history,
    refuse_absent,
    seal_path,
)
from fiducial.cohort.seals.images import read_again
from fiducial.cohort.seals.sealing import Seal, frozen_now
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.hashes import hash_file
from fiducial.files.ledger import Entry

VERIFY_SCHEMA = "fiducial.cohort-verify/1"
_SEAL_ENDING = ".seal.json"
_HASH = re.compile("sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, eq=False)
class Verification:
    """``differences``: those that break the seal and those that do not. ``notes``: what a reviewer should know."""

    history: History
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether everything that is judged is as it was sealed, and the ledger's chain is unbroken."""
        return not any(one.breaks for one in self.differences)

    @property
    def exit_code(self) -> int:
        """0 where it is whole, else 1."""
        return 0 if self.whole else 1

    def document(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        return {
            "schema": VERIFY_SCHEMA,
            "notice": NOTICE,
            "whole": self.whole,
            "head": self.history.head,
            "looks": len(self.history.looks),
            "entries": [
                {
                    "number": one.number,
                    "at": one.at,
                    "who": one.who,
                    "kind": one.kind,
                    "what": what_of(one),
                    "hash": one.hash,
                }
                for one in self.history.entries
            ],
            "differences": [
                {"what": one.what, "sentence": one.sentence, "breaks": one.breaks, "studies": list(one.studies)}
                for one in self.differences
            ],
            "notes": list(self.notes),
        }


def verify_cohort(
    path: str | Path,
    *,
    heads: Iterable[str] = (),
    evidence: Iterable[str | Path] = (),
    images: bool = False,
    told: Callable[[int, int], None] | None = None,
) -> Verification:
    """Compute every hash anew, walk the chain, and compare; nothing is written. ``path``: the claim, or its seal.

    ``heads``: hashes of the ledger that somebody kept (in a report, in the seal file that was sent): each must still
    be in the chain. ``evidence``: files ``evidence.json``, each of which must be that of a look. ``images``: read the
    pixels of every image again, instead of trusting the files table; ``told(done, total)`` is called after each.

    Raises:
        UnusableInput: there is no seal, or claim, cohort, seal or ledger cannot be read.
        WrongUsage: a head that is no whole hash.
    """
    heads = [_whole_hash(head) for head in heads]
    claim = _claim_of(Path(path))
    if not claim.is_file():
        raise UnusableInput(f"{claim}: there is no such file. Give the claim that was sealed, or its seal beside it.")
    refuse_absent(claim)
    if not ledger_path(claim).exists():
        raise UnusableInput(f"{claim}: was never sealed. Seal it with fiducial cohort seal {claim.name} --by NAME.")
    history = read_history(claim)
    now = frozen_now(claim, partial(read_again, told=told) if images else None)
    found = (
        *doubts(history, now),
        *seal_file_doubts(claim, history),
        *_unknown_heads(history, heads),
        *_unknown_evidence(history, [Path(one) for one in evidence]),
    )
    return Verification(history, found, tuple(_notes(history, now)))


def seal_file_doubts(claim: Path, history: History) -> Iterator[Difference]:
    """Whether the seal file is what the ledger's entry makes it.

    Raises:
        UnusableInput: it is no seal, or one of another version.
    """
    path, seal = seal_path(claim), history.seal
    if not path.exists():
        told = f"{path.name} is gone: nothing but the ledger itself says that the ledger was not begun anew"
        yield Difference("seal", told, breaks=True)
        return
    document = _read_seal(path)
    if seal is None or history.broken is not None:
        return
    hashes = {entry.hash for entry in history.entries}
    if document.get("ledger", {}).get("hash") not in hashes:
        yield Difference(
            "ledger", f"{ledger_path(claim).name} is not the ledger of {path.name}, but of another seal", breaks=True
        )
        return
    expected = Seal(path, seal.entry, seal.frozen).document()
    changed = sorted(key for key in {*expected, *document} if expected.get(key) != document.get(key))
    if changed:
        told = (
            f"{path.name} is not what entry {seal.entry.number} of the ledger says; it differs in {', '.join(changed)}"
        )
        yield Difference("seal", told, breaks=True)


def what_of(entry: Entry) -> str:
    """An entry in a few words."""
    try:
        return _WORDS[entry.kind](entry.content)
    except (KeyError, ValueError, TypeError, AttributeError):
        return "cannot be read"


def _sealed(body: dict[str, Any]) -> str:
    again = f", again: {body['again']}" if body["again"] else ""
    there = ", predictions were there" if "predictions" in body["files"] else ""
    return f"{len(body['rows']['study']):,} studies, claim {body['claim']['name']}{there}{again}"


def _begun(body: dict[str, Any]) -> str:
    splits = ", ".join(f"{count:,} {split}" for split, count in body["splits"].items())
    claim, predictions = (body["inputs"].get(name, "in the cohort")[:15] for name in ("claim", "predictions"))
    return f"at {splits}; claim {claim}, predictions {predictions}"


def _ended(body: dict[str, Any]) -> str:
    return f"the look of entry {body['begun']}: {body['verdict']}"


_WORDS = {SEALED: _sealed, BEGUN: _begun, ENDED: _ended}


def _claim_of(path: Path) -> Path:
    if path.name.endswith(_SEAL_ENDING):
        told = _read_seal(path).get("claim", {}).get("file")
        if not isinstance(told, str) or Path(told).name != told:
            raise UnusableInput(f"{path}: names no claim beside it (claim.file). Bring the seal back from a copy.")
        return path.with_name(told)
    if path.suffix != ".toml":
        raise UnusableInput(f"{path}: is neither a claim (.toml) nor a seal ({_SEAL_ENDING}). Give one of them.")
    return path


def _read_seal(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except OSError as refused:
        raise UnusableInput(f"{path}: cannot be read ({refused.strerror}).") from refused
    except ValueError as wrong:
        raise UnusableInput(f"{path}: is no seal, for it is not JSON ({wrong}). Bring it back from a copy.") from wrong
    document = found if isinstance(found, dict) else {}
    refuse_other_version(document.get("schema"), str(path))
    return document


def _whole_hash(head: str) -> str:
    """A hash that was copied in part is no proof that a ledger was cut off."""
    told = head.strip().lower()
    if not _HASH.fullmatch(told):
        raise WrongUsage(
            f"--head must be sha256: and 64 hexadecimal digits, as the ledger's head is told; got {head!r}."
        )
    return told


def _unknown_heads(history: History, heads: Iterable[str]) -> Iterator[Difference]:
    known = {entry.hash for entry in history.entries}
    for head in heads:
        if head not in known:
            told = (
                f"no entry of the ledger has the hash {head}, which was kept: its end was cut off, or it was begun anew"
            )
            yield Difference("ledger", told, breaks=True)


def _unknown_evidence(history: History, paths: Iterable[Path]) -> Iterator[Difference]:
    looks = {look.ended.get("evidence") for look in history.looks if look.ended}
    for path in paths:
        if not path.is_file():
            raise UnusableInput(f"{path}: there is no such file.")
        if hash_file(path) not in looks:
            told = f"{path} is the evidence of no look in the ledger: it was changed, or the ledger's end was cut off"
            yield Difference("evidence", told, breaks=True)


def _notes(history: History, now: Frozen) -> Iterator[str]:
    for before, after in pairwise(history.entries):
        if str(after.at) < str(before.at):
            yield f"Entry {after.number} is dated before entry {before.number}: a clock was set back."
    silent = sum(look.ended is None for look in history.looks)
    if silent:
        yield f"{silent:,} of {len(history.looks):,} looks were begun and never ended; they count as looks."
    if history.predictions_came_first(now):
        yield "The predictions were there before the seal: it cannot show that nobody had looked at them."
    if now.rows["patient"].null_count():
        yield "Some studies name no patient, so the seal cannot tell whose they are."
