"""What can be asked of a detector's boxes without a claim."""

from dataclasses import dataclass

from fiducial.audit.detection.figures import Asked
from fiducial.claims.evidence import CONFIDENCE
from fiducial.claims.overlap import Counting, Repeats, Undrawn, parse_overlap
from fiducial.errors import WrongUsage


@dataclass(frozen=True, slots=True)
class DetectionOptions:
    """``findings``: all that have labels and boxes, where none is named. ``split``: test, where the cohort has splits.

    ``threshold``: of marks, for what is said by image; without one it is the score at ``rate`` false positives an
    image. ``overlap``: ``iou:0.5``, ``iobb:0.5`` or ``centre``. ``repeats``, ``undrawn``: as in
    :class:`~fiducial.claims.overlap.Counting`.
    """

    findings: tuple[str, ...] = ()
    model: str | None = None
    split: str | None = None
    overlap: str = "iou:0.5"
    rate: float = 1.0
    threshold: float | None = None
    repeats: Repeats = "false-positive"
    undrawn: Undrawn = "refuse"
    seed: int = 0
    resamples: int = 2000
    confidence: float = CONFIDENCE

    def __post_init__(self) -> None:
        """Raises WrongUsage where an option is out of its range."""
        if not 0 < self.confidence < 1:
            raise WrongUsage(f"confidence must lie between 0 and 1 (0.95 is usual); got {self.confidence:g}.")
        if not 0 < self.rate < float("inf"):
            raise WrongUsage(f"the rate of false positives an image must be above 0; got {self.rate:g}.")
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            raise WrongUsage(f"the threshold of marks must lie from 0 to 1; got {self.threshold:g}.")
        for name, known in (("repeats", ("false-positive", "ignored")), ("undrawn", ("refuse", "leave-out"))):
            if (given := getattr(self, name)) not in known:
                raise WrongUsage(f"{name} must be {' or '.join(known)}; got {given!r}.")
        try:
            parse_overlap(self.overlap)
        except ValueError as mistake:
            raise WrongUsage(f"overlap: {mistake}.") from mistake

    @property
    def counting(self) -> Counting:
        """How marks are counted."""
        return Counting(parse_overlap(self.overlap), self.repeats, self.undrawn)

    @property
    def asked(self) -> Asked:
        """What is measured."""
        return Asked(self.rate, self.threshold, self.seed, self.resamples, self.confidence)

    def words(self) -> str:
        """What was asked beyond the defaults, as the command line says it."""
        usual, told = type(self)(), ""
        for name in ("model", "split", "overlap", "rate", "threshold", "repeats", "undrawn", "confidence"):
            if (given := getattr(self, name)) != getattr(usual, name):
                told += f" --{name} {given}"
        findings = "".join(f" --finding {one}" for one in self.findings)
        return f"{findings}{told} --seed {self.seed} --resamples {self.resamples}"
