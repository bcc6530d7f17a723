"""Which names the files of a bundle may have: inside its folder, and the same file on every system."""

import unicodedata
from collections.abc import Iterable

from fiducial.errors import UnusableInput

MANIFEST = "bundle.toml"
CONTENTS = "contents.json"


def refuse_names(names: Iterable[str], where: str) -> None:
    """Raises UnusableInput for a name that leaves the folder, comes twice, or differs from another in case only."""
    seen: dict[str, str] = {}
    for name in names:
        _refuse_leaving(name, where)
        # macOS takes both spellings of an accented letter for one name, Windows and macOS both cases of any letter.
        plain = unicodedata.normalize("NFC", name).casefold()
        if plain in seen:
            raise UnusableInput(_collision(seen[plain], name, where))
        seen[plain] = name


def refuse_without_manifest(names: Iterable[str], where: str) -> None:
    """Raises UnusableInput where there is no manifest: whatever it is, it is no bundle."""
    if MANIFEST not in names:
        raise UnusableInput(f"{where}: is not a bundle: it holds no {MANIFEST}. Name the folder that holds it.")


def _refuse_leaving(name: str, where: str) -> None:
    parts = name.split("/")
    stays = all(part.strip(" .") for part in parts)  # neither empty nor . nor .., with blanks or without
    if not stays or set(name) & set('\\:*?"<>|') or not name.isprintable():
        raise UnusableInput(
            f"{where}: the file name {name!r} is refused: it could leave the bundle's folder, or not be kept on every "
            "system. Use letters, digits, - _ and . in parts joined by /."
        )


def _collision(first: str, second: str, where: str) -> str:
    if first == second:
        return f"{where}: holds {first!r} twice, so nobody can say which is meant. Pack the bundle again."
    return f"{where}: {first!r} and {second!r} are one file on some systems. Rename one of them."
