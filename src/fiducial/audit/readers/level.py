"""How good the readers of one arm are, each and together."""

import numpy as np

from fiducial.audit.forests import forest
from fiducial.audit.readers.cells import Metric, name_of, of_design, usable
from fiducial.audit.readers.parts import Asked, Part, told
from fiducial.audit.readers.single import mean_interval, reader_figure
from fiducial.audit.readers.study import ReaderStudy
from fiducial.claims.evidence import Figure
from fiducial.errors import CannotJudge
from fiducial.stats.mrmc import Design, arm_mean


def level_in(study: ReaderStudy, metric: Metric, asked: Asked) -> Part:
    """The metric of every reader of the study's only arm, and their mean.

    Raises:
        CannotJudge: too few readers or cases for this design, or nothing that the metric is computed from.
    """
    found = usable(study, metric)
    readers, name = found.kept[0], name_of(metric)
    if not readers.size:
        raise CannotJudge(f"no reader has enough cases for {name}" + (f" ({found.notes[0]})" if found.notes else ""))
    notes = (*found.notes, *of_design(found, readers, asked.design))
    cells = found.estimates([(0, int(reader)) for reader in readers], asked.covariance)
    mean = arm_mean(cells.values, cells.covariance, design=Design(asked.design), confidence=asked.confidence)
    singles = [
        reader_figure(found, (0, int(reader)), float(value), float(variance), asked.confidence)
        for reader, value, variance in zip(readers, cells.values, np.diagonal(cells.covariance), strict=True)
    ]
    n = found.counted((0, int(reader)) for reader in readers)
    main = Figure(name, mean.value, mean_interval(metric, mean, asked.confidence), n, subgroup=study.arms[0])
    rows = [*((one.subgroup, one) for one in singles), ("all readers", main)]
    charts = tuple(forest(f"{name}-by-reader", f"{name} by reader", name, rows, None))
    counted = f"{readers.size} {'reader' if readers.size == 1 else 'readers'}"
    return Part(name, main, (main, *singles), f"{name}: {told(main)} over {counted}.", charts, notes)
