"""What a look knows about the seal that it looks under; the rung ``seal`` and the ladder's cap read nothing else."""

from dataclasses import dataclass

BROKEN = "The seal is broken"


@dataclass(frozen=True, slots=True)
class Sealed:
    """``looks``: all that were begun, this one included. ``different``: those that did not ask the same again.

    ``doubts``: why no result can be shown. ``tuned``: what was fitted, and on what. ``tuned_on_judged``: what was
    fitted on studies that are judged. Neither clock times nor names: they stand in the ledger.
    """

    studies: int  # judged ones
    looks: int = 1
    different: int = 1
    unfinished: int = 0
    seals: int = 1
    doubts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    tuned: tuple[str, ...] = ()
    tuned_on_judged: tuple[str, ...] = ()

    @property
    def reservation(self) -> str | None:
        """What every rung has to say where the seal does not hold."""
        if not self.doubts:
            return None
        more = f" (and {len(self.doubts) - 1} more: see the rung seal)" if len(self.doubts) > 1 else ""
        return f"{BROKEN}, so the figures show nothing: {self.doubts[0]}{more}."
