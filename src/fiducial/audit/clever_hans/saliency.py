"""Look: where does the model look when it says yes, beyond what the size of each region explains?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fiducial.audit.case import Case, Decisions
from fiducial.audit.clever_hans.look import FEWEST, Seen, beyond, unpromised, weigh_all
from fiducial.audit.clever_hans.trust import trust
from fiducial.audit.forests import forest
from fiducial.claims.evidence import Figure, Verdict
from fiducial.claims.regions import WITHOUT_FINDING
from fiducial.errors import CannotJudge
from fiducial.predictions.table import CLEAN
from fiducial.stats.intervals import Interval, mean_of_equals
from fiducial.stats.resampling import Summed, patient_bootstrap

UNSTATED_ENERGY = 0.25  # without a floor: a quarter of the saliency where nothing can be found
HALF = 0.5  # of the saliency, and twice the share of the image: enough to show a case for it

EXCESS = "excess_energy"  # beyond the share of the image that a region covers: from minus that share to 1


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """The saliency of one method inside one region. ``energy``, ``area`` (NaN where unknown): (n,), as decisions."""

    name: str
    method: str
    energy: NDArray[np.float64]
    area: NDArray[np.float64]
    decisions: Decisions

    @property
    def is_suspicious(self) -> bool:
        """Whether no finding lies there."""
        return self.name in WITHOUT_FINDING

    @property
    def excess(self) -> NDArray[np.float64]:
        """Energy beyond the share of the image that the region covers, (n,)."""
        return self.energy - self.area

    def where(self, mask: NDArray[np.bool_]) -> "Region":
        """The decisions of a mask (n,)."""
        return Region(self.name, self.method, self.energy[mask], self.area[mask], self.decisions.where(mask))


@dataclass(frozen=True, slots=True)
class Saliency:
    """Energy inside suspicious regions and inside the anatomy, for right and for wrong positive calls."""

    name: ClassVar[str] = "saliency"
    needs: ClassVar[tuple[str, ...]] = ("probes.attributions",)

    def look(self, case: Case) -> Seen:
        """Weigh the excess of every suspicious region among positive calls against ``shortcut_energy``.

        Raises:
            CannotJudge: fewer than ten patients have a positive call with saliency in a region of known area.
        """
        regions = [one for one in _regions(case) if one.decisions.patients >= FEWEST]
        known = [one.where(~np.isnan(one.area)) for one in regions]
        weighable = [one for one in known if one.is_suspicious and one.decisions.patients >= FEWEST]
        if not weighable:
            raise CannotJudge(
                f"fewer than {FEWEST} patients have a positive call with the saliency and the area of a suspicious "
                f"region ({', '.join(WITHOUT_FINDING)})"
            )
        trusts = {method: trust(case, case.internal, method) for method in dict.fromkeys(r.method for r in regions)}
        trusted = [one for one in weighable if trusts[one.method].reason is None]
        excess = [_mean(case, one, EXCESS, one.excess, "positive calls") for one in trusted]
        floor = case.claim.floor("shortcut_energy")
        verdict = weigh_all(excess, floor, case.confidence, UNSTATED_ENERGY)
        untold = [reason.reason for reason in trusts.values() if reason.reason]
        figures = [figure for region in regions for figure in _energies(case, region)]
        return Seen(
            verdict if trusted else Verdict.NOT_SHOWN,
            _sentence(case, trusted, excess, untold),
            (*excess, *figures, *(one.figure for one in trusts.values() if one.figure)),
            tuple(
                forest(
                    "shortcuts-saliency",
                    "Saliency beyond the size of the region",
                    "energy minus area",
                    ((one.subgroup, one) for one in excess),
                    floor,
                )
            ),
            (*_notes(regions, weighable), *(f"Not weighed: {one}." for one in untold if trusted)),
            tuple(_alarms(excess, case.confidence)),
            {study: why for region in trusted for study, why in _suspects(region)},
        )


def _regions(case: Case) -> Iterator[Region]:
    """Every region and method of the table, with the positive calls that have it, in order of name."""
    rows = case.probed.attributions
    calls = case.internal.only_answered()
    calls = calls.where(calls.called)
    if rows is None:
        return
    clean = rows.filter((pl.col("condition") == CLEAN) & pl.col("study").is_in(calls.study.tolist()))
    place = pl.DataFrame({"study": calls.study, "row": np.arange(len(calls))})
    for (name, method), given in sorted(clean.group_by("region", "method")):
        joined = given.join(place, on="study").sort("row")
        yield Region(
            str(name),
            str(method),
            joined["energy"].to_numpy(),
            joined["area"].fill_null(np.nan).to_numpy(),
            calls.where(np.isin(np.arange(len(calls)), joined["row"].to_numpy())),
        )


def _energies(case: Case, region: Region) -> Iterator[Figure]:
    """Energy among right and among wrong positive calls, and the area that it is compared with."""
    right = region.decisions.truth
    for told, mask in (("right positive calls", right), ("wrong positive calls", ~right)):
        part = region.where(mask)
        if part.decisions.patients >= FEWEST:
            yield _mean(case, part, "energy", part.energy, told)
    known = region.where(~np.isnan(region.area))
    if known.area.size:
        yield Figure("area", float(known.area.mean()), None, known.area.size, subgroup=_label(region, "positive calls"))


def _mean(case: Case, region: Region, name: str, values: NDArray[np.float64], whom: str) -> Figure:
    value = float(values.mean())
    if np.ptp(values) == 0:  # equal values of a few rows are no proof that the next is equal, too
        least = min(value, -float(region.area.max())) if name == EXCESS else 0.0  # a mean of equals may be an ulp less
        interval = mean_of_equals(value, region.decisions.patients, least, 1.0, case.confidence)
    else:
        terms = np.column_stack([values, np.ones(values.size)])
        mean = Summed(terms, lambda sums: sums[..., 0] / sums[..., 1])
        rng = case.rng(f"shortcuts.{name}.{_label(region, whom)}")
        drawn = patient_bootstrap(
            mean, region.decisions.patient, rng, resamples=case.resamples, confidence=case.confidence
        )
        interval = Interval(min(drawn.low, value), max(drawn.high, value))
    return Figure(name, value, interval, values.size, subgroup=_label(region, whom))


def _label(region: Region, whom: str) -> str:
    return f"{region.name}, {region.method}, {whom}"


def _sentence(case: Case, trusted: list[Region], excess: list[Figure], untold: list[str]) -> str:
    if not trusted:
        return f"Not shown: {'; '.join(untold)}."
    most, region = max(zip(excess, trusted, strict=True), key=lambda pair: pair[0].value)
    low, high = (most.interval.low, most.interval.high) if most.interval else (-1.0, 1.0)
    told = (
        f"{100 * region.energy.mean():.0f}% of the saliency ({region.method}) of positive calls lies in {region.name}, "
        f"which covers {100 * region.area.mean():.0f}% of the image: {100 * most.value:.0f} points more "
        f"({100 * low:.0f} to {100 * high:.0f})."
    )
    return told + "".join(unpromised(case, "shortcut_energy"))


def _notes(regions: list[Region], weighable: list[Region]) -> Iterator[str]:
    there = {(one.name, one.method) for one in weighable}
    without = sorted({one.name for one in regions if one.is_suspicious and (one.name, one.method) not in there})
    if without:
        yield f"The area of {', '.join(without)} is unknown; no energy can be judged without it."
    if not any(not one.is_suspicious for one in regions):
        yield "No region of the anatomy is in the attributions: how much saliency lies where it should is unknown."


def _alarms(excess: list[Figure], confidence: float) -> Iterator[str]:
    for one in beyond(excess, UNSTATED_ENERGY, confidence):
        region = one.subgroup.split(", ")[0]
        yield (
            f"In positive calls the saliency lies in {region}: {100 * one.value:.0f} points of it beyond the share of "
            "the image that this covers."
        )


def _suspects(region: Region) -> Iterator[tuple[str, str]]:
    looks = (region.energy >= HALF) & (region.energy >= 2 * region.area)
    for row in np.flatnonzero(looks):
        yield str(region.decisions.study[row]), f"{100 * region.energy[row]:.0f}% of the saliency lies in {region.name}"
