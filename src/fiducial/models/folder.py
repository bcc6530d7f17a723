"""A bundle as a folder: which files it holds, each read when it is asked for."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fiducial.errors import UnusableInput
from fiducial.models.names import refuse_names, refuse_without_manifest


@dataclass(frozen=True, slots=True)
class FolderFiles(Mapping[str, bytes]):
    """Names with ``/`` on every system, sorted."""

    folder: Path
    paths: Mapping[str, Path]

    def __getitem__(self, name: str) -> bytes:
        with self.open(name) as stream:
            return stream.read()

    def __iter__(self) -> Iterator[str]:
        return iter(self.paths)

    def __len__(self) -> int:
        return len(self.paths)

    def open(self, name: str) -> IO[bytes]:
        """The file's bytes as a stream; raises UnusableInput where it cannot be read."""
        path = self.paths[name]
        try:
            return path.open("rb")
        except OSError as refused:
            raise UnusableInput(
                f"{path}: cannot be read ({refused.strerror}). Ask for the right to read it."
            ) from refused


def read_folder(folder: Path) -> FolderFiles:
    """List a bundle's folder. Hidden files (``.DS_Store``, ``.git``) are no part of it.

    Raises:
        UnusableInput: no ``bundle.toml``, a symbolic link or another thing that is no file, or a name to refuse.
    """
    try:
        paths = {path.relative_to(folder).as_posix(): path for path in _walk(folder)}
    except OSError as refused:
        raise UnusableInput(
            f"{folder}: cannot be listed ({refused.strerror}). Name the folder of a bundle."
        ) from refused
    refuse_names(paths, str(folder))
    refuse_without_manifest(paths, str(folder))
    return FolderFiles(folder, {name: paths[name] for name in sorted(paths)})


def _walk(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as found:
        entries = list(found)
    for entry in entries:
        if entry.name.startswith("."):
            continue
        path = Path(entry.path)
        if entry.is_symlink() or not (entry.is_file() or entry.is_dir()):
            raise UnusableInput(
                f"{path}: is a symbolic link or no file. A bundle holds files alone: put a copy of the file there."
            )
        if entry.is_dir():
            yield from _walk(path)
        else:
            yield path
