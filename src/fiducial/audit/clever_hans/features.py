"""Look: do the model's own features know the site, the scanner or a stratum, and does its score make use of it?

Features may know where an image was made and the score may not use it: a detector of pneumonia must see the pixels,
and the pixels bear the scanner. It is a shortcut only where three things come together within one class: the features
tell the group, the group goes with the label, and the scores are higher where the label is commoner. Strata (hardware
in a bone, the view) are groups like any other, but no claim can promise that features do not know them.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import chi2_contingency
from threadpoolctl import threadpool_limits

from fiducial.audit.case import Case, Decisions
from fiducial.audit.clever_hans.look import FEWEST, LOOKS, Seen, unpromised
from fiducial.audit.forests import forest
from fiducial.audit.gaps import holm, p_beyond
from fiducial.claims.evidence import Figure, Verdict
from fiducial.claims.strata import Stratum, parse_stratum
from fiducial.errors import CannotJudge
from fiducial.predictions.table import CLEAN
from fiducial.stats.intervals import Interval, z_value
from fiducial.stats.permutation import DRAWS, shift_with, tell_apart
from fiducial.stats.roc import delong

PLACES = ("site", "scanner")  # what the floor site_auroc is about
MOST = 1500  # patients; the probe's cost grows with their square
MOST_GROUPS = 8


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """One row a patient of one class, in order of the patient's code. ``group``: codes of ``names``, (n,)."""

    column: str
    whom: str
    names: tuple[str, ...]
    group: NDArray[np.int64]
    features: NDArray[np.float64]
    score: NDArray[np.float64]
    commoner: NDArray[np.float64]  # (groups,): how common the finding is in each
    p_link: float  # that the finding is as common in every group


@dataclass(frozen=True, slots=True)
class Probe:
    """What was found of one column within one class. ``p``: of the weakest of the three links, as all are needed."""

    column: str
    auroc: Figure
    p_knows: float
    p_link: float
    p_uses: float

    @property
    def p(self) -> float:
        """The largest of the three: each must be shown (Berger 1982, Technometrics 24:295-300)."""
        return max(self.p_knows, self.p_link, self.p_uses)


@dataclass(frozen=True, slots=True)
class FeatureProbe:
    """Site, scanner and strata predicted from the features within the healthy and the ill, across folds of patients."""

    name: ClassVar[str] = "features"
    needs: ClassVar[tuple[str, ...]] = ("probes.features",)

    def look(self, case: Case) -> Seen:
        """Weigh the AUROC of site and scanner against ``site_auroc``; fail where group, label and score go together.

        Raises:
            CannotJudge: no column has two groups with ten patients of one class.
        """
        people = list(_people(case))
        if not people:
            raise CannotJudge(
                f"features are compared between groups with {FEWEST} patients of one class, and no column has two of "
                f"them in the judged splits (cohort columns {', '.join(PLACES)} and those of evidence.strata)"
            )
        with threadpool_limits(1):
            probes = [_probe(case, one, _draws(case, len(people))) for one in people]
        alpha = 1 - case.confidence
        used = [one for one, p in zip(probes, _adjusted([o.p for o in probes]), strict=True) if p < alpha]
        known = [one for one, p in zip(probes, _adjusted([o.p_knows for o in probes]), strict=True) if p < alpha]
        floor = case.claim.floor("site_auroc")
        return Seen(
            _verdict(case, probes, used),
            _sentence(probes, used, known) + "".join(unpromised(case, "site_auroc")),
            tuple(one.auroc for one in probes),
            tuple(
                forest(
                    "shortcuts-features",
                    "What the features tell within one class",
                    "AUROC, one against the rest (0.5: not at all)",
                    ((one.auroc.subgroup, one.auroc) for one in probes),
                    floor,
                )
            ),
            tuple(_notes(probes, used, known)),
            tuple(
                f"The features know the {_in_words(one)}, the finding is not as common in every group, and the scores "
                f"follow: the model may be reading the {one.column} instead of the finding."
                for one in used
            ),
        )


def _people(case: Case) -> Iterator[People]:
    judged = case.rows_of(case.claim.evidence.internal) | case.rows_of("external")
    decisions = case.decisions.where(judged & case.decisions.answered)
    rows = case.probed.features
    if rows is None:
        return
    place = pl.DataFrame({"study": decisions.study, "row": np.arange(len(decisions))})
    joined = rows.filter(pl.col("condition") == CLEAN).join(place, on="study").sort("row")
    decisions = decisions.where(np.isin(np.arange(len(decisions)), joined["row"].to_numpy()))
    numbers = joined.select(pl.selectors.matches(r"^f\d+$")).to_numpy()
    for text in dict.fromkeys((*PLACES, *case.claim.evidence.strata)):
        stratum = parse_stratum(text)
        if stratum.column in decisions.columns.columns and len(decisions):
            for whom, mask in (("healthy", ~decisions.truth), ("ill", decisions.truth)):
                found = _of_class(decisions, numbers, stratum, whom, mask)
                if found:
                    yield found


