"""When a box finds a lesion: what overlap is enough, and what becomes of marks and images that cannot be counted.

``iou:0.5``: intersection over union. ``iobb:0.5``: intersection over the area of the model's box (IoBB; Wang et al.
2017, CVPR, arXiv:1705.02315), for small marks in wide outlines. ``centre``: the middle of the model's box lies in the
lesion's.
"""

from dataclasses import dataclass
from typing import Literal

from fiducial.files.names import did_you_mean

Rule = Literal["iou", "iobb", "centre"]
Repeats = Literal["false-positive", "ignored"]
Undrawn = Literal["refuse", "leave-out"]
RULES: tuple[Rule, ...] = ("iou", "iobb", "centre")


@dataclass(frozen=True, slots=True)
class Overlap:
    """``at``: the least share that counts, above 0 up to 1; of no consequence for ``centre``."""

    rule: Rule = "iou"
    at: float = 0.5

    def __str__(self) -> str:
        """As a claim writes it."""
        return self.rule if self.rule == "centre" else f"{self.rule}:{self.at:g}"

    @property
    def least(self) -> float:
        """The least share that counts; any at all around a centre."""
        return 0.0 if self.rule == "centre" else self.at

    @property
    def words(self) -> str:
        """For a sentence."""
        return {
            "iou": f"IoU of at least {self.at:g}",
            "iobb": f"at least {self.at:g} of the mark inside the lesion's box",
            "centre": "the mark's centre inside the lesion's box",
        }[self.rule]


def parse_overlap(text: str) -> Overlap:
    """Read ``iou:0.5``, ``iobb:0.25`` or ``centre``.

    Raises:
        ValueError: saying what was found and what may stand there.
    """
    name, colon, share = text.partition(":")
    rule = next((known for known in RULES if known == name), None)
    if rule is None:
        raise ValueError(f"unknown overlap {text!r}.{did_you_mean(name, RULES)} There are: iou:0.5, iobb:0.5, centre")
    if rule == "centre":
        if colon:
            raise ValueError(f"centre takes no share, got {text!r}: the middle of a box lies inside or it does not")
        return Overlap(rule)
    try:
        at = float(share)
    except ValueError:
        at = float("nan")
    if not 0 < at <= 1:
        raise ValueError(f"{rule} needs a share above 0 up to 1 (for example {rule}:0.5), got {text!r}")
    return Overlap(rule, at)


@dataclass(frozen=True, slots=True)
class Counting:
    """How marks are counted.

    ``repeats``: a second mark on a found lesion is a false positive (COCO, PASCAL VOC) or of no consequence (LUNA16).
    ``undrawn``: ill images without a reference box are refused, or left out of what is counted by lesion.
    """

    overlap: Overlap = Overlap()
    repeats: Repeats = "false-positive"
    undrawn: Undrawn = "refuse"
