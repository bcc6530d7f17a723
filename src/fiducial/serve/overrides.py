"""What readers say of a decision: that it is right, or what of it is not, and why. Kept, decided again, told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import Connection, insert, select, update

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.names import refuse_other_endings
from fiducial.files.tables import write_table
from fiducial.rules.decision import Decision
from fiducial.rules.facts import Plain
from fiducial.rules.overrides import Override, as_word, overrides_frame, parsed
from fiducial.rules.overriding import flag_of, overridden
from fiducial.serve.database.opening import Database, open_database
from fiducial.serve.database.schema import JOBS, OVERRIDES, STUDIES
from fiducial.serve.deciding import decisions_again, priority_again
from fiducial.serve.errors import Refused
from fiducial.serve.events import Event, write_event
from fiducial.serve.queue.reading import read_result
from fiducial.serve.studies import StudyState, standing


class Verdict(StrEnum):
    """What a reader thinks of a decision."""

    ACCEPTED = "accepted"
    OVERRIDDEN = "overridden"
    READ = "read"  # without the models, which decided nothing


@dataclass(frozen=True, slots=True)
class Review:
    """A row of the table; ``flag``, ``was``, ``to`` and ``reason`` of an override alone, values as text."""

    number: int
    study: str
    revision: int
    part: str
    reader: str
    at: str
    verdict: str
    flag: str | None
    was: str | None
    to: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """What a reader says of a revision of a study. ``to``: a value, or its word where ``spelled``."""

    revision: int
    part: str
    flag: str
    to: Plain | None
    reason: str
    spelled: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Reviews:
    """The reviews of a store, which has the rules that decide again."""

    database: Database

    def of(self, study: str, revision: int | None = None) -> list[Review]:
        """Everything that was said of a study, or of one of its revisions, in order."""
        return read_reviews(self.database, study, revision)

    def decisions(self, result: Mapping[str, Any]) -> dict[str, Decision]:
        """Part -> its decision as it stands, with every override.

        Raises:
            Refused: the rules have changed since.
        """
        return self._decisions(result, self.of(result["study"], result["revision"]))

    def accept(self, study: str, revision: int, reader: str) -> Verdict:
        """The reader thinks that the decision is right; or has read the study, where nothing was decided about it.

        Raises:
            Refused: it is not answered yet, or another revision than the reader looked at is there now.
        """
        with self.database.writing() as connection:
            result = self._locked(connection, study, revision)
            decided = any(part["decision"] for part in result["parts"])
            verdict = Verdict.ACCEPTED if decided else Verdict.READ
            row = {"study": study, "revision": revision, "part": "", "reader": reader, "at": self._now(connection)}
            connection.execute(insert(OVERRIDES).values(row | {"verdict": verdict}))
            changed = any(one.verdict == Verdict.OVERRIDDEN for one in self.of(study, revision))
            self._mark(connection, study, Verdict.OVERRIDDEN if changed else verdict, reader)
            told = Event(study, verdict, {"revision": revision, "reader": reader, "at": row["at"]})
            write_event(connection, self.database.clock, told)
            return verdict

    def override(self, study: str, said: Said, reader: str) -> Decision:
        """Set one flag right, with a coded reason; everything that rests on it is decided again.

        Raises:
            Refused: nothing was decided, another revision is there now, or the rules have changed since.
            WrongUsage, UnusableInput: no such part, flag, value or reason.
        """
        with self.database.writing() as connection:
            result = self._locked(connection, study, said.revision)
            known = self.of(study, said.revision)
            decisions = self._decisions(result, known)
            before = _part(decisions, said.part)
            made = _override(before, said, reader, self._now(connection))
            after = decisions[said.part] = overridden(before, made)
            kept = after.overrides[-1]
            self._write(connection, study, said, kept)
            self._place(connection, result, decisions)
            self._mark(connection, study, Verdict.OVERRIDDEN, reader)
            told = {"revision": said.revision, "part": said.part, **kept.document()}
            told |= {"conclusions": {name: one.value for name, one in after.conclusions.items()}}
            write_event(connection, self.database.clock, Event(study, Verdict.OVERRIDDEN, told))
            return after

    def _decisions(self, result: Mapping[str, Any], reviews: list[Review]) -> dict[str, Decision]:
        decisions = decisions_again(self.database, result, [])
        for one in reviews:
            if one.verdict == Verdict.OVERRIDDEN and one.part in decisions:
                decision = decisions[one.part]
                decisions[one.part] = overridden(decision, _saved(decision, one))
        return decisions

    def _locked(self, connection: Connection, study: str, revision: int) -> dict[str, Any]:
        """The result of the revision, while nobody else may review the study."""
        asked = select(STUDIES.c.revision, STUDIES.c.state).where(STUDIES.c.uid == study).with_for_update()
        now = connection.execute(asked).first()
        if now is None:
            raise WrongUsage(f"there is no study {study}. GET /studies lists those that there are.")
        if now.revision != revision:
            raise Refused(
                f"The study is at revision {now.revision}, and revision {revision} was reviewed: images came in "
                "between. Open the study again."
            )
        result = read_result(self.database, f"{study}/{revision}")
        if result is None and now.state not in {StudyState.DEAD, StudyState.FAILED}:
            raise Refused("The models have not answered yet. Look again in a moment.")
        return result or {"study": study, "revision": revision, "settings": {}, "parts": []}

    def _write(self, connection: Connection, study: str, said: Said, kept: Override) -> None:
        row = {
            "study": study, "revision": said.revision, "part": said.part, "reader": kept.reader, "at": kept.at,
            "verdict": Verdict.OVERRIDDEN, "flag": kept.flag, "was": as_word(kept.was), "to": as_word(kept.to),
            "reason": kept.reason,
        }  # fmt: skip
        connection.execute(insert(OVERRIDES).values(row))

    def _place(self, connection: Connection, result: Mapping[str, Any], decisions: Mapping[str, Decision]) -> None:
        """Where the study stands in the worklist now, and by when it is to be read."""
        priority = priority_again(result, decisions)
        if priority is None:
            return
        key = f"{result['study']}/{result['revision']}"
        asked = connection.execute(select(JOBS.c.asked).where(JOBS.c.key == key)).scalar_one()
        values = standing(priority, asked)
        connection.execute(update(STUDIES).where(STUDIES.c.uid == result["study"]).values(values))

    def _mark(self, connection: Connection, study: str, verdict: Verdict, reader: str) -> None:
        connection.execute(update(STUDIES).where(STUDIES.c.uid == study).values(review=verdict, reviewer=reader))

    def _now(self, connection: Connection) -> str:
        seconds = self.database.now(connection)
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")


def read_reviews(database: Database, study: str | None = None, revision: int | None = None) -> list[Review]:
    """The reviews of a store, of a study or of one of its revisions, in the order in which they were made."""
    asked = select(OVERRIDES).order_by(OVERRIDES.c.number)
    if study is not None:
        asked = asked.where(OVERRIDES.c.study == study)
    if revision is not None:
        asked = asked.where(OVERRIDES.c.revision == revision)
    with database.reading() as connection:
        return [Review(**row) for row in connection.execute(asked).mappings()]


def export_overrides(address: str | Path, path: str | Path) -> pl.DataFrame:
    """Write the overrides of a service's store as the overrides table, CSV or Parquet; gives its rows.

    ``address``: of the store, or the path of its SQLite file.

    Raises:
        UnusableInput: the store cannot be opened, or the table not be written.
        WrongUsage: ``path`` ends in neither .parquet nor .csv.
    """
    refuse_other_endings(Path(path))
    if "://" not in str(address) and not Path(address).exists():
        raise UnusableInput(f"{address}: there is no store. `fiducial serve` makes one; name its folder with --data.")
    database = open_database(address)
    try:
        reviews = [one for one in read_reviews(database) if one.verdict == Verdict.OVERRIDDEN]
    finally:
        database.close()
    columns = overrides_frame([]).schema
    rows = [[one.part, one.reader, one.at, one.flag, one.was, one.to, one.reason] for one in reviews]
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    write_table(frame, Path(path))
    return frame


def _part(decisions: Mapping[str, Decision], part: str) -> Decision:
    if part not in decisions:
        named = ", ".join(decisions) or "none: no rules were asked of it"
        raise WrongUsage(f"nothing was decided about {part!r}. What was decided about: {named}.")
    return decisions[part]


def _override(decision: Decision, said: Said, reader: str, at: str) -> Override:
    if not said.spelled:
        return Override(said.part, reader, at, said.flag, said.to, said.reason)
    row = {"study": said.part, "reader": reader, "at": at, "flag": said.flag, "to": str(said.to), "reason": said.reason}
    return parsed(row, flag_of(decision.rules, said.flag).kind)


def _saved(decision: Decision, one: Review) -> Override:
    said = Said(one.revision, one.part, str(one.flag), one.to, str(one.reason), spelled=True)
    return _override(decision, said, one.reader, one.at)
