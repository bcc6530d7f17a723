"""Keyholder: an environment variable."""

import os
from dataclasses import dataclass
from typing import ClassVar

from fiducial.errors import WrongUsage
from fiducial.models.keyholders.local_key import LocalKey


@dataclass(frozen=True, slots=True)
class Environment(LocalKey):
    """``env:FIDUCIAL_KEY``: visible to this user's processes, and to nobody who only has the disk."""

    name: ClassVar[str] = "env"
    says: ClassVar[str] = "env:VARIABLE: an environment variable with 64 hexadecimal digits"

    variable: str

    def where(self) -> str:
        """As it is written on the command line."""
        return f"env:{self.variable}"

    def read(self) -> str:
        """Raises WrongUsage where the variable is not set."""
        text = os.environ.get(self.variable)
        if not text:
            raise WrongUsage(
                f"{self.where()}: the environment variable {self.variable!r} is not set. Set it to the key of the "
                "bundle, 64 hexadecimal digits; `fiducial bundle key` makes a new one."
            )
        return text
