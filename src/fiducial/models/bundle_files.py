"""What a manifest names must lie in its bundle."""

from collections.abc import Mapping

from fiducial.errors import UnusableInput
from fiducial.models.graph import Content


def required(files: Mapping[str, Content], name: str, *, where: str) -> Content:
    """The content of a file that the manifest names.

    Raises:
        UnusableInput: the bundle does not hold it.
    """
    try:
        return files[name]
    except KeyError:
        raise UnusableInput(f"{where}: holds no {name!r}. It holds: {', '.join(files)}.") from None
