"""The files of a bundle, whichever of its three forms it has: a folder, a packed file, a sealed one."""

from collections.abc import Mapping
from pathlib import Path

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.models.contents import verify
from fiducial.models.folder import read_folder
from fiducial.models.keyholders.contract import Keyholder
from fiducial.models.packed import read_archive, read_packed
from fiducial.models.sealed import is_sealed, open_sealed


def read_files(path: Path, keyholder: Keyholder | None = None) -> Mapping[str, bytes | memoryview]:
    """Name to bytes. A sealed bundle is opened into memory alone; without a seal the keyholder is not asked.

    Raises:
        UnusableInput: there is no bundle, or one that is damaged or was sealed with another key.
        WrongUsage: it is sealed and no keyholder was named.
    """
    if path.is_dir():
        return read_folder(path)
    if not path.is_file():
        raise UnusableInput(f"{path}: there is no such file or folder. Name a bundle.")
    if not is_sealed(path):
        return read_packed(path)
    if keyholder is None:
        raise WrongUsage(f"{path}: is sealed. Say where its key lies: --key env:VARIABLE, file:PATH or keyring:S/NAME.")
    return read_archive(open_sealed(path, keyholder), str(path))


def verify_bundle(path: Path, keyholder: Keyholder | None = None) -> tuple[str, ...]:
    """One sentence for every file that is not as it was packed. Raises as ``read_files``, and without contents.json."""
    return verify(read_files(path, keyholder), str(path))
