"""Looks at a sealed test set: written into the ledger before a figure is computed, and again with what was found."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fiducial.audit.gather import Gathered
from fiducial.audit.sealed import Sealed
from fiducial.audit.tuning import tuned
from fiducial.claims.evidence import Evidence
from fiducial.cohort.seals.differences import SHOWN, Difference
from fiducial.cohort.seals.frozen import Frozen, freeze
from fiducial.cohort.seals.history import (
    BEGUN,
    ENDED,
    History,
    Look,
    doubts,
    history_of,
    ledger_path,
    read_history,
    refuse_absent,
    seal_path,
)
from fiducial.cohort.seals.signing import who
from fiducial.cohort.seals.verifying import seal_file_doubts
from fiducial.files.hashes import hash_bytes, hash_file
from fiducial.files.ledger import Entry, append, canonical, read_ledger
from fiducial.report.folder import as_json


@dataclass(frozen=True, slots=True, eq=False)
class BegunLook:
    """A look that stands in the ledger already. ``inputs``: of the evidence, beside those of the tables."""

    ledger: Path
    entry: Entry
    sealed: Sealed
    inputs: dict[str, str]

    def end(self, evidence: Evidence) -> None:
        """Write the verdict down, with the hash of ``evidence.json``.

        Raises:
            UnusableInput: the ledger cannot be written to.
        """
        body = {
            "begun": self.entry.number,
            "verdict": str(evidence.verdict),
            "rungs": {result.rung: str(result.verdict) for result in evidence.rungs},
            "evidence": hash_bytes(as_json(evidence).encode()),
        }
        append(self.ledger, ENDED, body, who=self.entry.who)


def begin_look(claim: Path, gathered: Gathered) -> BegunLook | None:
    """Write down that somebody looks, and say what the ledger held before; None where the claim was never sealed.

    Raises:
        UnusableInput: the ledger is gone, none of ours, or cannot be written to: then nothing is shown.
    """
    refuse_absent(claim)
    ledger = ledger_path(claim)
    if not ledger.exists():
        return None
    history = read_history(claim)  # what is not ours is refused before anything is written
    now = freeze(claim, gathered.case.claim, gathered.cohort, gathered.inputs)
    found = (*doubts(history, now), *seal_file_doubts(claim, history))
    entry = append(ledger, BEGUN, _body(gathered, hash_file(claim), now), who=who())
    if entry.previous != history.head:  # somebody else looked in between
        before = tuple(one for one in read_ledger(ledger) if one.number < entry.number)
        history = history_of(before, where=ledger.name)
        found = (*doubts(history, now), *seal_file_doubts(claim, history))
    inputs = {"ledger": entry.previous}
    if seal_path(claim).exists():
        inputs["seal"] = hash_file(seal_path(claim))
    return BegunLook(ledger, entry, _sealed(history, now, found, entry, gathered), inputs)


def _body(gathered: Gathered, claim: str, now: Frozen) -> dict[str, Any]:
    case = gathered.case
    inputs = {"claim": claim, **gathered.inputs}
    settings = {"seed": case.seed, "resamples": case.resamples, "confidence": case.confidence}
    of_program = version("fiducial")
    return {
        "inputs": inputs,
        "splits": dict(now.judged["split"].fill_null("none").value_counts().sort("split").rows()),
        "settings": settings,
        "version": of_program,
        # What asks the same shows the same, however often it is asked.
        "asked": hash_bytes(canonical({"inputs": inputs, "settings": settings, "version": of_program}).encode()),
    }


def _sealed(history: History, now: Frozen, found: tuple[Difference, ...], entry: Entry, gathered: Gathered) -> Sealed:
    asked = [look.asked for look in history.looks] + [str(entry.content["asked"])]
    fitted = list(tuned(gathered.case.claim, gathered.cohort))
    return Sealed(
        studies=now.judged.height,
        looks=len(asked),
        different=len(set(asked)),
        unfinished=sum(look.ended is None for look in history.looks),
        seals=len(history.seals),
        doubts=tuple(one.sentence for one in found if one.breaks),
        notes=tuple(_notes(history, now, found)),
        tuned=tuple(one.sentence for one in fitted if not one.on_judged),
        tuned_on_judged=tuple(one.sentence for one in fitted if one.on_judged),
    )


def _seen(look: Look, claim: str) -> str:
    """``predictions sha256:0f3a5d1c, another text of the claim, fails``."""
    at = f"predictions {look.predictions[:15]}" if look.predictions else "scores in the cohort"
    other = "" if look.claim == claim else "another text of the claim, "
    return f"{at}, {other}{look.ended['verdict'] if look.ended else 'never ended'}"


def _notes(history: History, now: Frozen, found: tuple[Difference, ...]) -> Iterator[str]:
    for one in found:
        if not one.breaks:
            yield f"{one.sentence[0].upper()}{one.sentence[1:]}."
    if history.looks:
        claim = hash_bytes(now.wording.text.encode())
        told = "; ".join(f"entry {look.entry} ({_seen(look, claim)})" for look in history.looks[-SHOWN:])
        earlier = f" (the last {SHOWN} of {len(history.looks):,})" if len(history.looks) > SHOWN else ""
        yield f"Looks before this one{earlier}: {told}."
    if len(history.seals) > 1:
        yield f"The claim was sealed {len(history.seals):,} times; the ledger holds the reasons."
    if history.predictions_came_first(now):
        yield "The predictions were there before the seal: it cannot show that nobody had looked at them."
