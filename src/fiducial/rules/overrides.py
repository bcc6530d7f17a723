"""What a reader sets right: one flag of a decision, with a coded reason; and the table that keeps it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import polars as pl

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.columns import as_choice, as_text, refuse_nulls, refuse_repeats, refuse_unknown, require_columns
from fiducial.files.names import did_you_mean
from fiducial.files.tables import Table, TableSource, read_table
from fiducial.rules.facts import Plain
from fiducial.rules.spelling import number

REASONS: Mapping[str, str] = MappingProxyType({
    "artefact": "what the model saw is an artefact or a device",
    "normal-variant": "what the model saw is a variant of normal anatomy",
    "missed": "the reader sees what the model did not",
    "already-known": "the finding is known and not new",
    "poor-image": "the image is too poor to be judged",
    "wrong-metadata": "view, age, side or other metadata are wrong",
    "wrong-measurement": "the measurement is wrong",
    "other-evidence": "another image, the history or a test says otherwise",
    "outside-claim": "the study is none that the rules were made for",
})  # fmt: skip
COLUMNS = ("study", "reader", "at", "flag", "from", "to", "reason")
KEY = ("study", "reader", "at", "flag")
CONCLUSION = "conclusion"
_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Override:
    """One row. ``flag``: ``score(pneumothorax)``, ``rule(tension)`` or ``conclusion``; ``to`` None: it cannot be told.

    ``at``: when, as 2026-01-31T14:05:00+00:00. ``was``: what the decision said; filled in when it is applied.
    """

    study: str
    reader: str
    at: str
    flag: str
    to: Plain | None
    reason: str
    was: Plain | None = None

    def __post_init__(self) -> None:
        """Raises WrongUsage for a reason that is not in the list, or a time that is none."""
        if self.reason not in REASONS:
            raise WrongUsage(
                f"{self.reason!r} is no reason for an override.{did_you_mean(self.reason, REASONS)} "
                f"It may be: {', '.join(REASONS)}."
            )
        try:
            datetime.fromisoformat(self.at)
        except ValueError as wrong:
            raise WrongUsage(f"{self.at!r} is no time; write it as 2026-01-31T14:05:00+00:00.") from wrong

    @property
    def why(self) -> str:
        """``overridden by r1: the image is too poor to be judged``."""
        return f"overridden by {self.reader}: {REASONS[self.reason]}"

    def document(self) -> dict[str, str]:
        """A row of the table, every value as text."""
        return {
            "study": self.study, "reader": self.reader, "at": self.at, "flag": self.flag, "from": as_word(self.was),
            "to": as_word(self.to), "reason": self.reason,
        }  # fmt: skip


def as_word(value: Plain | None) -> str:
    """A value as the table has it: ``true``, ``0.62``, ``PA``, ``unknown``."""
    if value is None:
        return _UNKNOWN
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else number(float(value))


def overrides_frame(overrides: Iterable[Override]) -> pl.DataFrame:
    """The overrides table, for the next audit."""
    return pl.DataFrame([one.document() for one in overrides], schema=dict.fromkeys(COLUMNS, pl.String))


def read_overrides(source: TableSource | Table) -> pl.DataFrame:
    """Read and validate an overrides table; all columns are text.

    Raises:
        UnusableInput: an absent or unknown column, an empty value, a repeated key, or a reason that is none.
    """
    table = source if isinstance(source, Table) else read_table(source)
    require_columns(table, [name for name in COLUMNS if name != "from"])
    refuse_unknown(table, COLUMNS, "An overrides table")
    if "from" not in table.frame.columns:
        table = table.replace(table.frame.with_columns(pl.lit(_UNKNOWN).alias("from")))
    columns = [as_text(table, name) for name in COLUMNS if name != "reason"]
    checked = table.replace(pl.DataFrame([*columns, as_choice(table, "reason", tuple(REASONS))]))
    for name in COLUMNS:
        refuse_nulls(checked, name)
    refuse_repeats(checked, list(KEY))
    return checked.frame


def parsed(row: Mapping[str, str], kind: str) -> Override:
    """A row of the table whose flag is of a kind: number, text or truth.

    Raises:
        UnusableInput: ``to`` is not of that kind.
    """
    return Override(row["study"], row["reader"], row["at"], row["flag"], _value(row, kind), row["reason"])


def _value(row: Mapping[str, str], kind: str) -> Plain | None:
    word = row["to"]
    if word == _UNKNOWN:
        return None
    if kind == "text":
        return word
    try:
        return float(word) if kind == "number" else {"true": True, "1": True, "false": False, "0": False}[word.lower()]
    except (ValueError, KeyError) as wrong:
        expected = "a number" if kind == "number" else "true or false"
        raise UnusableInput(
            f"overrides: study {row['study']!r}, flag {row['flag']}: to must be {expected}, or "
            f"{_UNKNOWN}; got {word!r}."
        ) from wrong
