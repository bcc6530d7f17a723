"""The model alone against the readers: one fixed reader against a sample of readers, on the cases of each."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.forests import forest
from fiducial.audit.readers.cells import of_design, thin, usable
from fiducial.audit.readers.parts import Asked, Part, told
from fiducial.audit.readers.single import mean_interval, reader_figure, within_shares
from fiducial.audit.readers.study import ReaderStudy
from fiducial.claims.charts import Chart
from fiducial.claims.evidence import Figure
from fiducial.errors import CannotJudge
from fiducial.stats.mrmc import Design, arm_mean
from fiducial.stats.reader_metrics import CellEstimates, Covariance, estimate_cells


def alone_in(study: ReaderStudy, metric: str, model: NDArray[np.float64], asked: Asked) -> Part:
    """The model's metric minus the mean of the readers, on the cases that each read. ``study``: one arm.

    ``model``: (cases,), its score for ``auroc`` and its call (0 or 1) otherwise; NaN where it gave none: those cases
    are left out for both. The differences, reader by reader, go through the analysis of one arm, so that the model is
    fixed, and readers and cases are as the design says.

    Source: Hillis, Obuchowski, Schartz and Berbaum 2005, Stat Med 24:1579-1607, doi:10.1002/sim.2024 (one treatment);
    Chakraborty 2017, Observer Performance Methods for Diagnostic Imaging (a model against readers).

    Raises:
        CannotJudge: too few readers or cases for this design.
    """
    answered = study.where(np.isfinite(model))
    scored = model[np.isfinite(model)]
    if not answered.cases:
        raise CannotJudge("the model answered none of the cases that readers read")
    found = usable(answered, metric)
    readers = found.kept[0]
    if not readers.size:
        raise CannotJudge(f"no reader has enough cases for {metric} in arm {study.arms[0]!r}")
    notes = (*found.notes, *of_design(found, readers, asked.design))
    own = found.values[0][readers]
    theirs = np.where(np.isfinite(own), scored, np.nan)
    cells = _estimates(metric, answered, np.concatenate([theirs, own]), asked.covariance)
    n = readers.size
    contrast = np.concatenate([np.eye(n), -np.eye(n)], axis=1)
    lead = arm_mean(
        contrast @ cells.values,
        contrast @ cells.covariance @ contrast.T,
        design=Design(asked.design),
        confidence=asked.confidence,
    )
    mean = arm_mean(
        cells.values[n:], cells.covariance[n:, n:], design=Design(asked.design), confidence=asked.confidence
    )
    singles = [
        reader_figure(
            found,
            (0, int(reader)),
            float(cells.values[n + row]),
            float(cells.covariance[n + row, n + row]),
            asked.confidence,
        )
        for row, reader in enumerate(readers)
    ]
    of_model = _of_model(metric, answered, scored, asked)
    count = found.counted((0, int(reader)) for reader in readers)
    main = Figure("lead_over_readers", lead.value, within_shares(metric, lead.interval), count, subgroup=metric)
    pooled = Figure(metric, mean.value, mean_interval(metric, mean, asked.confidence), count, subgroup="readers alone")
    beside = (
        f", {of_model.value:.3f} on all {answered.cases} cases"
        if of_model.value != float(cells.values[:n].mean())
        else ""
    )
    sentence = (
        f"Alone the model reaches {metric} {cells.values[:n].mean():.3f} on the readers' cases{beside}, {n} "
        f"{'reader' if n == 1 else 'readers'} {told(pooled)}: a lead of {told(main)}."
    )
    charts = tuple(_charts(metric, of_model, pooled, singles))
    few = thin(found, [(0, int(reader)) for reader in readers])
    figures = (main, of_model, pooled)
    return Part(f"model-{metric}", main, figures, sentence, charts, (*notes, *few), bool(few))


def _estimates(metric: str, study: ReaderStudy, values: NDArray[np.float64], covariance: str) -> CellEstimates:
    seen = np.isfinite(values).any(axis=0)
    try:
        return estimate_cells(
            metric,
            study.truth[seen],
            values[:, seen],
            covariance=Covariance(covariance),
            patient=study.patient[seen],
        )
    except ValueError as unfit:
        raise CannotJudge(str(unfit)) from unfit


def _of_model(metric: str, study: ReaderStudy, model: NDArray[np.float64], asked: Asked) -> Figure:
    """On every case that it answered and anybody read."""
    alone = ReaderStudy(
        ("model",), ("model",), study.study, study.truth, study.patient, *(model[None, None, :] for _ in range(3))
    )
    found = usable(alone, metric)
    cells = found.estimates([(0, 0)], asked.covariance)
    figure = reader_figure(found, (0, 0), float(cells.values[0]), float(cells.covariance[0, 0]), asked.confidence)
    return Figure(metric, figure.value, figure.interval, figure.n, subgroup="model alone")


def _charts(metric: str, model: Figure, readers: Figure, singles: list[Figure]) -> Iterator[Chart]:
    rows = [("model alone", model), ("readers alone", readers), *((one.subgroup, one) for one in singles)]
    yield from forest(f"model-and-readers-{metric}", f"{metric}: the model beside the readers", metric, rows, None)
