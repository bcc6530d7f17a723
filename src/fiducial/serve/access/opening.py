"""The tokens and the audit log of a store, for whoever looks at them or changes them beside a running service."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from fiducial.errors import UnusableInput
from fiducial.files.writing import replacing
from fiducial.serve.access.ledger import Ledger
from fiducial.serve.access.tokens import Tokens
from fiducial.serve.database.opening import Database, open_database


@contextmanager
def open_tokens(address: str | Path, *, create: bool = False) -> Iterator[Tokens]:
    """``address``: of the store, or the path of its SQLite file. ``create``: make a store where there is none.

    Raises:
        UnusableInput: there is no store, or it cannot be opened.
    """
    with opened(address, create=create) as database:
        yield Tokens(database)


@contextmanager
def open_ledger(address: str | Path) -> Iterator[Ledger]:
    """The audit log of a store.

    Raises:
        UnusableInput: there is no store, or it cannot be opened.
    """
    with opened(address) as database:
        yield Ledger(database)


def export_ledger(ledger: Ledger, out: Path, *, study: str | None = None) -> int:
    """Write every entry, or those of one study, as JSON a line; gives how many.

    Raises:
        UnusableInput: the file cannot be written.
    """
    count = after = 0
    with replacing(out) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        while page := ledger.read(after=after, study=study):
            file.writelines(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in page)
            count, after = count + len(page), page[-1].number
    return count


@contextmanager
def opened(address: str | Path, *, create: bool = False) -> Iterator[Database]:
    """A store, closed at the end. ``create``: make one where there is none.

    Raises:
        UnusableInput: there is no store, or it cannot be opened.
    """
    if "://" not in str(address) and not Path(address).exists():
        if not create:
            raise UnusableInput(
                f"{address}: there is no store. `fiducial serve` makes one; name its folder with --data."
            )
        Path(address).parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # as production wants it
    database = open_database(address)
    try:
        yield database
    finally:
        database.close()
