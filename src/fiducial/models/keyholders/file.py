"""Keyholder: a file that its owner alone can read."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.models.keyholders.local_key import LocalKey, new_key

_MOST = 4096  # characters; a key file has 65
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class File(LocalKey):
    """``file:/etc/fiducial/key``; refused where the group or the world may read or write it."""

    name: ClassVar[str] = "file"
    says: ClassVar[str] = "file:PATH: a file with 64 hexadecimal digits that its owner alone can read"

    path: str

    def where(self) -> str:
        """As it is written on the command line."""
        return f"file:{self.path}"

    def read(self) -> str:
        """Raises WrongUsage where there is no such file, UnusableInput where others may read it."""
        try:
            with Path(self.path).open(encoding="utf-8", errors="replace") as stream:
                # Windows has no such bits; there the folder's access list decides.
                if os.name == "posix" and os.fstat(stream.fileno()).st_mode & _OTHERS:
                    raise UnusableInput(
                        f"{self.where()}: others than its owner may read or write this key. Run "
                        f"`chmod 600 {self.path}`, and make a new key if strangers use this machine."
                    )
                return stream.read(_MOST)
        except OSError as refused:
            raise WrongUsage(
                f"{self.where()}: the key cannot be read ({refused.strerror}). Name the file of the bundle's key; "
                "`fiducial bundle key --out FILE` makes a new one."
            ) from refused


def write_new_key(path: Path) -> "File":
    """A fresh key in a new file that its owner alone can read. Raises WrongUsage where something stands there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)  # a key is never overwritten
    except OSError as refused:
        raise WrongUsage(
            f"{path}: a new key cannot be written there ({refused.strerror}). Give a name that is free; a key that is "
            "overwritten is lost, and all that was sealed with it."
        ) from refused
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(new_key() + "\n")
    return File(str(path))
