"""How explainers of black boxes ask: the same scan with parts of it covered, many times, in batches."""

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
import numpy.typing as npt

from fiducial.errors import UnusableInput
from fiducial.models.contract import Floats, Model, Shown, Study
from fiducial.scans.physical import Values, physical, with_physical
from fiducial.scans.scan import Scan

TOGETHER = 32  # scans in memory at once


def scores(model: Model, shown: Shown, finding: str, seen: Iterable[Floats]) -> Iterator[tuple[Floats, float]]:
    """Each mask of ``seen``, (rows, columns) from 0 (covered) to 1 (as it is), with the score that is left.

    Raises:
        UnusableInput: the model cannot answer.
    """
    values = physical(shown.scan)
    blank = np.median(values)  # grey of its own kind: black or white would be news to the model
    left = iter(seen)
    while masks := list(islice(left, TOGETHER)):
        asked = [_asked(shown.study, shown.scan, mask * values + (1 - mask) * blank) for mask in masks]
        for mask, answer in zip(masks, model.answer(asked), strict=True):
            if finding not in answer.scores:
                raise UnusableInput(answer.reason or f"the model gave no score for {finding}")
            yield mask, answer.scores[finding]


def everything(shown: Shown) -> npt.NDArray[np.float32]:
    """The mask that covers nothing."""
    return np.ones(shown.scan.array.shape[1:3], dtype=np.float32)


def _asked(study: Study, scan: Scan, values: Values) -> Shown:
    changed = with_physical(scan, values)
    return Shown(study, lambda: changed)
