"""The picture of one study: what was found in it, and what the rules say."""

from pathlib import Path

import numpy as np

from fiducial.pipelines.result import Row, StudyResult
from fiducial.report.boxed import Boxed, Mark, save_boxed
from fiducial.scans.thumbnail import windowed

_INSIDE = 0.5
_SHOWN = 12  # boxes: more hide what they mark


def save_picture(result: StudyResult, draw: tuple[str, ...], path: Path) -> None:
    """Write the overlay of a study that was read. ``draw``: the findings whose boxes and masks are drawn; all if empty.

    Raises:
        UnusableInput: the place cannot be written to.
    """
    if result.shown is None:
        return
    scan = result.shown.scan
    middle = scan.array.shape[0] // 2
    chosen = [row for row in result.boxes if not draw or row["finding"] in draw]
    strongest = sorted(chosen, key=lambda row: -(row["score"] or 0.0))[:_SHOWN]
    outlines = {
        name: np.asarray(one[middle] >= _INSIDE)
        for answered in result.answers.values()
        for name, one in answered.answer.maps.items()
        if not draw or name in draw
    }
    save_boxed(
        Boxed(windowed(scan, middle), _title(result), [_mark(row) for row in strongest], outlines, _lines(result)), path
    )


def _mark(row: Row) -> Mark:
    agreed = f" x{row['models']}" if row.get("models") else ""  # so many models see it
    return Mark(row["finding"], (row["x0"], row["y0"], row["x1"], row["y1"]), f"{row['score']:.2f}{agreed}")


def _title(result: StudyResult) -> str:
    if result.priority is None:
        return result.study
    return f"{result.study}: {result.priority.urgency}{'' if result.priority.certain else ', perhaps'}"


def _lines(result: StudyResult) -> list[str]:
    lines = [] if result.priority is None else [result.priority.why]
    for word, value in (("true", True), ("unknown", None)):
        named = [name for name, said in result.conclusions.items() if said is value]
        lines += [f"{word}: {', '.join(named)}"] if named else []
    return lines
