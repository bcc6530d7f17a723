"""A reader study without a claim: readings and truth in, the readers' gain by metric out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from math import isfinite
from pathlib import Path
from platform import python_version

import numpy as np
import polars as pl

from fiducial.audit.readers.cells import Metric, name_of
from fiducial.audit.readers.changes import changes_in
from fiducial.audit.readers.gain import Gain, gain_in
from fiducial.audit.readers.level import level_in
from fiducial.audit.readers.parts import Asked, Part
from fiducial.audit.readers.planning import next_study
from fiducial.audit.readers.study import ReaderStudy, read_cases
from fiducial.audit.readers.times import times_in
from fiducial.audit.readers.truth import read_truth
from fiducial.claims.evidence import CONFIDENCE, Provenance, RungResult, Verdict
from fiducial.claims.floors import Floor
from fiducial.claims.reader_evidence import Components, NextStudy, ReaderEvidence
from fiducial.cohort.imrmc import FINDING, is_imrmc, read_imrmc
from fiducial.cohort.readings import read_readings
from fiducial.errors import CannotJudge, UnusableInput, WrongUsage
from fiducial.files.hashes import hash_file
from fiducial.files.names import did_you_mean
from fiducial.files.tables import TableSource, hash_table
from fiducial.report.readers import readers_summary, save_readers
from fiducial.stats.mrmc import Design
from fiducial.stats.reader_metrics import Covariance

SHARES = ("auroc", "sensitivity", "specificity")
VERSIONED = ("fiducial", "numpy", "polars", "scipy")
WITHOUT_FIRST = ("unassisted", "assisted")  # arms whose order their names tell


@dataclass(frozen=True, slots=True)
class ReaderOptions:
    """``arms``: baseline and new, where the table has more than two or their names tell no order.

    ``call_at``: a rating of it or above is a positive decision, where the table has none. ``at_least``: the gain
    that is asked for; a negative one is a margin of non-inferiority. ``effect``: plans the next study for that change.
    """

    arms: tuple[str, ...] = ()
    finding: str | None = None
    design: str = Design.RANDOM.value
    covariance: str = Covariance.JACKKNIFE.value
    call_at: float | None = None
    shared_cases: bool = False
    at_least: float = 0.0
    effect: float | None = None
    confidence: float = CONFIDENCE
    metrics: Sequence[Metric] = field(default=())

    def __post_init__(self) -> None:
        """Refuse what no study could be looked at with.

        Raises:
            WrongUsage: an unknown design, covariance or metric, or a number out of its range.
        """
        for name, value, known in (
            ("design", self.design, [one.value for one in Design]),
            ("covariance", self.covariance, [one.value for one in Covariance]),
            *(("metric", metric, SHARES) for metric in self.metrics if isinstance(metric, str)),
        ):
            if value not in known:
                hint = did_you_mean(value, known)
                raise WrongUsage(f"no {name} is called {value!r}.{hint} There are: {', '.join(known)}.")
        if not 0 < self.confidence < 1:
            raise WrongUsage(f"confidence must lie between 0 and 1 (0.95 is usual); got {self.confidence:g}.")
        if not -1 <= self.at_least <= 1 or (self.effect is not None and not 0 < abs(self.effect) < 1):
            told = f"{self.at_least:g} and {self.effect}"
            raise WrongUsage(f"at_least and effect (not 0) are changes of a share, from -1 to 1; got {told}.")
        if self.call_at is not None and not isfinite(self.call_at):
            raise WrongUsage(f"call_at is the rating from which on a decision is positive; got {self.call_at:g}.")


@dataclass(frozen=True, slots=True)
class ReaderReport(ReaderEvidence):
    """Evidence about readers that shows itself in a notebook and saves itself as a page."""

    def save(self, folder: str | Path) -> Path:
        """Write ``readers.html``, ``readers.json`` and ``figures.csv``; gives the page.

        Raises:
            UnusableInput: the folder cannot be written to.
        """
        return save_readers(self, Path(folder))

    def _repr_html_(self) -> str:
        return readers_summary(self)


def compare_arms(
    readings: TableSource, truth: TableSource | None = None, options: ReaderOptions | None = None
) -> ReaderReport:
    """What readers reach in each arm and gain from one to the other.

    ``readings``: a readings table, or the path of an iMRMC file, which brings its own truth. ``truth``: a labels table
    with rows of reader ``truth``, or a cohort. A table of one arm gives what its readers reach, and no gain.

    Raises:
        UnusableInput: a table cannot be used, or no reading is of a case whose truth is known.
        WrongUsage: arms that are not there or not told, or decisions made twice.
    """
    asked = options or ReaderOptions()
    rows, cases, inputs, notes = _tables(readings, truth, asked)
    arms = _arms(rows, asked)
    try:
        study = read_cases(_decided(rows, asked), cases, arms)
    except CannotJudge as nothing:
        raise UnusableInput(f"{nothing}. Do the studies of both tables bear the same names?") from nothing
    if asked.shared_cases:
        study = study.shared_by_all()
        if not study.cases:
            raise UnusableInput("no case was read by every reader in every arm, so no case is shared by all.")
    gains: dict[str, Gain] = {}
    results = tuple(_results(study, asked, gains))
    if not results:
        raise UnusableInput("the readings hold neither a rating nor a decision of these cases.")
    planned = _planned(asked, results, gains)
    return ReaderReport(
        arms,
        len(study.readers),
        study.cases,
        int(study.truth.sum()),
        asked.design,
        asked.covariance,
        results,
        _provenance(readings, inputs, asked),
        tuple(_beside(study, asked)),
        tuple(_components(gains)),
        planned,
        (*notes, *_few_patients(study), *_as_split(planned, gains)),
    )


def _tables(
    readings: TableSource, truth: TableSource | None, asked: ReaderOptions
) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, str], tuple[str, ...]]:
    if isinstance(readings, str | Path) and is_imrmc(readings):
        if truth is not None:
            raise WrongUsage(f"{Path(readings).name} is an iMRMC file, which brings its own truth: name no other.")
        found = read_imrmc(readings)
        cases, _ = read_truth(found.labels, FINDING)
        return found.readings, cases, {"readings": hash_file(Path(readings))}, ()
    if truth is None:
        raise WrongUsage("a readings table needs a truth: a labels table with reader 'truth', or a cohort.")
    cases, finding = read_truth(truth, asked.finding)
    table = read_readings(readings, finding=finding)
    rows = table.filter(pl.col("finding") == finding)
    if rows.is_empty():
        known = table["finding"].unique().sort().to_list()
        raise UnusableInput(
            f"no reading is about {finding!r}.{did_you_mean(finding, known)} They are about: {', '.join(known)}."
        )
    without = rows.join(cases, on="study", how="anti").height
    notes = (f"{without} of {rows.height} readings are of studies without a truth; they are left out.",)
    hashes = {"readings": hash_table(readings), "truth": hash_table(truth)}
    return rows, cases, hashes, notes if without else ()


def _arms(rows: pl.DataFrame, asked: ReaderOptions) -> tuple[str, ...]:
    known = rows["arm"].unique().sort().to_list()
    for arm in asked.arms:
        if arm not in known:
            raise WrongUsage(f"no arm is called {arm!r}.{did_you_mean(arm, known)} There are: {', '.join(known)}.")
    if asked.arms:
        if len(asked.arms) > 2 or len(set(asked.arms)) < len(asked.arms):
            raise WrongUsage(f"name one arm, or two different ones (baseline, then new); got {', '.join(asked.arms)}.")
        return asked.arms
    if len(known) > 2:
        raise WrongUsage(f"the readings have {len(known)} arms ({', '.join(known)}): name two, baseline first (--arm).")
    return WITHOUT_FIRST if set(known) == set(WITHOUT_FIRST) else tuple(known)


def _decided(rows: pl.DataFrame, asked: ReaderOptions) -> pl.DataFrame:
    if asked.call_at is None:
        return rows
    if rows["decision"].null_count() < rows.height:
        raise WrongUsage("the readings hold decisions; --call-at would make them anew. Drop one of the two.")
    return rows.with_columns(decision=(pl.col("rating") >= asked.call_at).cast(pl.Int8))


def _results(study: ReaderStudy, asked: ReaderOptions, gains: dict[str, Gain]) -> Iterator[RungResult]:
    how = Asked(asked.design, asked.covariance, asked.confidence)
    for metric in asked.metrics or _metrics(study):
        if len(study.arms) == 1:
            yield _shown(name_of(metric), partial(level_in, study, metric, how))
        else:
            yield _gained(study, metric, how, asked, gains)


def _beside(study: ReaderStudy, asked: ReaderOptions) -> Iterator[RungResult]:
    if len(study.arms) == 2 and np.isfinite(study.decision).any():
        yield _shown("decisions", partial(changes_in, study, asked.confidence))
    if len(study.arms) == 2 and np.isfinite(study.seconds).any():
        yield _shown("time", partial(times_in, study, asked.confidence))


def _metrics(study: ReaderStudy) -> tuple[str, ...]:
    """What the readings allow: areas from ratings, shares from decisions."""
    rated, decided = (bool(np.isfinite(values).any()) for values in (study.rating, study.decision))
    return (("auroc",) if rated else ()) + (("sensitivity", "specificity") if decided else ())


def _shown(name: str, look: Callable[[], Part]) -> RungResult:
    """A look that nothing is asked of."""
    try:
        part = look()
    except CannotJudge as reason:
        return RungResult(name, Verdict.NOT_SHOWN, (), f"Not shown: {reason}.")
    return RungResult(name, Verdict.NOT_SHOWN, part.figures, part.sentence, part.charts, notes=part.notes)


def _gained(study: ReaderStudy, metric: Metric, how: Asked, asked: ReaderOptions, gains: dict[str, Gain]) -> RungResult:
    name = name_of(metric)
    try:
        found = gain_in(study, metric, how)
    except CannotJudge as reason:
        return RungResult(name, Verdict.NOT_SHOWN, (), f"Not shown: {reason}.")
    gains[name] = found
    part = found.part
    verdict = part.weighed(Floor("reader_gain", asked.at_least))
    return RungResult(name, verdict, part.figures, part.sentence, part.charts, notes=part.notes)


def _planned(asked: ReaderOptions, results: tuple[RungResult, ...], gains: dict[str, Gain]) -> NextStudy | None:
    first = results[0].rung
    if asked.effect is None:
        return None
    found = gains.get(first)
    if found is None or found.components is None:
        nobody = (
            f"of {first}, nobody's was found in both." if found else "the table, or what was asked of it, has one arm."
        )
        said = results[0].sentence
        why = said.removeprefix("Not shown: ") if said.startswith("Not shown: ") else nobody
        raise UnusableInput(f"the next study cannot be planned without readers who read in both arms: {why}")
    return next_study(found, first, asked.effect, asked.design, 1 - asked.confidence)


def _components(gains: dict[str, Gain]) -> Iterator[Components]:
    for metric, gain in gains.items():
        if found := gain.components:
            values = {
                "error": found.error,
                "cov1": found.cov1,
                "cov2": found.cov2,
                "cov3": found.cov3,
                "ms_arm": found.ms_arm,
                "ms_arm_reader": found.ms_arm_reader,
            }
            if gain.test:
                values |= {"statistic": gain.test.statistic, "p": gain.test.p}
                values |= {"freedom": gain.test.freedom[1]} if gain.test.freedom[1] < float("inf") else {}
            yield Components(metric, values)


def _few_patients(study: ReaderStudy) -> Iterator[str]:
    patients = len(set(study.patient.tolist()))
    if patients < study.cases:
        yield f"{study.cases} cases are of {patients} patients; variances are by patient."


def _as_split(planned: NextStudy | None, gains: dict[str, Gain]) -> Iterator[str]:
    if planned and gains[planned.metric].split:
        yield "The next study is planned as this one was: each reader reads the same share of its cases as here."


def _provenance(readings: TableSource, inputs: dict[str, str], asked: ReaderOptions) -> Provenance:
    versions = {"python": python_version(), **{name: version(name) for name in VERSIONED}}
    named = Path(readings).name if isinstance(readings, str | Path) else None
    verb = f"fiducial readers {named}" if named else "fd.compare_arms(readings, truth, options)"
    return Provenance(inputs, versions, 0, " ".join([verb, *_options(asked)]), asked.confidence)


def _options(asked: ReaderOptions) -> Iterator[str]:
    """As the command line writes them."""
    for name, value in (("finding", asked.finding), ("design", asked.design), ("covariance", asked.covariance)):
        if value is not None:
            yield f"--{name} {value}"
    for name, values in (("arm", asked.arms), ("metric", map(name_of, asked.metrics))):
        yield from (f"--{name} {value}" for value in values)
    for name, number in (("at-least", asked.at_least), ("call-at", asked.call_at), ("effect", asked.effect)):
        if number is not None:
            yield f"--{name} {number:g}"
    if asked.shared_cases:
        yield "--shared-cases"
    if asked.confidence != CONFIDENCE:
        yield f"--confidence {asked.confidence!r}"
