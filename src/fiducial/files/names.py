"""What files and columns may be called: the nearest known name to one that was mistyped, and endings of tables."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from fiducial.errors import WrongUsage


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`` Did you mean 'score'?`` or nothing, ready to be put after a sentence."""
    near = nearest(name, known)
    return f" Did you mean {near!r}?" if near else ""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like this one; None where none is near."""
    return next(iter(get_close_matches(name, list(known), n=1, cutoff=0.7)), None)


def refuse_other_endings(path: Path) -> None:
    """Raises WrongUsage unless a table can be written under this name; ask before the work, not after it."""
    if path.suffix not in {".csv", ".parquet"}:
        raise WrongUsage(f"{path}: a table is written as .parquet or .csv; name it so.")
