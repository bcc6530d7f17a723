"""Gather the case: join a claim's cohort and predictions into decisions, and hash what they were read from."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from fiducial.audit.case import Case, Decisions
from fiducial.audit.detection.boxes import Boxes, read_boxes, regions_beside
from fiducial.audit.leaks import trained_on
from fiducial.audit.probed import Probed, read_probes, stressed_rows
from fiducial.audit.tables import Tables
from fiducial.audit.thumbnails import thumbnails_of
from fiducial.claims.claim import Claim
from fiducial.cohort.labels import read_labels
from fiducial.cohort.readings import read_readings
from fiducial.cohort.table import LABEL_PREFIX, Cohort, CohortSource
from fiducial.errors import UnusableInput
from fiducial.files.names import did_you_mean
from fiducial.files.tables import TableSource, hash_table
from fiducial.predictions.table import only_clean, read_predictions, select


@dataclass(frozen=True, slots=True)
class Gathered:
    """A case ready for the ladder. ``inputs``: name of each input -> hash. ``folder``: where image paths start."""

    case: Case
    cohort: Cohort
    inputs: dict[str, str]
    folder: Path
    notes: tuple[str, ...]


def gather(  # noqa: PLR0913  (each is an option of climb)
    claim: Claim,
    cohort: CohortSource,
    predictions: TableSource | None,
    *,
    seed: int = 0,
    resamples: int = 2000,
    confidence: float = 0.95,
    tables: Tables | None = None,
    probes: Path | None = None,
    labels: TableSource | None = None,
    readings: TableSource | None = None,
    regions: TableSource | None = None,
) -> Gathered:
    """Read, check and join. Without ``predictions`` the cohort's own column ``score`` is judged.

    ``tables``: what several claims of one run share. ``probes``: the folder of the tables that probes wrote.
    ``labels``, ``readings``: what readers said of the studies. ``regions``: the model's boxes, where they do not stand
    beside the predictions.

    Raises:
        UnusableInput: a table is wrong, a prediction's study is not in the cohort, or the finding has no label.
    """
    tables = tables or Tables()
    read = tables.cohort(cohort)
    rows, notes = _labelled(read, claim)
    stressed = None
    if predictions is None:
        scored = _own_scores(read, claim)
    else:
        scored, stressed = _predictions(predictions, claim, read, tables)
    joined = rows.join(scored, on="study", how="left", maintain_order="left")
    decisions = _decisions(joined, read.rows, claim)
    inputs = {"cohort": tables.hash(cohort)}
    if predictions is not None:
        inputs["predictions"] = tables.hash(predictions)
    probed = Probed(stressed)
    if probes is not None:
        probed, hashes = read_probes(probes, finding=claim.claim.finding, model=claim.evidence.model)
        probed = replace(probed, stressed=_both(stressed, probed.stressed, probes))
        inputs |= hashes
    said = {}
    for name, source, reader in (("labels", labels, read_labels), ("readings", readings, read_readings)):
        if source is not None:
            said[name] = _said(name, source, reader, claim, read)
            inputs[name] = tables.hash(source)
    marked = regions_beside(predictions) if regions is None else regions
    boxes = None if marked is None else _boxes(marked, claim, read, decisions)
    if marked is not None:
        inputs["regions"] = tables.hash(marked)
    if boxes and boxes.drawn is not None:
        inputs["reference boxes"] = hash_table(boxes.drawn)
    pictures = thumbnails_of(rows["study"], read.files)
    heard = (said.get("labels"), said.get("readings"))
    case = Case(claim, decisions, seed, resamples, confidence, pictures, probed, *heard, boxes)
    return Gathered(case, read, inputs, read.folder, notes)


def _labelled(cohort: Cohort, claim: Claim) -> tuple[pl.DataFrame, tuple[str, ...]]:
    finding = claim.claim.finding
    column = LABEL_PREFIX + finding
    if column not in cohort.rows.columns:
        raise UnusableInput(
            f"the cohort has no column {column!r}.{did_you_mean(finding, cohort.findings)} "
            f"It has labels for: {', '.join(cohort.findings) or 'nothing'}."
        )
    rows = cohort.rows.filter(pl.col(column).is_not_null())
    if rows.is_empty():
        raise UnusableInput(f"the cohort's column {column!r} is empty in every row, so nothing can be judged.")
    left_out = cohort.rows.height - rows.height
    return rows, (f"{left_out} rows have no label for {finding} and are not judged.",) if left_out else ()


def _both(beside: pl.DataFrame | None, probed: pl.DataFrame | None, folder: Path) -> pl.DataFrame | None:
    """Stressed rows of the predictions table and of the probes: one study under one condition stands in one of them."""
    if beside is None or probed is None:
        return probed if beside is None else beside
    twice = probed.join(beside, on=["study", "condition"], how="semi")
    if twice.height:
        raise UnusableInput(
            f"{folder}: {twice.height} predictions under stress stand in the predictions table, too, first study "
            f"{twice['study'][0]!r} under {twice['condition'][0]!r}. Keep them in one of the two."
        )
    return pl.concat([beside, probed], how="diagonal")


def _predictions(
    source: TableSource, claim: Claim, cohort: Cohort, tables: Tables
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """The clean scores, one a study, and the rows under stress."""
    table = tables.predictions(source, finding=claim.claim.finding)
    where = Path(source).name if isinstance(source, str | Path) else "<frame>"
    every = select(table, finding=claim.claim.finding, model=claim.evidence.model, where=where)
    rows = only_clean(every, where=where)
    strangers = rows.join(cohort.rows, on="study", how="anti")["study"].to_list()
    if strangers:
        raise UnusableInput(
            f"{where}: {len(strangers)} predictions are of studies that the cohort does not hold, first "
            f"{strangers[0]!r}. Audit with the cohort that was predicted, or remove these rows."
        )
    repeated = rows.filter(pl.col("study").is_duplicated())
    if repeated.height:
        raise UnusableInput(
            f"{where}: study {repeated['study'][0]!r} has several predictions, one an image. A claim is about one "
            "decision a study: build the cohort with --unit image, or reduce the images to one score."
        )
    return rows.select("study", judged_score="score", judged_abstained="abstained"), stressed_rows(every)


def _said(
    kind: str, source: TableSource, reader: Callable[..., pl.DataFrame], claim: Claim, cohort: Cohort
) -> pl.DataFrame:
    """What readers said of the claim's finding; every study of it stands in the cohort."""
    table = reader(source, finding=claim.claim.finding)
    where = Path(source).name if isinstance(source, str | Path) else f"<{kind}>"
    rows = table.filter(pl.col("finding") == claim.claim.finding)
    if rows.is_empty():
        known = table["finding"].unique().sort().to_list()
        raise UnusableInput(
            f"{where}: holds nothing about {claim.claim.finding!r}.{did_you_mean(claim.claim.finding, known)} "
            f"It holds: {', '.join(known)}."
        )
    strangers = rows.join(cohort.rows, on="study", how="anti")["study"].to_list()
    if strangers:
        raise UnusableInput(
            f"{where}: {len(strangers)} {kind} are of studies that the cohort does not hold, first {strangers[0]!r}. "
            "Audit with the cohort that was read, or remove these rows."
        )
    return rows