def _of_class(
    decisions: Decisions, numbers: NDArray[np.float64], stratum: Stratum, whom: str, mask: NDArray[np.bool_]
) -> People | None:
    """The patients of a class whose group has ten or more of them; None where fewer than two groups are left."""
    labels = stratum.labels(decisions.columns[stratum.column])
    everyone = pl.DataFrame(
        {
            "patient": decisions.patient,
            "group": labels,
            "truth": decisions.truth,
            "inside": mask,
            "score": decisions.score,
            "row": np.arange(len(decisions)),
        }
    ).drop_nulls("group")
    one_each = (
        everyone.filter("inside")
        .group_by("patient")
        .agg(pl.col("group").mode().sort().first(), pl.col("score").mean(), pl.col("row").sort())
        .sort("patient")
    )
    counts = one_each["group"].value_counts().filter(pl.col("count") >= FEWEST)
    kept = sorted(counts.sort(["count", "group"], descending=[True, False])["group"].head(MOST_GROUPS).to_list())
    if len(kept) < 2:
        return None
    one_each = one_each.filter(pl.col("group").is_in(kept))
    commoner, p_link = _link(everyone, kept)
    return People(
        stratum.column,
        whom,
        tuple(kept),
        np.searchsorted(kept, one_each["group"].to_numpy().astype(str)).astype(np.int64),
        np.stack([numbers[rows].mean(axis=0) for rows in one_each["row"].to_list()]),
        one_each["score"].to_numpy(),
        commoner,
        p_link,
    )


def _link(everyone: pl.DataFrame, kept: list[str]) -> tuple[NDArray[np.float64], float]:
    """How common the finding is in each group, by patient, and the p of Pearson's chi-square."""
    by_patient = everyone.filter(pl.col("group").is_in(kept)).group_by("group", "patient").agg(pl.col("truth").max())
    counts = by_patient.group_by("group").agg(ill=pl.col("truth").sum(), n=pl.len()).sort("group")
    ill, n = counts["ill"].to_numpy().astype(np.int64), counts["n"].to_numpy().astype(np.int64)
    table = np.stack([ill, n - ill])
    p = 1.0 if (table.sum(axis=1) == 0).any() else float(chi2_contingency(table, correction=False).pvalue)
    return ill / n, p


def _draws(case: Case, probes: int) -> int:
    """So many that the smallest p which they can give is still small after the correction for all probes."""
    return max(DRAWS, math.ceil(2 * LOOKS * probes / (1 - case.confidence)) - 1)


def _probe(case: Case, people: People, draws: int) -> Probe:
    rng = case.rng(f"shortcuts.features.{people.column}.{people.whom}")
    chosen = np.sort(rng.permutation(people.group.size)[:MOST])
    _, group = np.unique(people.group[chosen], return_inverse=True)
    told = tell_apart(people.features[chosen], group, rng, permutations=draws)
    ends = [
        delong(group == code, told.score[:, code]).logit_interval(0, case.confidence) for code in range(group.max() + 1)
    ]
    # The groups' areas go together at most perfectly: the mean of their ends is never too narrow for their mean.
    interval = Interval(float(np.mean([one.low for one in ends])), float(np.mean([one.high for one in ends])))
    label = f"{people.column}, {people.whom}"
    name = "site_auroc" if people.column in PLACES else "group_auroc"
    figure = Figure(name, told.auroc, interval, int(group.size), subgroup=label)
    p_uses = shift_with(people.score, people.group, people.commoner, rng, permutations=draws)
    return Probe(people.column, figure, told.p, people.p_link, p_uses)


def _verdict(case: Case, probes: list[Probe], used: list[Probe]) -> Verdict:
    floor, places = case.claim.floor("site_auroc"), [one for one in probes if one.column in PLACES]
    if floor is None:
        return Verdict.FAILS if used else Verdict.NOT_SHOWN
    z, alpha = z_value(case.confidence), 1 - case.confidence
    p_values = [max(one.p, _p_beyond(one.auroc, floor.high, z)) if one in places else one.p for one in probes]
    if min(_adjusted(p_values)) < alpha:
        return Verdict.FAILS
    if not places:
        return Verdict.NOT_SHOWN
    held = all(one.auroc.interval is not None and floor.cleared_by(one.auroc.interval) for one in places)
    return Verdict.HOLDS if held else Verdict.UNDECIDED


def _p_beyond(figure: Figure, bound: float, z: float) -> float:
    return p_beyond(figure.value, (figure.value - figure.interval.low) / z, bound) if figure.interval else 1.0


def _adjusted(p_values: list[float]) -> list[float]:
    return [float(p) for p in holm(p_values, LOOKS * len(p_values))]


def _sentence(probes: list[Probe], used: list[Probe], known: list[Probe]) -> str:
    best = max(used or known or probes, key=lambda one: one.auroc.value)
    where, interval = _in_words(best), best.auroc.interval or Interval(0.0, 1.0)
    told = f"The features tell the {where} with AUROC {best.auroc.value:.2f} ({interval.low:.2f}-{interval.high:.2f})"
    if used:
        return f"{told}, the finding goes with it, and the scores follow."
    if known:
        return f"{told}, but the scores do not follow how common the finding is there."
    columns = " or ".join(dict.fromkeys(one.column for one in probes))
    return (
        f"Within one class the features do not tell {columns} beyond chance; most is told of the {where}, "
        f"AUROC {best.auroc.value:.2f} ({interval.low:.2f}-{interval.high:.2f})."
    )


def _in_words(probe: Probe) -> str:
    return probe.auroc.subgroup.replace(", ", " of the ")


def _notes(probes: list[Probe], used: list[Probe], known: list[Probe]) -> Iterator[str]:
    for one in probes:
        if one in known and one not in used:
            yield (
                f"Warning: the features carry the {_in_words(one)} (p {one.p_knows:.3f}). No use of it is shown here "
                f"(link to the finding p {one.p_link:.3f}, to the scores p {one.p_uses:.3f}); elsewhere there may be."
            )
