"""Who was lost at which step of a selection, and whether that looks like selection bias."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fiducial.cohort.checks.words import counted, first_few, percent
from fiducial.cohort.compare import Difference, Loudness


@dataclass(frozen=True, slots=True)
class Loss:
    """Dropped against kept rows of one step (or of all); ``differences`` are dropped minus kept.

    ``by_design``: the columns that the step itself chose by; a difference there is what was wanted.
    """

    step: str
    dropped: int
    kept: int
    differences: tuple[Difference, ...]
    by_design: tuple[str, ...] = ()

    @property
    def loud(self) -> dict[Loudness, list[Difference]]:
        """The differences that nobody asked for, by how loud they are."""
        unwanted = [one for one in self.differences if not self.designed(one)]
        return {level: [one for one in unwanted if one.loudness is level] for level in Loudness}

    @property
    def loudness(self) -> Loudness:
        """The loudest difference that nobody asked for."""
        return next((level for level, found in self.loud.items() if found), Loudness.ALIKE)

    def designed(self, one: Difference) -> bool:
        """Whether the step chose by this very variable."""
        return one.variable.removesuffix(" missing") in self.by_design

    @property
    def sentence(self) -> str:
        """The step and :attr:`found`."""
        return f"{self.step}: {self.found}"

    @property
    def found(self) -> str:
        """For a reader without statistics: who was lost here, and how they differ from those who were kept."""
        if not self.dropped:
            return "nobody was lost."
        share = percent(self.dropped / (self.dropped + self.kept))
        head = f"{counted(self.dropped, 'row')} lost ({share})."
        loud = self.loud
        said = [
            f"{level[0].upper()}{level[1:]}: {first_few((one.told('lost', 'kept') for one in loud[level]), 4)}."
            for level in (Loudness.LIKELY_BIAS, Loudness.WORTH_A_LOOK, Loudness.CANNOT_TELL)
            if loud[level]
        ]
        if not said:
            compared = [one for one in self.differences if not self.designed(one)]
            alike = f"in {counted(len(compared), 'variable')}" if compared else "as far as the table shows"
            return f"{head} Those lost look like those kept {alike}."
        return " ".join([head, *said])

    def document(self) -> dict[str, Any]:
        """The loss as JSON carries it."""
        return {
            "step": self.step,
            "dropped": self.dropped,
            "kept": self.kept,
            "loudness": str(self.loudness),
            "sentence": self.sentence,
            "by_design": list(self.by_design),
            "differences": [one.document() for one in self.differences],
        }


def loudest(losses: Iterable[Loss]) -> Loudness:
    """The loudest of some losses."""
    return min((loss.loudness for loss in losses), key=list(Loudness).index, default=Loudness.ALIKE)
