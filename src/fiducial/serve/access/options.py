"""How a service is reached, which decides whether somebody must say who they are."""

from dataclasses import dataclass, field
from ipaddress import ip_address

from fiducial.errors import WrongUsage
from fiducial.serve.access.file import AccessFile
from fiducial.serve.access.tokens import Tokens
from fiducial.serve.database.opening import Database

REMEDY = (
    "Make a token (`fiducial token create NAME --role admin`), or name a provider of identities (--access access.toml)"
)


@dataclass(frozen=True, slots=True)
class AccessOptions:
    """``hosts``: names that a request without a person may be for; None: any, for who calls the application itself.

    ``tls``: browsers reach it over HTTPS, here or at a proxy that the file names.
    """

    host: str = "127.0.0.1"
    tls: bool = False
    file: AccessFile = field(default_factory=AccessFile)
    hosts: frozenset[str] | None = None

    @property
    def loopback(self) -> bool:
        """Whether nobody but this machine can reach it."""
        return is_loopback(self.host)

    def refuse_unnamed(self, database: Database) -> None:
        """Before the doors open.

        Raises:
            WrongUsage: others can reach the service, and nobody could say who they are.
        """
        if not self.loopback and self.file.oidc is None and not Tokens(database).any():
            raise WrongUsage(f"--host {self.host} lets others in, and nobody here has a name. {REMEDY}.")


def is_loopback(host: str) -> bool:
    """Whether an address or name is this machine's own alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
