"""What differs between what was sealed and what is there now, each in one sentence."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

import polars as pl

from fiducial.cohort.seals.frozen import PIXELS, Frozen, judged_by

SHOWN = 5  # studies or lines named in a sentence
_WAS, _IS = "was", "is"


@dataclass(frozen=True, slots=True)
class Difference:
    """``breaks``: what is judged is no longer what was sealed. ``studies``: all that it concerns."""

    what: str  # claim, studies, patient, split, label.<finding>, pixels, predictions, ...
    sentence: str
    breaks: bool
    studies: tuple[str, ...] = ()


def differences(then: Frozen, now: Frozen) -> tuple[Difference, ...]:
    """Everything that differs, the claim first; rows that nothing is judged on do not break the seal."""
    return (*_of_claim(then, now), *_of_members(then, now), *_of_values(then, now), *_of_files(then, now))


def _of_claim(then: Frozen, now: Frozen) -> Iterator[Difference]:
    if then.wording.text == now.wording.text:
        return
    lines = _listed(list(_lines(then.wording.text, now.wording.text)))
    if then.wording.content == now.wording.content:
        yield Difference("claim", f"the claim's text was changed, and says the same: {lines}", breaks=False)
    else:
        yield Difference("claim", f"the claim was changed: {lines}", breaks=True)


def _lines(then: str, now: str) -> Iterator[str]:
    """``line 12: was ..., is ...``, by the line's number in the sealed text."""
    old, new = then.splitlines(), now.splitlines()
    for kind, first, last, start, end in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind != "equal":
            was, now_is = (" / ".join(filter(str.strip, lines)) for lines in (old[first:last], new[start:end]))
            told = [f"{word} {text!r}" for word, text in ((_WAS, was), (_IS, now_is)) if text]
            yield f"line {first + 1} {', '.join(told) or 'has more or fewer empty lines'}"


def _of_members(then: Frozen, now: Frozen) -> Iterator[Difference]:
    went = then.rows.join(now.rows, on="study", how="anti")
    came = now.rows.join(then.rows, on="study", how="anti")
    for rows, told in ((went, "gone since the seal"), (came, "that the seal does not hold")):
        for part, breaks in _parted(rows, judged_by(then.wording)):
            named = [f"{study} ({split or 'no split'})" for study, split in part.select("study", "split").rows()]
            sentence = f"{_kind(breaks)} studies {told} ({part.height:,}): {_listed(named)}"
            yield Difference("studies", sentence, breaks, tuple(part["study"]))


def _of_values(then: Frozen, now: Frozen) -> Iterator[Difference]:
    both = then.rows.join(now.rows, on="study", how="inner", suffix=f" {_IS}")
    judged = judged_by(then.wording) | judged_by(then.wording, f"split {_IS}")
    for name in then.rows.columns:
        if name == "study":
            continue
        if name not in now.rows.columns:
            gone = "pixels cannot be compared: no files table" if name == PIXELS else f"column {name!r} is not"
            yield Difference(name, f"the {gone} there any more", breaks=True)
            continue
        changed = both.filter(pl.col(name).ne_missing(pl.col(f"{name} {_IS}")))
        for part, breaks in _parted(changed, judged):
            sentence = (
                f"{name} of {_kind(breaks)} studies changed ({part.height:,}): {_listed(list(_values(part, name)))}"
            )
            yield Difference(name, sentence, breaks, tuple(part["study"]))
    yield from _unsealed(then, now)


def _unsealed(then: Frozen, now: Frozen) -> Iterator[Difference]:
    """What may have been written after a look, to be judged by in the next one."""
    for name in now.rows.columns:
        if name == PIXELS and name not in then.rows.columns:
            yield Difference(name, "the seal holds no pixels, so those that are there cannot be compared", breaks=False)
        elif name not in then.rows.columns:
            yield Difference(
                name, f"the seal does not hold the column {name!r}, by which results are judged", breaks=True
            )


def _values(rows: pl.DataFrame, name: str) -> Iterator[str]:
    for study, was, now_is in rows.select("study", name, f"{name} {_IS}").rows():
        told = "" if name == PIXELS else f" ({_WAS} {_told(was)}, {_IS} {_told(now_is)})"
        yield f"{study}{told}"


def _of_files(then: Frozen, now: Frozen) -> Iterator[Difference]:
    for name in sorted({*then.files, *now.files}):
        was, now_is = then.files.get(name), now.files.get(name)
        if was == now_is:
            continue
        if was is None:
            if name != "predictions":  # they are expected to come after the seal
                yield Difference(name, f"the {name} table came after the seal", breaks=False)
            continue
        told = "is gone" if now_is is None else "is another one than the sealed one"
        # Other predictions are another look at the same test, and are counted as that.
        yield Difference(name, f"the {name} table {told}", breaks=name != "predictions")


def _parted(rows: pl.DataFrame, judged: pl.Expr) -> Iterator[tuple[pl.DataFrame, bool]]:
    for part, breaks in ((rows.filter(judged), True), (rows.filter(~judged), False)):
        if part.height:
            yield part, breaks


def _kind(breaks: bool) -> str:  # noqa: FBT001  (a word for each of two)
    return "judged" if breaks else "other"


def _listed(words: list[str]) -> str:
    more = f", and {len(words) - SHOWN:,} more" if len(words) > SHOWN else ""
    return "; ".join(words[:SHOWN]) + more


def _told(value: str | None) -> str:
    return "empty" if value is None else value
