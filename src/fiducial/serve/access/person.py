"""Who asks: a name for the record, and the roles that say what is allowed."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from fiducial.errors import WrongUsage


class Role(StrEnum):
    """``reader`` sees studies and overrides; ``admin`` changes the service; ``auditor`` sees who did what.

    ``sender`` only sends studies in: a scanner's token that is stolen shows nobody anything.
    """

    READER = "reader"
    ADMIN = "admin"
    AUDITOR = "auditor"
    SENDER = "sender"


@dataclass(frozen=True, slots=True)
class Person:
    """``name``: as it stands in the record of who saw, changed and overrode what."""

    name: str
    roles: frozenset[Role]

    def may(self, role: Role) -> bool:
        """Whether the person holds this role."""
        return role in self.roles


LOCAL = Person("local", frozenset(Role))  # whoever sits at a machine whose service listens to nobody else
SERVICE = "service"  # the name, in the record, of what nobody asked for


def roles_of(words: Iterable[str]) -> frozenset[Role]:
    """Roles by their words.

    Raises:
        WrongUsage: a word that is no role.
    """
    found = list(words)
    unknown = [word for word in found if word not in set(Role)]
    if unknown:
        raise WrongUsage(f"there is no role {unknown[0]!r}. There are: {', '.join(Role)}.")
    return frozenset(Role(word) for word in found)


def words_of(roles: Iterable[Role]) -> str:
    """Roles as they are stored: words with blanks between."""
    return " ".join(sorted(roles))
