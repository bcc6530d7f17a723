"""The next study: how many readers and cases would show a change, from what this one found."""

from fiducial.audit.readers.gain import Gain
from fiducial.claims.reader_evidence import NextStudy
from fiducial.stats.mrmc import Design
from fiducial.stats.reader_power import Pilot, Plan, fewest_cases, power

READERS = (4, 6, 8, 10, 15, 20)
TIMES = (0.5, 1, 2, 4)  # this study's number of cases


def next_study(found: Gain, metric: str, effect: float, design: str, alpha: float) -> NextStudy:
    """Power over a grid of readers and cases around the study's own.

    Raises:
        ValueError: the gain has no components (its readers were not paired).
    """
    if found.components is None:
        raise ValueError("power needs the components of a study whose readers read in both arms")
    pilot, plan = Pilot(found.components, found.cases), Plan(abs(effect), Design(design), alpha)
    readers = sorted({*READERS, max(2, found.components.readers)})
    cases = tuple(sorted({max(2, round(times * found.cases)) for times in TIMES}))
    rows = tuple(
        (count, tuple(power(pilot, plan, count, number) for number in cases), fewest_cases(pilot, plan, count))
        for count in readers
    )
    return NextStudy(metric, effect, cases, rows)
