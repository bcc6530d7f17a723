"""What a client says that it can take (PS3.18 8.7.5), as far as these doors can choose."""

from collections.abc import Iterable
from dataclasses import dataclass

from python_multipart.multipart import parse_options_header

ANY = "*/*"
_OPTIONS = (b"type", b"transfer-syntax")


@dataclass(frozen=True, slots=True)
class Accepted:
    """One of the kinds that are taken: of the message, of its parts, and their transfer syntax (``*``: any)."""

    kind: str
    of: str = ""
    syntax: str = ""

    @property
    def inner(self) -> str:
        """The kind of an image or frame, be it in a message of several parts or alone."""
        return self.of if self.kind == "multipart/related" else self.kind


def accepted(header: str) -> list[Accepted]:
    """The header, or ``*/*`` where there is none."""
    found = [parse_options_header(one.strip()) for one in (header or ANY).split(",")]
    return [
        Accepted(
            kind.decode("latin-1"),
            *(options.get(name, b"").decode("latin-1") for name in (b"type", b"transfer-syntax")),
        )
        for kind, options in found
    ]


def takes(header: str, kinds: Iterable[str]) -> str | None:
    """The first of our kinds that is taken; None where none is."""
    wanted = [one.kind for one in accepted(header)]
    for kind in kinds:
        general = f"{kind.split('/')[0]}/*"
        if kind in wanted or general in wanted or ANY in wanted:
            return kind
    return None
