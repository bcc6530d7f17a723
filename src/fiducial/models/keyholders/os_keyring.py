"""Keyholder: the operating system's keyring (Keychain, Credential Locker, Secret Service), by the package keyring."""

from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import ClassVar

from fiducial.errors import WrongUsage
from fiducial.models.keyholders.local_key import LocalKey


@dataclass(frozen=True, slots=True)
class OsKeyring(LocalKey):
    """``keyring:fiducial/stroke``: the password of the name ``stroke`` in the service ``fiducial``."""

    name: ClassVar[str] = "keyring"
    says: ClassVar[str] = "keyring:SERVICE/NAME: the operating system's keyring (needs fiducial[keyring])"

    place: str
    service: str = field(init=False)
    user: str = field(init=False)

    def __post_init__(self) -> None:
        service, slash, user = self.place.rpartition("/")
        if not (service and slash and user):
            raise WrongUsage(f"{self.where()}: a key in the keyring is named keyring:SERVICE/NAME.")
        object.__setattr__(self, "service", service)
        object.__setattr__(self, "user", user)

    def where(self) -> str:
        """As it is written on the command line."""
        return f"keyring:{self.place}"

    def read(self) -> str:
        """Raises WrongUsage where keyring is not installed, has nothing to ask, or holds no such key."""
        keyring = _installed()
        try:
            text: str | None = keyring.get_password(self.service, self.user)
        except keyring.errors.KeyringError as refused:
            raise WrongUsage(
                f"{self.where()}: the keyring does not answer: {refused} Unlock it, or keep the key in a file: "
                "`fiducial bundle key --out FILE`."
            ) from refused
        if not text:
            raise WrongUsage(
                f"{self.where()}: the keyring holds no such key. Put it there with `keyring set {self.service} "
                f"{self.user}`; `fiducial bundle key` makes a new one."
            )
        return text


def _installed() -> ModuleType:
    try:
        return import_module("keyring")
    except ImportError as absent:
        raise WrongUsage(
            "keyring: needs the package keyring. Install it with `pip install 'fiducial[keyring]'`, or name an "
            "environment variable (env:VARIABLE) or a file (file:PATH)."
        ) from absent
