"""A keyring of the tests' own: nothing of the machine's is read or written."""

from collections.abc import Iterator

import keyring
import pytest
from keyring.backend import KeyringBackend

from models.on_disk import KEY, OTHER_KEY


class InMemory(KeyringBackend):
    """What a desktop's keyring would hold."""

    priority = 1

    def __init__(self) -> None:
        self.kept = {("fiducial", "test"): KEY, ("fiducial", "other"): OTHER_KEY}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def keyring_of_the_test() -> Iterator[InMemory]:
    before, ours = keyring.get_keyring(), InMemory()
    keyring.set_keyring(ours)
    yield ours
    keyring.set_keyring(before)
