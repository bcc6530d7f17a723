"""The worklist as people look at it: what is left to read, filtered, searched, a page at a time."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, func, or_, select

from fiducial.claims.catalogue.entry import Urgency
from fiducial.serve.database.opening import Database
from fiducial.serve.database.schema import EVENTS, STUDIES
from fiducial.serve.studies import StudyRow, StudyState

PAGE = 50  # rows
S = STUDIES.c


_SEARCHED = (S.patient_name, S.patient_id, S.description, S.body_part, S.uid)


class Showing(StrEnum):
    """Which studies: those that nobody has reviewed, those that somebody has, or all."""

    UNREAD = "unread"
    READ = "read"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class View:
    """What somebody wants to see. ``text``: part of a name, a patient ID, a description or a UID."""

    show: Showing = Showing.UNREAD
    state: StudyState | None = None
    urgency: Urgency | None = None
    modality: str | None = None
    text: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the worklist. ``more``: whether there is another one behind it."""

    rows: list[StudyRow]
    more: bool


def list_studies(database: Database, view: View) -> Listed:
    """The most urgent first; of the same priority the one that waits longest."""
    order = (S.place.nulls_last(), S.received)
    asked = _filtered(select(STUDIES), view, is_sqlite=database.is_sqlite).order_by(*order)
    asked = asked.limit(PAGE + 1).offset((max(view.page, 1) - 1) * PAGE)
    with database.reading() as connection:
        rows = connection.execute(asked).mappings().all()
    return Listed([StudyRow(**row) for row in rows[:PAGE]], len(rows) > PAGE)


def next_unread(database: Database, uid: str) -> str | None:
    """What to open next: the first of the worklist that nobody has reviewed, but this one."""
    asked = select(S.uid).where(S.review.is_(None), S.uid != uid).order_by(S.place.nulls_last(), S.received).limit(1)
    with database.reading() as connection:
        return connection.execute(asked).scalar()


def count_unread(database: Database) -> dict[str, int]:
    """Urgency -> how many studies nobody has reviewed; ``""`` of those that nothing is known of yet."""
    asked = select(S.urgency, func.count()).where(S.review.is_(None)).group_by(S.urgency)
    with database.reading() as connection:
        return {urgency or "": int(count) for urgency, count in connection.execute(asked)}


def known_modalities(database: Database) -> list[str]:
    """Those that there are studies of; each is found by one step through the index."""
    found: list[str] = []
    with database.reading() as connection:
        while (following := connection.execute(_behind(found)).scalar()) is not None:
            found.append(str(following))
    return found


def newest_event(database: Database) -> int:
    """The number of the last thing that happened: what changed since, changed the worklist."""
    with database.reading() as connection:
        return int(connection.execute(select(func.max(EVENTS.c.number))).scalar() or 0)


def _behind(found: list[str]) -> Select[tuple[str]]:
    asked = select(func.min(S.modality))
    return asked.where(S.modality > found[-1]) if found else asked


def _filtered(asked: Select[tuple[object, ...]], view: View, *, is_sqlite: bool) -> Select[tuple[object, ...]]:
    wanted: list[ColumnElement[bool]] = []
    if view.show is Showing.UNREAD:
        wanted.append(S.review.is_(None))
    elif view.show is Showing.READ:
        wanted.append(S.review.is_not(None))
    for column, value in ((S.state, view.state), (S.urgency, view.urgency), (S.modality, view.modality)):
        if value is not None:
            wanted.append(column == value)
    wanted += [_holds(word, is_sqlite=is_sqlite) for word in view.text.split()]
    return asked.where(*wanted)


def _holds(word: str, *, is_sqlite: bool) -> ColumnElement[bool]:
    """The word stands somewhere, in small or large letters, which SQLite does not tell apart anyway."""
    if is_sqlite:
        return or_(*(column.contains(word, autoescape=True) for column in _SEARCHED))
    return or_(*(column.icontains(word, autoescape=True) for column in _SEARCHED))
