"""Write to a temporary name, then rename: a reader sees the old file or the new one, never half of one."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fiducial.errors import UnusableInput


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; on success it takes that name, on any error it is removed.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    # Whoever writes may go by the ending, and .nii.gz is one ending.
    ending = "".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=ending)
        os.close(handle)
    except OSError as refused:
        raise UnusableInput(
            f"{path}: cannot be written ({refused.strerror}). Name a folder that you may write to."
        ) from refused
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        _sync(temporary)
        _take_name(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with Unix line ends, all of it or nothing."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def _take_name(temporary: Path, path: Path) -> None:
    try:
        temporary.replace(path)
    except OSError as refused:
        raise UnusableInput(f"{path}: cannot be written ({refused.strerror}). Give a name that is free.") from refused


def _sync(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _umask() -> int:
    # mkstemp makes files that only the owner reads; a report is written like any other file.
    mask = os.umask(0)
    os.umask(mask)
    return mask
