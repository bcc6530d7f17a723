"""The settings of a store that a service has begun, for whoever looks at them or changes them from outside."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select

from fiducial.errors import UnusableInput
from fiducial.serve.database.opening import open_database
from fiducial.serve.database.schema import SETTINGS
from fiducial.serve.settings.declared import THRESHOLD, Catalogue, Declared
from fiducial.serve.settings.revisions import Revisions


@contextmanager
def open_settings(address: str | Path) -> Iterator[Revisions]:
    """``address``: of the store, or the path of its SQLite file. Thresholds are those that the service has made.

    Raises:
        UnusableInput: nobody has begun a store there, or it cannot be opened.
    """
    if "://" not in str(address) and not Path(address).exists():
        raise UnusableInput(f"{address}: there is no store. `fiducial serve` makes one; name its folder with --data.")
    database = open_database(address)
    try:
        with database.reading() as connection:
            names = connection.execute(select(SETTINGS.c.name).distinct().order_by(SETTINGS.c.name)).scalars().all()
        made = [name for name in names if name.startswith(THRESHOLD)]
        yield Revisions(database, Catalogue(Declared(name, 0.5, f"a threshold of the rules: {name}") for name in made))
    finally:
        database.close()
