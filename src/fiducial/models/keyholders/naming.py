"""From words on the command line to a keyholder: ``env:FIDUCIAL_KEY``, ``file:/path``, ``keyring:service/name``."""

from fiducial import plugins
from fiducial.errors import WrongUsage
from fiducial.models.keyholders.contract import Keyholder


def open_keyholder(words: str) -> Keyholder:
    """The keyholder of ``NAME:REST``, built in or a plugin's; no key is read yet.

    Raises:
        WrongUsage: there is no colon, or no keyholder of that name.
    """
    name, colon, rest = words.partition(":")
    if not (name and colon and rest):
        forms = "env:VARIABLE, file:PATH, keyring:SERVICE/NAME"
        # The words may be the key itself, so they are not shown.
        raise WrongUsage(f"a key is named by where it lies, never given itself: {forms}, or a plugin's NAME:REST.")
    keyholder: Keyholder = plugins.load("keyholders", name)(rest)
    return keyholder
