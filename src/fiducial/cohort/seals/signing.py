"""Who writes: the name that was said, else the environment's, else the login's, and never nobody's."""

import getpass
import os

from fiducial.errors import WrongUsage

BY = "FIDUCIAL_BY"  # the environment variable that names who seals and looks


def who(by: str | None = None) -> str:
    """The name as the ledger keeps it; one that was only guessed from the login says so.

    Raises:
        WrongUsage: the name is empty, or nobody is named and the system knows no login.
    """
    named = by if by is not None else os.environ.get(BY)
    if named is not None:
        if not named.strip():
            raise WrongUsage(f"the name of who seals or looks is empty. Say --by NAME, or set {BY}.")
        return named.strip()
    try:
        return f"{getpass.getuser()} (login)"
    except (OSError, KeyError, ImportError) as unknown:
        raise WrongUsage(f"nobody is named, and this system knows no login. Say --by NAME, or set {BY}.") from unknown
