"""``fiducial probe``: ask the model of a claim under stress and write what rungs read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from fiducial.audit.probes.plan import ProbePlan, drawn, stresses_of
from fiducial.audit.probes.tables import ATTRIBUTIONS_SCHEMA, boxes_of_readers, files_of_masks
from fiducial.audit.probes.work import ProbeWork, explainer_of, plain
from fiducial.claims.claim import Claim, read_claim
from fiducial.claims.regions import LESION
from fiducial.cohort.journal import Journal, journal_path
from fiducial.cohort.table import Cohort, read_cohort
from fiducial.errors import UnusableInput
from fiducial.files.hashes import hash_bytes
from fiducial.files.tables import write_table
from fiducial.models.bundle_model import BundleModel
from fiducial.models.contract import Study
from fiducial.models.open import open_model
from fiducial.models.reading import shown_clean, studies_of
from fiducial.models.rows import MEASUREMENTS_SCHEMA, PREDICTIONS_SCHEMA, Rows, features_frame, frame
from fiducial.models.running import Run
from fiducial.predictions.table import CLEAN

_LARGEST_BATCH = 4  # studies, each under every condition


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
    plan, out = plan or ProbePlan(), Path(out)
    read = read_claim(claim)
    bundle, cohort = _sources(Path(claim), read)
    model, finding = open_model(bundle, key=plan.key), read.claim.finding
    if finding not in model.findings:
        raise UnusableInput(f"{bundle}: scores {', '.join(model.findings)}, and the claim is about {finding!r}.")
    wanted = set(drawn(cohort, read, plan))
    studies = [study for study in studies_of(cohort) if study.study in wanted]
    stresses = stresses_of(plan, cohort)
    if plan.explainer is not None:
        _try_out(plan.explainer, model, studies, finding)
    marked = {study: {LESION: boxes} for study, boxes in boxes_of_readers(cohort, finding).items()}
    identity = model.identity
    masks = {} if plan.masks is None else files_of_masks(plan.masks)
    work = ProbeWork(
        str(bundle), identity, finding, stresses, plan.explainer, plan.features, plan.seed, plan.key, marked, masks
    )
    journal = journal_path(out / "predictions.parquet")
    with Journal(journal, {"model": identity, "asked": hash_bytes(repr(work).encode())}) as kept:
        rows = list(Run(work, studies, kept, plan.workers, plan.cluster, _LARGEST_BATCH).rows(told))
    tables = _tables(rows, studies, model.name)
    written = tuple(_written(tables, out))
    journal.unlink(missing_ok=True)
    return _summed(tables["predictions"].filter(pl.col("finding") == finding), len(studies), written)


def _sources(path: Path, claim: Claim) -> tuple[Path, Cohort]:
    for name, remedy in (("bundle", "model.fidu"), ("cohort", "cohort.parquet")):
        if getattr(claim.evidence, name) is None:
            raise UnusableInput(
                f"{path}: names no {name}, and probes need the model and the images. Say {name} = "
                f'"{remedy}" under [evidence], relative to the claim.'
            )
    return path.parent / str(claim.evidence.bundle), read_cohort(path.parent / str(claim.evidence.cohort))


def _try_out(name: str, model: BundleModel, studies: list[Study], finding: str) -> None:
    """Refuse an explainer that cannot look into this model now, and not once a study."""
    for study in studies:
        try:
            explainer_of(name).saliency(model, shown_clean(study), finding, np.random.default_rng(0))
        except UnusableInput:
            continue  # the study's own trouble
        return


def _tables(rows: list[Rows], studies: list[Study], model: str) -> dict[str, pl.DataFrame]:
    features = [
        (study.study, model, CLEAN, one.features)
        for study, one in zip(studies, rows, strict=True)
        if one.features is not None
    ]
    return {
        "predictions": frame(plain(rows, "predictions"), PREDICTIONS_SCHEMA),
        "attributions": frame(plain(rows, "attributions"), ATTRIBUTIONS_SCHEMA),
        "features": features_frame(features),
        "measurements": frame(plain(rows, "measurements"), MEASUREMENTS_SCHEMA),
    }


def _written(tables: dict[str, pl.DataFrame], folder: Path) -> Iterator[Path]:
    for name, table in tables.items():
        place = folder / f"{name}.parquet"
        if table.height:
            write_table(table, place)
            yield place
        else:
            place.unlink(missing_ok=True)  # of an earlier run


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
