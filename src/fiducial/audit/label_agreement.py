"""Do the readers agree with each other? Coefficients with intervals: of all, of every pair, at every site, by arm."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.audit.case import Case, Decisions
from fiducial.audit.groups import UNKNOWN
from fiducial.audit.label_votes import Votes
from fiducial.claims.evidence import Figure
from fiducial.cohort.readings import ONLY_ARM
from fiducial.stats.agreement import Coefficient, agreement
from fiducial.stats.icc import Form, intraclass_correlation
from fiducial.stats.intervals import mean_clustered, mean_of_equals
from fiducial.stats.kappa import cohen_kappa, fleiss_kappa, gwet_ac
from fiducial.stats.krippendorff import krippendorff_alpha

Floats = NDArray[np.float64]
ALPHA = "krippendorff_alpha"  # the coefficient that the floor reader_agreement is about
BINARY = np.array([0.0, 1.0])
MOST_PAIRS = 15  # of readers; Cohen's kappa of more fills pages
FEW_GRADES = 20  # up to as many an ordinal scale is one


@dataclass(frozen=True, slots=True, eq=False)
class Agreed:
    """``figures``, and why others are not there."""

    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()

    def figure(self, name: str) -> Figure | None:
        """The figure of that name, of all decisions."""
        return next((one for one in self.figures if one.name == name and one.subgroup == "all"), None)


def agreed(case: Case, votes: Votes, judged: Votes) -> Agreed:
    """Agreement on the internal split (``votes``), by pair, at every site of the ``judged`` rows, in the readings."""
    found = _between(votes, case.confidence, "all")
    parts = [found]
    if found.figures:
        parts += [_pairs(votes, case.confidence), _sites(judged, case.confidence)]
    parts.append(_readings(case, judged.decisions))
    notes = (*(note for part in parts for note in part.notes), *_constant(votes))
    return Agreed(tuple(figure for part in parts for figure in part.figures), notes)


def _between(votes: Votes, confidence: float, subgroup: str) -> Agreed:
    coefficients: dict[str, Callable[[], Coefficient]] = {
        ALPHA: lambda: krippendorff_alpha(votes.ratings, "ordinal" if votes.graded else "nominal"),
        "gwet_ac2" if votes.graded else "gwet_ac1": lambda: gwet_ac(
            votes.ratings, "quadratic" if votes.graded else "none", None if votes.graded else BINARY
        ),
    }
    if subgroup == "all":
        coefficients["fleiss_kappa"] = lambda: fleiss_kappa(votes.ratings)
    if problem := _unshared(votes):
        return Agreed((), (problem,) if subgroup == "all" else ())
    figures, notes = list(_observed(votes, confidence, subgroup)), []
    for name, make in coefficients.items():
        try:
            one = agreement(make(), votes.decisions.patient, confidence)
        except ValueError as reason:
            if name == ALPHA and subgroup == "all":  # why the others are not there is told with the design
                notes.append(f"Krippendorff's alpha is left out: {reason}.")
            continue
        figures.append(Figure(name, one.value, one.interval, one.cases, subgroup=subgroup))
    if votes.graded and subgroup == "all":
        figures += _correlation(votes.ratings, confidence, subgroup)
    return Agreed(tuple(figures), tuple(notes))


def _unshared(votes: Votes) -> str | None:
    if len(votes.readers) < 2:
        names = votes.readers[0] if votes.readers else "nobody beside the reference"
        return f"Agreement needs two readers; the labels of the judged studies name {names}."
    if not (votes.voices >= 2).any():
        return (
            "No judged study was labelled by two readers, so their agreement cannot be told. Have some studies read "
            "by two; what each says against the reference still holds."
        )
    return None


def _observed(votes: Votes, confidence: float, subgroup: str) -> Iterator[Figure]:
    """How often two readers of a study, drawn by lot, say the same of it."""
    rated = votes.voices >= 2
    ratings, patient = votes.ratings[rated], votes.decisions.patient[rated]
    alike = np.zeros(ratings.shape[0])
    for value in np.unique(ratings[~np.isnan(ratings)]):
        count = (ratings == value).sum(axis=1)
        alike += count * (count - 1)
    voices = votes.voices[rated]
    share = alike / (voices * (voices - 1))
    interval = mean_clustered(share, patient, confidence)
    if interval is not None and np.ptp(share) == 0:
        interval = mean_of_equals(float(share[0]), int(np.unique(patient).size), 0.0, 1.0, confidence)
    if interval is not None:
        interval = replace(interval, low=max(0.0, interval.low), high=min(1.0, interval.high))
    yield Figure("same_label", float(share.mean()), interval, int(rated.sum()), subgroup=subgroup)


def _correlation(ratings: Floats, confidence: float, subgroup: str) -> Iterator[Figure]:
    """Of the complete rows; its interval takes every decision for independent."""
    complete = ratings[~np.isnan(ratings).any(axis=1)]
    try:
        found = intraclass_correlation(complete, Form.RANDOM_READERS, confidence)
    except ValueError:
        return
    yield Figure("icc_2_1", found.value, found.interval, found.cases, subgroup=subgroup)


def _pairs(votes: Votes, confidence: float) -> Agreed:
    pairs = list(combinations(range(len(votes.readers)), 2))
    if len(votes.readers) < 3:
        pairs = [(0, 1)]
    if len(pairs) > MOST_PAIRS:
        return Agreed((), (f"Cohen's kappa of {len(pairs)} pairs of readers is not told one by one.",))
    figures, without = [], []
    for one, other in pairs:
        between = f"{votes.readers[one]} & {votes.readers[other]}"
        weights = "quadratic" if votes.graded else "none"
        try:
            found = agreement(cohen_kappa(votes.ratings[:, [one, other]], weights), votes.decisions.patient, confidence)
        except ValueError:
            without.append(between)
            continue
        figures.append(Figure("cohen_kappa", found.value, found.interval, found.cases, subgroup=between))
    told = f"Cohen's kappa has no meaning for {', '.join(without)}: no study in common, or all labels alike."
    return Agreed(tuple(figures), (told,) if without else ())


def _sites(judged: Votes, confidence: float) -> Agreed:
    if "site" not in judged.decisions.columns.columns:
        return Agreed(())
    sites = ("site=" + judged.decisions.columns["site"].cast(pl.String)).fill_null(f"site={UNKNOWN}")
    names = sites.unique().sort().to_list()
    if len(names) < 2:
        return Agreed(())
    found = {name: _between(judged.where((sites == name).to_numpy()), confidence, name).figures for name in names}
    silent = [name for name, figures in found.items() if ALPHA not in {figure.name for figure in figures}]
    told = f"Agreement cannot be told at {', '.join(silent)}: no study read twice, or all labels alike."
    return Agreed(tuple(one for figures in found.values() for one in figures), (told,) if silent else ())


def _readings(case: Case, decisions: Decisions) -> Agreed:
    """Agreement of the readers of a reader study, arm by arm, in what they decided and in how they rated."""
    if case.readings is None:
        return Agreed(())
    rows = pl.DataFrame({"study": decisions.study}, schema={"study": pl.String})
    figures: list[Figure] = []
    for arm in case.readings["arm"].drop_nulls().unique().sort().to_list():
        of_arm = case.readings.filter(pl.col("arm") == arm)
        where = "readings" if arm == ONLY_ARM else f"readings, arm={arm}"
        for column in ("decision", "rating"):
            ratings = _matrix(of_arm, column, rows)
            figures += _of_readings(ratings, column, decisions.patient, case.confidence, f"{where}, {column}")
    return Agreed(tuple(figures))


def _matrix(readings: pl.DataFrame, column: str, rows: pl.DataFrame) -> Floats:
    told = readings.drop_nulls(["study", "reader", column])
    if told.is_empty():
        return np.empty((rows.height, 0))
    table = rows.join(told.pivot("reader", index="study", values=column), on="study", how="left", maintain_order="left")
    readers = sorted(set(table.columns) - {"study"})
    return np.stack([table[one].cast(pl.Float64).fill_null(np.nan).to_numpy() for one in readers], axis=1)


def _of_readings(
    ratings: Floats, column: str, patient: NDArray[np.int64], confidence: float, subgroup: str
) -> Iterator[Figure]:
    grades = np.unique(ratings[~np.isnan(ratings)]).size
    level = "nominal" if column == "decision" else "ordinal" if grades <= FEW_GRADES else "interval"
    try:
        found = agreement(krippendorff_alpha(ratings, level), patient, confidence)
    except ValueError:
        return
    yield Figure(ALPHA, found.value, found.interval, found.cases, subgroup=subgroup)
    if column == "rating":
        yield from _correlation(ratings, confidence, subgroup)


def _constant(votes: Votes) -> Iterator[str]:
    for reader in votes.constant:
        said = votes.ratings[:, votes.readers.index(reader)]
        said = said[~np.isnan(said)]
        if said.size > 1:
            yield (
                f"Reader {reader} gave all {said.size} studies the same label ({said[0]:g}): whatever the others say, "
                "that is no agreement beyond chance, and no witness of the truth."
            )
