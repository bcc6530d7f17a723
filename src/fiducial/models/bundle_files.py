"""The files of a bundle, wherever they lie: a folder, or one file in memory; asked for by name, read once."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from fiducial.errors import UnusableInput
from fiducial.models.graph import Content


class FolderFiles(Mapping[str, Content]):
    """The files below a folder, by their path relative to it; hidden ones are passed by."""

    def __init__(self, folder: Path) -> None:
        """Names are listed now, contents read when asked for."""
        self._folder = folder
        self._names = sorted(
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*")
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        )

    def __getitem__(self, name: str) -> bytes:
        """The bytes of one file."""
        if name not in self._names:
            raise KeyError(name)
        return (self._folder / name).read_bytes()

    def __iter__(self) -> Iterator[str]:
        """Names in order."""
        return iter(self._names)

    def __len__(self) -> int:
        """How many files."""
        return len(self._names)


def required(files: Mapping[str, Content], name: str, *, where: str) -> Content:
    """The content of a file that the manifest names.

    Raises:
        UnusableInput: the bundle does not hold it.
    """
    try:
        return files[name]
    except KeyError:
        raise UnusableInput(f"{where}: holds no {name!r}. It holds: {', '.join(files)}.") from None
