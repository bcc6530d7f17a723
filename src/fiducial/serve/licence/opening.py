"""The licence of a store, for whoever installs one or looks at it beside a running service."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fiducial.serve.access.opening import opened
from fiducial.serve.licence.licence import read_public_key
from fiducial.serve.licence.shelf import Shelf
from fiducial.serve.licence.standing import Standing, standing


@contextmanager
def open_licences(address: str | Path, key: Path, *, create: bool = False) -> Iterator[Shelf]:
    """``address``: of the store. ``key``: the public key of who issues licences, PEM.

    Raises:
        UnusableInput: there is no store, or it cannot be opened.
        WrongUsage: the key is none.
    """
    issuer = read_public_key(key)
    with opened(address, create=create) as database:
        yield Shelf(database, issuer)


def show_licence(shelf: Shelf, pipeline: str | None = None) -> Standing:
    """How the licence of a store stands; for a pipeline, or for any that it names."""
    found = shelf.newest()
    named = pipeline or (found.claims.features[0] if found else "")
    return standing(found, named, shelf.moment())
