"""Takes words from a terminal and gives words back: parse, call, print. The work is done in the rooms below."""

from fiducial.cli.app import main

__all__ = ["main"]
