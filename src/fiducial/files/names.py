"""The nearest known name to one that was mistyped."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`` Did you mean 'score'?`` or nothing, ready to be put after a sentence."""
    near = get_close_matches(name, list(known), n=1, cutoff=0.7)
    return f" Did you mean {near[0]!r}?" if near else ""
