"""Every installed keyholder, and a key service of somebody else's that never gives its key away."""

from collections.abc import Callable
from pathlib import Path

import pytest

from fiducial.models.keyholders.contract import Keyholder
from fiducial.models.keyholders.environment import Environment
from fiducial.models.keyholders.file import File
from fiducial.models.keyholders.naming import open_keyholder
from fiducial.models.keyholders.os_keyring import OsKeyring
from fiducial.models.sealed import unseal
from fiducial.models.sealing import rotate_bundle
from models.keyholders.laws import obeys_the_laws, shows_no_key
from models.on_disk import HOLDER, KEY, OTHER, OTHER_KEY, sealed_in
from outsiders import installed

SERVICE = """
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fiducial.errors import UnusableInput
import os

KEYS = {}  # what only the service knows

class Member:
    name = "cloud"
    says = "cloud:ADDRESS: the key service of a hospital"

    def __init__(self, address):
        self.address = address
        self._service = KEYS.setdefault(address, AESGCM(os.urandom(32)))

    def key_id(self):
        return f"cloud:{self.address}"

    def wrap(self, data_key):
        nonce = os.urandom(12)
        return nonce + self._service.encrypt(nonce, data_key, None)

    def unwrap(self, wrapped):
        try:
            return self._service.decrypt(wrapped[:12], wrapped[12:], None)
        except InvalidTag as refused:
            raise UnusableInput("the service refuses it") from refused
"""


def in_files(folder: Path) -> tuple[Keyholder, Keyholder]:
    made = []
    for name, key in (("key", KEY), ("other", OTHER_KEY)):
        (folder / name).write_text(key + "\n")
        (folder / name).chmod(0o600)
        made.append(File(str(folder / name)))
    return made[0], made[1]


def in_variables(_: Path) -> tuple[Keyholder, Keyholder]:
    return HOLDER, OTHER


def in_the_keyring(_: Path) -> tuple[Keyholder, Keyholder]:
    return OsKeyring("fiducial/test"), OsKeyring("fiducial/other")


@pytest.mark.usefixtures("keyring_of_the_test")
@pytest.mark.parametrize("kept", [in_files, in_variables, in_the_keyring])
def test_every_keyholder_obeys_the_laws(tmp_path: Path, kept: Callable[[Path], tuple[Keyholder, Keyholder]]) -> None:
    keyholder, other = kept(tmp_path)
    obeys_the_laws(keyholder, other)
    shows_no_key(keyholder, KEY)


@pytest.mark.usefixtures("keyring_of_the_test")
def test_one_key_opens_wherever_it_lies(tmp_path: Path) -> None:
    sealed = sealed_in(tmp_path)
    for keyholder in (in_files(tmp_path)[0], Environment(HOLDER.variable), OsKeyring("fiducial/test")):
        assert unseal(sealed, keyholder)


def test_a_key_service_of_somebody_elses_takes_over_a_bundle(tmp_path: Path) -> None:
    sealed = sealed_in(tmp_path)
    before = unseal(sealed, HOLDER)
    with installed(tmp_path, "keyholders", "cloud", SERVICE):
        service = open_keyholder("cloud:eu/key-7")
        obeys_the_laws(service, open_keyholder("cloud:eu/key-8"))
        rotate_bundle(sealed, HOLDER, service)
        assert unseal(sealed, service) == before
