"""What a setting was, is, and who made it so; nothing here is ever changed or deleted, only added."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, func, insert, select

from fiducial.errors import WrongUsage
from fiducial.serve.access.ledger import Deed, write_entry
from fiducial.serve.database.opening import Database
from fiducial.serve.database.schema import SETTINGS
from fiducial.serve.settings.declared import CHOSEN, RULES, Catalogue, Declared, Value

ON_FIRST_START = "fiducial serve"


@dataclass(frozen=True, slots=True)
class Revision:
    """One value that a setting had. ``at``: seconds since 1970."""

    revision: int
    name: str
    value: Value
    author: str
    reason: str
    at: float


@dataclass(frozen=True, slots=True, eq=False)
class Revisions:
    """The settings of a store. ``catalogue``: what there is, and what each may be."""

    database: Database
    catalogue: Catalogue

    def begin(self) -> None:
        """Write the default of every setting that the store has no value for: from then on all come from the store."""
        with self.database.writing() as connection:
            known = set(connection.execute(select(SETTINGS.c.name).distinct()).scalars())
            rows = [
                _row(one, one.default, ON_FIRST_START, "its value when the service first knew it")
                for name, one in self.catalogue.items()
                if name not in known
            ]
            if rows:
                connection.execute(insert(SETTINGS).values(at=self.database.clock.now()), rows)

    def write(self, name: str, value: Value, *, author: str, reason: str) -> Revision:
        """Make a new value of a setting that stands for itself; it counts from the next study on, everywhere.

        Raises:
            WrongUsage: no such setting, a value that it may not be, nobody or no reason named, or a setting that is
                chosen as a whole (``fiducial.serve.work.choosing``).
        """
        if name in CHOSEN:
            raise WrongUsage(f"{name} is opened and tried before it holds; use `fiducial settings set {name} FILE`.")
        self.current()  # what a threshold may be, the rules of now say, whoever chose them
        return self.write_all([(self.catalogue[name], value)], author=author, reason=reason)[0]

    def write_all(self, values: Iterable[tuple[Declared, Value]], *, author: str, reason: str) -> list[Revision]:
        """Make several values at once: all of them hold from the same moment on, or none.

        Raises:
            WrongUsage: a value that a setting may not have, or nobody or no reason named.
        """
        for what, word in (("author", author), ("reason", reason)):
            if not word.strip():
                raise WrongUsage(f"a setting is changed by somebody for a reason; the {what} is empty.")
        rows = [_row(declared, value, author, reason) for declared, value in values]
        with self.database.writing() as connection:
            return [self._written(connection, row) for row in rows]

    def _written(self, connection: Connection, row: dict[str, str]) -> Revision:
        new = insert(SETTINGS).values(row | {"at": self.database.clock.now()}).returning(SETTINGS)
        made = revision_of(connection.execute(new).mappings().one())
        told = {"setting": made.name, "value": made.value, "revision": made.revision, "reason": made.reason}
        write_entry(connection, self.database.clock, Deed("changed a setting", detail=told, who=made.author))
        return made

    def revision(self, name: str, revision: int) -> Revision:
        """A value that a setting had.

        Raises:
            WrongUsage: it never had that revision.
        """
        found = next((one for one in self.history(name) if one.revision == revision), None)
        if found is None:
            raise WrongUsage(f"{name} has no revision {revision}. `fiducial settings history {name}` lists them.")
        return found

    def history(self, name: str) -> list[Revision]:
        """All revisions of a setting, the newest first."""
        self.catalogue[name]
        asked = select(SETTINGS).where(SETTINGS.c.name == name).order_by(SETTINGS.c.revision.desc())
        with self.database.reading() as connection:
            return [revision_of(row) for row in connection.execute(asked).mappings()]

    def current(self) -> dict[str, Revision]:
        """Every setting as it stands now; the catalogue follows the rules that are chosen."""
        newest = select(func.max(SETTINGS.c.revision)).group_by(SETTINGS.c.name)
        with self.database.reading() as connection:
            rows = connection.execute(select(SETTINGS).where(SETTINGS.c.revision.in_(newest))).mappings().all()
        found = {row["name"]: revision_of(row) for row in rows}
        if RULES in found:
            self.catalogue.follow(str(found[RULES].value))
        return {name: found[name] for name in self.catalogue if name in found}


def _row(declared: Declared, value: Value, author: str, reason: str) -> dict[str, str]:
    parsed = declared.parse(value)
    return {"name": declared.name, "value": json.dumps(parsed), "author": author, "reason": reason}


def revision_of(row: RowMapping) -> Revision:
    """A row of the table as a record."""
    columns = {name: row[name] for name in Revision.__dataclass_fields__}
    return Revision(**columns | {"value": json.loads(columns["value"])})
