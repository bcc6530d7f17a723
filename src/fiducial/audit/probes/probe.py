"""``fiducial probe``: ask the model of a claim under stress and write what rungs read."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from fiducial.audit.probes.plan import ProbePlan, drawn, stresses_of
from fiducial.audit.probes.tables import ATTRIBUTIONS_SCHEMA, boxes_of_readers
from fiducial.audit.probes.work import ProbeWork, plain
from fiducial.claims.claim import read_claim
from fiducial.cohort.journal import Journal, journal_path
from fiducial.cohort.table import read_cohort
from fiducial.errors import UnusableInput
from fiducial.files.tables import write_table
from fiducial.models.open import open_model
from fiducial.models.reading import studies_of
from fiducial.models.rows import MEASUREMENTS_SCHEMA, PREDICTIONS_SCHEMA, features_frame, frame
from fiducial.models.running import Run
from fiducial.predictions.table import CLEAN

LESION = "lesion"  # how probes call the boxes that readers drew for the claim's finding


@dataclass(frozen=True, slots=True)
class ProbedModel:
    """What was asked, and how often there was no answer."""

    studies: int
    conditions: tuple[str, ...]
    unanswered: dict[str, int]  # condition -> studies without a score; those without any are left out
    failed: dict[str, str]  # study -> reason, of those without a score though nothing was changed
    written: tuple[Path, ...]

    @property
    def exit_code(self) -> int:
        """5 where a study could not be answered even clean, else 0."""
        return 5 if self.failed else 0


def probe_claim(
    claim: str | Path,
    out: str | Path,
    plan: ProbePlan | None = None,
    *,
    told: Callable[[int, int], None] | None = None,
) -> ProbedModel:
    """Ask the bundle of a claim about studies of its cohort and write ``predictions``, ``attributions``, ``features``
    and ``measurements`` (.parquet) into a folder; a run that was killed goes on where it was.

    Raises:
        UnusableInput: the claim names no bundle or cohort, or one cannot be used.
        WrongUsage: a condition or an explainer that nobody knows, or that this bundle cannot be asked by.
    """
    plan, folder, out = plan or ProbePlan(), Path(claim).parent, Path(out)
    read = read_claim(claim)
    if read.evidence.bundle is None or read.evidence.cohort is None:
        absent = "bundle" if read.evidence.bundle is None else "cohort"
        raise UnusableInput(f"{claim}: names no {absent} (evidence.{absent}); probes need the model and the images.")
    bundle, cohort = folder / read.evidence.bundle, read_cohort(folder / read.evidence.cohort)
    model = open_model(bundle, key=plan.key)
    finding = read.claim.finding
    if finding not in model.findings:
        raise UnusableInput(f"{bundle}: scores {', '.join(model.findings)}, and the claim is about {finding!r}.")
    wanted = set(drawn(cohort, read, plan))
    studies = [study for study in studies_of(cohort) if study.study in wanted]
    stresses = stresses_of(plan, cohort)
    marked = {study: {LESION: boxes} for study, boxes in boxes_of_readers(cohort, finding).items()}
    work = ProbeWork(str(bundle), finding, stresses, plan.explainer, plan.features, plan.seed, plan.key, marked)
    place = out / "predictions.parquet"
    about = {"model": model.bundle.hash, "plan": repr((stresses, plan.explainer, plan.features, plan.seed))}
    with Journal(journal_path(place), about) as journal:
        rows = list(Run(work, studies, journal, plan.workers, plan.cluster, largest_batch=4).rows(told))
    predictions = frame(plain(rows, "predictions"), PREDICTIONS_SCHEMA)
    features = [
        (study.study, model.name, CLEAN, one.features)
        for study, one in zip(studies, rows, strict=True)
        if one.features is not None
    ]
    tables = {
        "attributions": frame(plain(rows, "attributions"), ATTRIBUTIONS_SCHEMA),
        "features": features_frame(features),
        "measurements": frame(plain(rows, "measurements"), MEASUREMENTS_SCHEMA),
    }
    write_table(predictions, place)
    written = [place]
    for name, table in tables.items():
        if table.height:
            write_table(table, out / f"{name}.parquet")
            written.append(out / f"{name}.parquet")
        else:
            (out / f"{name}.parquet").unlink(missing_ok=True)  # of an earlier run
    journal_path(place).unlink(missing_ok=True)
    return _summed(predictions.filter(pl.col("finding") == finding), len(studies), tuple(written))


def _summed(predictions: pl.DataFrame, studies: int, written: tuple[Path, ...]) -> ProbedModel:
    without = predictions.filter(pl.col("score").is_null())
    clean, stressed = without.filter(pl.col("condition") == CLEAN), without.filter(pl.col("condition") != CLEAN)
    counted = stressed.group_by("condition", maintain_order=True).len()
    conditions = predictions.filter(pl.col("condition") != CLEAN)["condition"].unique(maintain_order=True)
    return ProbedModel(
        studies,
        tuple(conditions.to_list()),
        dict(counted.iter_rows()),
        dict(clean.select("study", "reason").iter_rows()),
        written,
    )
