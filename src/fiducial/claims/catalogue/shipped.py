"""The catalogue that comes with this package."""

from functools import cache
from importlib.resources import files

from fiducial.claims.catalogue.catalogue import Catalogue
from fiducial.claims.catalogue.entry import Entry
from fiducial.claims.catalogue.reading import read_catalogue

_FILES = ("chest.toml", "bones.toml", "head.toml", "devices.toml")


@cache
def catalogue() -> Catalogue:
    """Every finding and device that ships, read once.

    Raises:
        UnusableInput: a file of it is wrong; our own tests keep it from being so.
    """
    data = files("fiducial.claims.catalogue") / "data"
    return read_catalogue(data / "sources.toml", [data / name for name in _FILES])


def find_finding(name: str, *, layout: str | None = None) -> Entry | None:
    """The finding or device that a name or synonym means, whatever its case and hyphens; None for an unknown one.

    ``layout`` lets the labels of a published data set count as well: ``effusion`` in ``nih14``.
    """
    return catalogue().find(name, layout=layout)
