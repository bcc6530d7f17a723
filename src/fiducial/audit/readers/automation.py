"""Automation bias: readers who were right alone and follow the model's wrong call; and whom its right call saves."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.forests import forest
from fiducial.audit.readers.changes import share_of_readings
from fiducial.audit.readers.parts import Part, told
from fiducial.audit.readers.study import ReaderStudy
from fiducial.claims.evidence import Figure
from fiducial.errors import CannotJudge

Bools = NDArray[np.bool_]
FEWEST = 10  # readings of a subgroup; below it a share says nothing


def automation_in(
    study: ReaderStudy, called: NDArray[np.float64], subgroups: Mapping[str, Bools], confidence: float
) -> Part:
    """Of the readings that were right alone and whose case the model called wrongly, the share that ended wrong.

    ``called``: (cases,), the model's call, NaN where it gave none. ``subgroups``: a label and its cases (cases,). The
    interval of a subgroup is wider by Bonferroni's correction for all of them.

    Raises:
        CannotJudge: no reading was right alone where the model was wrong.
    """
    both = np.isfinite(study.decision).all(axis=0) & np.isfinite(called)
    alone, together = study.decision == study.truth
    wrong = called != study.truth
    tempted, lifted = both & alone & wrong, both & ~alone & ~wrong
    if not tempted.any():
        raise CannotJudge("no reading was right alone on a case that the model called wrongly")
    main = share_of_readings("automation_bias", ~together, tempted, study.patient, confidence=confidence)
    kinds = {"ill, missed by the model": study.truth, "healthy, called by the model": ~study.truth}
    pooled = [
        share_of_readings(
            "automation_bias", ~together, tempted & kind, study.patient, subgroup=name, confidence=confidence
        )
        for name, kind in kinds.items()
        if (tempted & kind).any()
    ]
    saved = [
        share_of_readings("saved_by_the_model", together, lifted, study.patient, confidence=confidence)
        for _ in range(int(bool(lifted.any())))
    ]
    large = {name: rows for name, rows in subgroups.items() if int((tempted & rows).sum()) >= FEWEST}
    strict = 1 - (1 - confidence) / max(1, len(large))
    by_group = [
        share_of_readings("automation_bias", ~together, tempted & rows, study.patient, subgroup=name, confidence=strict)
        for name, rows in large.items()
    ]
    charts = forest(
        "automation-bias",
        "Readers who followed the model's wrong call",
        "share of readings that were right alone",
        [("all", main), *((one.subgroup, one) for one in (*pooled, *by_group))],
        None,
    )
    sentence = f"Of {main.n} readings right alone where the model was wrong, {told(main)} followed it."
    if saved:
        sentence += f" Of {saved[0].n} wrong alone where it was right, {told(saved[0])} were put right."
    return Part(
        "automation_bias",
        main,
        (main, *pooled, *saved, *by_group),
        sentence,
        tuple(charts),
        tuple(_small(subgroups, large)),
    )


def of_subgroups(part: Part, subgroups: Mapping[str, Bools]) -> tuple[Figure, ...]:
    """The figures of the subgroups alone."""
    return tuple(one for one in part.figures if one.name == "automation_bias" and one.subgroup in subgroups)


def _small(subgroups: Mapping[str, Bools], large: Mapping[str, Bools]) -> Iterator[str]:
    left = [name for name in subgroups if name not in large]
    if left:
        yield f"Fewer than {FEWEST} readings could show automation bias in: {', '.join(left)}."