def _boxes(source: TableSource, claim: Claim, cohort: Cohort, decisions: Decisions) -> Boxes:
    found = read_boxes(source, cohort, finding=claim.claim.finding, model=claim.evidence.model)
    return replace(found, silent=frozenset(decisions.study[~decisions.answered].tolist()))


def _own_scores(cohort: Cohort, claim: Claim) -> pl.DataFrame:
    if "score" not in cohort.rows.columns:
        raise UnusableInput(
            f"the claim {claim.claim.name!r} names no predictions, and the cohort has no column 'score'. "
            "Say evidence.predictions in the claim."
        )
    carried = ["study", "score", *(name for name in ("abstained", "reason") if name in cohort.rows.columns)]
    own = cohort.table.replace(cohort.rows.select(carried))
    checked = read_predictions(own, finding=claim.claim.finding)
    return checked.select("study", judged_score="score", judged_abstained="abstained")


def _decisions(joined: pl.DataFrame, cohort: pl.DataFrame, claim: Claim) -> Decisions:
    score = joined["judged_score"].to_numpy().astype(np.float64)
    abstained = joined["judged_abstained"].fill_null(value=False).to_numpy().astype(bool)
    patient = joined["patient"] if "patient" in joined.columns else joined["study"]
    return Decisions(
        study=joined["study"].to_numpy().astype(str),
        patient=patient.fill_null("").rank("dense").to_numpy().astype(np.int64),
        truth=joined[LABEL_PREFIX + claim.claim.finding].to_numpy().astype(bool),
        score=score,
        answered=~np.isnan(score) & ~abstained,
        trained_on=trained_on(cohort, joined),
        threshold=claim.claim.threshold.value,
        columns=joined.drop("judged_score", "judged_abstained"),
    )
