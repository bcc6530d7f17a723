"""What each start of a training bought, by the share of labels: areas, and differences from one of the starts."""

from dataclasses import dataclass
from typing import Any

from fiducial.claims.ablation import SPLIT, Contrast
from fiducial.claims.charts import Curves, Series
from fiducial.claims.evidence import NOTICE
from fiducial.stats.intervals import Interval

SCHEMA = "fiducial.starts/1"
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Area:
    """``patients``: of the training split whose labels were used; ``judged``: of the tuning split."""

    start: str
    share: float
    finding: str
    patients: int
    judged: int
    auroc: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Starts:
    """``bought``: share and contrast of a start with ``reference``. ``failed``: what -> why it has no result."""

    recipe: str
    recipe_hash: str
    starts: tuple[str, ...]
    reference: str
    shares: tuple[float, ...]
    seeds: tuple[int, ...]
    resamples: int
    confidence: float
    areas: tuple[Area, ...]
    bought: tuple[tuple[float, Contrast], ...]
    failed: dict[str, str]
    notes: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0, or 5 where something has no result."""
        return 5 if self.failed else 0

    @property
    def curves(self) -> tuple[Curves, ...]:
        """The picture, one a finding: AUROC by share of labels, a line a start."""
        findings = tuple(dict.fromkeys(one.finding for one in self.areas))
        return tuple(
            Curves(
                f"starts-{number}", f"{finding}: AUROC by share of labels", "share of training patients with labels",
                f"AUROC ({100 * self.confidence:g}% interval)", self._lines(finding), diagonal=False, close=True,
                log_x=True,
            )
            for number, finding in enumerate(findings, start=1)
        )  # fmt: skip

    def _lines(self, finding: str) -> tuple[Series, ...]:
        found = []
        for start in self.starts:
            here = [one for one in self.areas if one.start == start and one.finding == finding]
            ends = [(one.share, one.auroc, one.interval.low, one.interval.high) for one in here]
            if ends:
                x, y, low, high = zip(*ends, strict=True)
                found.append(Series(start, x, y, low, high))
        return tuple(found)

    def rows(self) -> list[dict[str, Any]]:
        """One a finding, share and start, flat: for the table and the document; null where nothing is compared."""
        told = {(share, one.finding, one.variant): one for share, one in self.bought}
        return [self._row(area, told.get((area.share, area.finding, area.start))) for area in self.areas]

    def _row(self, area: Area, one: Contrast | None) -> dict[str, Any]:
        found: dict[str, Any] = {
            "finding": area.finding,
            "share": area.share,
            "patients_with_labels": area.patients,
            "start": area.start,
            "auroc": _short(area.auroc),
            "low": _short(area.interval.low),
            "high": _short(area.interval.high),
            "patients_judged": area.judged,
        }
        if one is None:
            keys = ("difference", "difference_low", "difference_high", "spread_over_seeds", "p", "p_holm", "shown")
            return found | dict.fromkeys(keys)
        return found | {
            "difference": _short(one.difference),
            "difference_low": _short(one.interval.low),
            "difference_high": _short(one.interval.high),
            "spread_over_seeds": None if one.spread is None else _short(one.spread),
            "p": _short(one.p),
            "p_holm": _short(one.p_holm),
            "shown": one.shown(self.confidence),
        }

    def document(self) -> dict[str, Any]:
        """What ``--json`` prints and ``starts.json`` keeps; neither clock times nor absolute paths."""
        return {
            "schema": SCHEMA,
            "notice": NOTICE,
            "recipe": self.recipe,
            "recipe_hash": self.recipe_hash,
            "split": SPLIT,
            "starts": list(self.starts),
            "reference": self.reference,
            "shares": list(self.shares),
            "seeds": list(self.seeds),
            "resamples": self.resamples,
            "confidence": self.confidence,
            "rows": self.rows(),
            "failed": [{"what": what, "reason": reason} for what, reason in self.failed.items()],
            "notes": list(self.notes),
        }


def _short(value: float) -> float:
    return round(value, _DIGITS)
