"""Who may send: AE titles and the networks that they may call from."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self

from fiducial.errors import WrongUsage

ANYBODY = "*"
_TITLE = re.compile(r"^[\x21-\x5b\x5d-\x7e](?:[\x20-\x5b\x5d-\x7e]{0,14}[\x21-\x5b\x5d-\x7e])?$")  # PS3.5 6.2, VR AE


@dataclass(frozen=True, slots=True)
class Allowed:
    """One line of the list. ``title``: an AE title, or ``*``. ``network`` None: from wherever."""

    title: str
    network: IPv4Network | IPv6Network | None = None

    @classmethod
    def parse(cls, told: str) -> Self:
        """``AET``, ``AET@10.1.2.3``, ``AET@10.1.0.0/16`` or ``*`` in the place of the title.

        Raises:
            WrongUsage: it is none of these.
        """
        title, at, network = told.partition("@")
        if title != ANYBODY:
            check_title(title)
        try:
            return cls(title, ip_network(network) if at else None)
        except ValueError as wrong:
            raise WrongUsage(
                f"{told!r}: {network!r} is no address or network ({wrong}). Expected AET@10.1.2.3 or AET@10.1.0.0/16."
            ) from None

    def covers(self, address: str) -> bool:
        """Whether calls from that address may be meant."""
        caller = ip_address(address)
        if isinstance(caller, IPv6Address) and caller.ipv4_mapped is not None:  # as a socket for both tells of IPv4
            caller = caller.ipv4_mapped
        return self.network is None or caller in self.network

    def admits(self, title: str, address: str) -> bool:
        """Whether that AE title may call from that address."""
        return self.title in {ANYBODY, title} and self.covers(address)


def check_title(title: str) -> None:
    """Nothing for an AE title of 1 to 16 characters.

    Raises:
        WrongUsage: it is none.
    """
    if not _TITLE.match(title):
        raise WrongUsage(f"{title!r} is no AE title. Expected 1 to 16 ASCII characters without a backslash.")


def admits(allowed: Sequence[Allowed], title: str, address: str) -> bool:
    """Whether anybody on the list is meant; an empty list admits everybody."""
    return not allowed or any(one.admits(title, address) for one in allowed)


def covers(allowed: Sequence[Allowed], address: str) -> bool:
    """Whether anybody may call from that address."""
    return not allowed or any(one.covers(address) for one in allowed)
