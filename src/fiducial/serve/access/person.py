"""Who asks: a name for the record, and the roles that say what is allowed."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """``reader`` sees studies and overrides; ``admin`` changes the service; ``auditor`` sees who did what."""

    READER = "reader"
    ADMIN = "admin"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Person:
    """``name``: as it stands in the record of who saw, changed and overrode what."""

    name: str
    roles: frozenset[Role]

    def may(self, role: Role) -> bool:
        """Whether the person holds this role."""
        return role in self.roles


LOCAL = Person("local", frozenset(Role))  # whoever sits at a machine whose service listens to nobody else
