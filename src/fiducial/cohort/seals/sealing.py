"""``fiducial cohort seal``: freeze a claim and its cohort before anybody looks, in a small file and a ledger.

The seal file holds no patient, only counts and hashes: it can be given to somebody who keeps it. The ledger holds the
sealed rows, and is as confidential as the cohort.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fiducial.claims.claim import read_claim
from fiducial.claims.evidence import NOTICE
from fiducial.cohort.seals.frozen import MEMBERSHIP, PIXELS, SEAL_SCHEMA, Frozen, freeze, hashes_beside
from fiducial.cohort.seals.history import SEALED, History, ledger_path, read_history, refuse_absent, seal_path
from fiducial.cohort.seals.signing import who
from fiducial.cohort.table import Cohort, read_cohort
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.hashes import hash_bytes
from fiducial.files.ledger import NOTHING, Entry, append, now
from fiducial.files.tables import hash_table
from fiducial.files.writing import write_text


@dataclass(frozen=True, slots=True, eq=False)
class Seal:
    """An entry of the ledger as the seal file tells it."""

    path: Path
    entry: Entry
    frozen: Frozen

    def document(self) -> dict[str, Any]:
        """``<claim>.seal.json``: what was frozen, as counts and hashes; made of the ledger's entry alone."""
        frozen, entry, wording = self.frozen, self.entry, self.frozen.wording
        splits = frozen.rows["split"].fill_null("none").value_counts().sort("split").rows()
        columns = sorted(name for name in frozen.rows.columns if name not in MEMBERSHIP)
        return {
            "schema": SEAL_SCHEMA,
            "notice": NOTICE,
            "at": entry.at,
            "by": entry.who,
            "again": entry.content["again"],
            "version": entry.content["version"],
            "ledger": {"file": ledger_path(Path(wording.file)).name, "entry": entry.number, "hash": entry.hash},
            "cohort": {
                "file": wording.cohort,
                "studies": frozen.rows.height,
                "patients": frozen.rows["patient"].drop_nulls().n_unique(),
                "judged": frozen.judged.height,
                "splits": dict(splits),
                "membership": hash_table(frozen.rows.select(MEMBERSHIP)),
                "columns": {name: hash_table(frozen.rows.select("study", name)) for name in columns},
            },
            "files": dict(frozen.files),
            "claim": {
                "file": wording.file,
                "name": wording.name,
                "text": hash_bytes(wording.text.encode()),
                "content": wording.content,
                "lines": wording.text.splitlines(),
            },
        }

    @property
    def pixels(self) -> int:
        """How many studies have their pixels sealed."""
        rows = self.frozen.rows
        return rows.height - rows[PIXELS].null_count() if PIXELS in rows.columns else 0

    def text(self) -> str:
        """The seal file."""
        return json.dumps(self.document(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def seal_cohort(
    claim: str | Path,
    *,
    by: str | None = None,
    again: str | None = None,
    clock: Callable[[], datetime] = now,
) -> Seal:
    """Freeze the claim of a file and the cohort that it names; writes ``<claim>.seal.json`` and the ledger beside it.

    ``by``: who seals; else the environment's FIDUCIAL_BY, else the login. ``again``: the reason to seal once more;
    older seals and all looks stay in the ledger.

    Raises:
        WrongUsage: sealed already and no reason is given, a reason and nothing to seal again, or nobody is named.
        UnusableInput: claim, cohort or ledger cannot be used, or no row of the cohort would be judged.
    """
    path, signed = Path(claim), who(by)
    frozen = frozen_now(path)
    if not frozen.judged.height:
        raise UnusableInput(
            f"{path}: no study of {frozen.wording.cohort} has split = {frozen.wording.internal!r} or 'external', so "
            "nothing would be sealed. Split the cohort first (fiducial cohort split)."
        )
    head = _head(path, again)
    body = frozen.document() | {"again": again, "version": version("fiducial")}
    entry = append(ledger_path(path), SEALED, body, who=signed, after=head, create=head == NOTHING, clock=clock)
    seal = Seal(seal_path(path), entry, frozen)
    write_text(seal.path, seal.text())
    return seal


def frozen_now(path: Path, images: Callable[[Cohort], Cohort] | None = None) -> Frozen:
    """Claim, cohort and the tables beside it as they lie on the disk; ``images`` reads the pixels again.

    Raises:
        UnusableInput: the claim names no cohort, or one of them cannot be read.
    """
    read = read_claim(path)
    if read.evidence.cohort is None:
        raise UnusableInput(f"{path}: names no cohort, so there is none to seal. Say evidence.cohort in the claim.")
    cohort = read_cohort(path.parent / read.evidence.cohort)
    return freeze(path, read, images(cohort) if images else cohort, hashes_beside(path, read))


def _head(path: Path, again: str | None) -> str:
    """The hash that the new entry follows."""
    refuse_absent(path)
    if again is not None and not again.strip():
        raise WrongUsage("--again needs the reason to seal once more; it was empty.")
    if not ledger_path(path).exists():
        if again is not None:
            raise WrongUsage(f"{path}: was never sealed; leave --again out.")
        return NOTHING
    history = read_history(path)
    if history.broken is not None:
        raise UnusableInput(
            f"{ledger_path(path)}: {history.broken.sentence}. A new seal cannot mend that: "
            "bring the ledger back from a copy."
        )
    if again is None and history.entries:
        raise WrongUsage(f"{path}: {_sealed_already(history)}")
    return history.head


def _sealed_already(history: History) -> str:
    entry = history.seal.entry if history.seal else history.entries[-1]
    looks = len(history.looks)
    return (
        f"was sealed by {entry.who} at {entry.at} (entry {entry.number}), and looked at "
        f"{'once' if looks == 1 else f'{looks:,} times'} so far. To seal it once more say why: --again REASON. "
        "Nothing is erased: older seals and all looks stay in the ledger."
    )
