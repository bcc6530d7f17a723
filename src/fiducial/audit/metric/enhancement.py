"""The error where contrast was due: what a score over the whole image averages away."""

from dataclasses import astuple, fields

import numpy as np
from numpy.typing import NDArray

from fiducial.audit.metric.answers import RIGHT
from fiducial.audit.metric.observed import Doubt, ratio_of_sums
from fiducial.audit.metric.trials import Contrast
from fiducial.claims.evidence import Figure, RungResult, Verdict
from fiducial.stats.intervals import wilson_clustered

NAME = "contrast"
_RATIOS = (
    ("due", "due", "body", "1"),
    ("error_where_due", "error", "due", "HU"),
    ("error_of_input_where_due", "untouched", "due", "HU"),
    ("painted", "painted", "enhancement", "1"),
    ("error_elsewhere", "error_elsewhere", "elsewhere", "HU"),
    ("invented", "invented", "elsewhere", "1"),
)


def judge_contrast(
    studies: list[Contrast | None], patient: NDArray[np.int64], doubt: Doubt, lacking: str | None
) -> RungResult:
    """Is the prediction nearer to the target than the unchanged input, where they differ by more than 30 HU?

    ``studies``, ``patient``: one a study.
    """
    kept = [(one, who) for one, who in zip(studies, patient, strict=True) if one is not None]
    if not kept:
        needed = "results.input (the scan that the model was given, in HU)"
        return RungResult(NAME, Verdict.NOT_SHOWN, (), f"Not shown: needs {needed}.", missing=(needed,))
    names = [one.name for one in fields(Contrast)]
    table = np.array([astuple(one) for one, _ in kept])
    who = np.array([one for _, one in kept], dtype=np.int64)
    column = dict(zip(names, table.T, strict=True))
    column["body"] = column["due"] + column["elsewhere"]
    if not column["due"].any():
        return RungResult(NAME, Verdict.NOT_SHOWN, (), "Not shown: target and input differ nowhere by 30 HU.")
    ratios = [one for one in _RATIOS if column[one[2]].any()]
    top, bottom = (np.column_stack([column[one[place]] for one in ratios]) for place in (1, 2))
    found = ratio_of_sums(top, bottom, who, doubt)
    figures = [
        Figure(name, value, interval, len(kept), unit)
        for (name, _, _, unit), (value, interval) in zip(ratios, found, strict=True)
    ]
    nearer = (column["error"] < column["untouched"])[column["due"] > 0]
    interval = wilson_clustered(nearer, who[column["due"] > 0], doubt.confidence) if doubt.trusted else None
    figures.append(Figure("nearer_than_input", float(nearer.mean()), interval, nearer.size))
    if lacking or interval is None:
        return RungResult(NAME, Verdict.NOT_SHOWN, tuple(figures), f"Not shown: {lacking}.")
    verdict = Verdict.HOLDS if interval.low >= RIGHT else Verdict.FAILS if interval.high < RIGHT else Verdict.UNDECIDED
    return RungResult(NAME, verdict, tuple(figures), _sentence({one.name: one for one in figures}))


def _sentence(figure: dict[str, Figure]) -> str:
    words = (
        f"Where contrast was due ({100 * figure['due'].value:.1f}% of the body) the prediction is off by "
        f"{figure['error_where_due'].value:.1f} HU and the unchanged input by "
        f"{figure['error_of_input_where_due'].value:.1f} HU; it shows {100 * figure['painted'].value:.0f}% of the due "
        f"enhancement and is nearer than the input in {100 * figure['nearer_than_input'].value:.0f}% of studies"
    )
    if "invented" not in figure:
        return f"{words}."
    return f"{words}. Where none was due it changed {100 * figure['invented'].value:.1f}% of the body by 30 HU or more."
