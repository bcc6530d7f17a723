"""Who reads which setting, from where: the record by which a dead line of configuration betrays itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, tuple_

from fiducial.serve.database.opening import Database
from fiducial.serve.database.schema import SETTING_READS


@dataclass(frozen=True, slots=True)
class Read:
    """``consumer``: the code that reads. ``source``: ``store``, or whatever else it takes the value from."""

    name: str
    consumer: str
    source: str
    revision: int | None


def record_reads(database: Database, reads: Iterable[Read]) -> None:
    """Keep the latest read of every consumer from every source."""
    latest = {
        (read.name, read.consumer, read.source): read for read in sorted(reads, key=lambda one: one.revision or 0)
    }
    key = tuple_(SETTING_READS.c.name, SETTING_READS.c.consumer, SETTING_READS.c.source)
    rows = [
        {"name": one.name, "consumer": one.consumer, "source": one.source, "revision": one.revision}
        for one in latest.values()
    ]
    with database.writing(durable=False) as connection:
        connection.execute(delete(SETTING_READS).where(key.in_(list(latest))))
        connection.execute(insert(SETTING_READS).values(at=database.clock.now()), rows)


def all_reads(database: Database) -> list[Read]:
    """Everything on record."""
    columns = [SETTING_READS.c[name] for name in Read.__dataclass_fields__]
    with database.reading() as connection:
        return [Read(*row) for row in connection.execute(select(*columns).order_by(*columns[:3]))]
