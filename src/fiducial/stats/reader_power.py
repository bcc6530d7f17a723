"""Power of the next reader study, and the readers and cases that it needs, from what a finished one found.

The variance over cases shrinks with their number; the variance of the gain between readers does not.

Source: Hillis, Obuchowski and Berbaum 2011, Acad Radiol 18:129-142, doi:10.1016/j.acra.2010.09.007.
"""

from dataclasses import dataclass

from scipy import stats

from fiducial.stats.mrmc import Components, Design

MOST_CASES = 100_000  # nobody reads more; where these do not suffice, more readers are needed


@dataclass(frozen=True, slots=True)
class Pilot:
    """A finished study: its ``components``, and its number of ``cases`` (the share of the ill stays as it was)."""

    components: Components
    cases: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What the next study is to show: a true difference of ``effect``, by a two-sided test at ``alpha``."""

    effect: float
    design: Design = Design.RANDOM
    alpha: float = 0.05


def power(pilot: Pilot, plan: Plan, readers: int, cases: int) -> float:
    """The chance that a study of ``readers`` x ``cases`` tells the effect from 0.

    Raises:
        ValueError: fewer than two cases; one reader unless readers are fixed; an alpha that is none.
    """
    fewest = 1 if plan.design is Design.FIXED_READERS else 2
    if cases < 2 or readers < fewest or not 0 < plan.alpha < 1:
        raise ValueError(f"need two cases, {fewest} readers and 0 < alpha < 1; got {cases}, {readers}, {plan.alpha:g}")
    if plan.effect == 0:  # scipy's noncentral F gives less than 0 there
        return plan.alpha
    square, together = _spread(pilot, plan.design, readers, pilot.cases / cases)
    spread = square + together
    if spread <= 0:
        return 1.0
    noncentrality = readers * plan.effect**2 / 2 / spread
    if plan.design is Design.FIXED_READERS or square == 0:
        return float(stats.ncx2.sf(stats.chi2.isf(plan.alpha, 1), 1, noncentrality))
    freedom = spread**2 / (square**2 / (readers - 1))
    return float(stats.ncf.sf(stats.f.isf(plan.alpha, 1, freedom), 1, freedom, noncentrality))


def _spread(pilot: Pilot, design: Design, readers: int, shrunk: float) -> tuple[float, float]:
    """The expected mean square of arms by readers, and what the readers err together."""
    found = pilot.components
    alone = max(shrunk * (found.error - found.cov1 - found.shared), 0.0)
    together = 0.0 if design is Design.FIXED_CASES else shrunk * readers * found.shared
    return alone + (0.0 if design is Design.FIXED_READERS else found.arm_reader), together


def fewest_cases(pilot: Pilot, plan: Plan, readers: int, wanted: float = 0.8) -> int | None:
    """The smallest number of cases that gives the ``wanted`` power; None where MOST_CASES do not.

    Raises:
        ValueError: as ``power``; a wanted power that is none.
    """
    if not plan.alpha < wanted < 1:
        raise ValueError(f"the wanted power must lie between alpha and 1 (0.8 is usual); got {wanted:g}")
    if power(pilot, plan, readers, MOST_CASES) < wanted:
        return None
    short, enough = 1, MOST_CASES
    while enough - short > 1:
        middle = (short + enough) // 2
        if power(pilot, plan, readers, middle) >= wanted:
            enough = middle
        else:
            short = middle
    return enough
