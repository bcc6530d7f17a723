"""The contact sheet of a pair: both scans at one place, where they overlap, the curves and the gates."""

from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from fiducial.claims.evidence import NOTICE
from fiducial.files.writing import replacing

Plane = NDArray[np.floating[Any]]  # (rows, columns), HU; NaN where a scan shows nothing

_WINDOW = (-160.0, 400.0)  # HU: soft tissue and bone, as for reading an abdomen
_LINE = 110  # letters of the title that fit on the sheet
_TILE = 24  # mm of a square of the checkerboard
_GOOD, _BAD, _MOVING, _FIXED, _SECOND = "#0b6e4f", "#a04a00", "#d55e00", "#0072b2", "#56606b"  # colour-blind safe
_MARK = "#ffd27f"  # the letters that say which side is which
_PLACES = ((0.02, 0.5), (0.98, 0.5), (0.5, 0.98), (0.5, 0.02))  # left, right, above, below
_ANCHORS = (("left", "center"), ("right", "center"), ("center", "top"), ("center", "bottom"))
_MARKS = {"verified": _GOOD, "review": "#7a5c00", "dropped": _BAD}


@dataclass(frozen=True, slots=True)
class View:
    """One cut through both; pixels are 1 mm. ``sides``: what lies left, right, above and below, a letter each."""

    name: str
    fixed: Plane
    moved: Plane
    sides: str
    overlap: tuple[float, float] | None = None  # first and last row that both show


@dataclass(frozen=True, slots=True)
class Curve:
    """Correlation against the shift in mm."""

    name: str
    shift: NDArray[np.float64]
    value: NDArray[np.float64]


class GateLine(NamedTuple):
    """One line of the table of gates."""

    name: str
    value: str
    bound: str
    passed: bool


@dataclass(frozen=True, slots=True)
class PairSheet:
    """All that is drawn. ``ridge`` is (slices of moving, slices of fixed), ``line`` its slope and start in slices."""

    title: str
    verdict: str
    subtitle: str
    views: tuple[View, ...]
    curves: tuple[Curve, ...]
    best: tuple[float, float] | None  # shift and correlation
    second: tuple[float, float] | None
    ridge: NDArray[np.float32] | None
    line: tuple[float, float] | None
    gates: tuple[GateLine, ...]


def save_pair_sheet(sheet: PairSheet, path: Path) -> None:
    """Write a PNG.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    with replacing(path) as temporary:
        draw_pair_sheet(sheet).savefig(temporary, dpi=80, format="png")


def draw_pair_sheet(sheet: PairSheet) -> Figure:
    """Three rows: the first view side by side, the cuts with their overlap, the curves and the gates."""
    figure = Figure(figsize=(15, 13.5), layout="constrained", facecolor="white")
    figure.suptitle(
        fill(sheet.title, _LINE), x=0.01, ha="left", fontsize=16, fontweight="bold", color=_MARKS[sheet.verdict]
    )
    rows = figure.subfigures(3, 1, squeeze=False, height_ratios=[1, 1.25, 1])[:, 0]
    rows[0].suptitle(sheet.subtitle, x=0.01, ha="left", fontsize=11)
    axial, *cuts = sheet.views
    top = rows[0].subplots(1, 3)
    _picture(top[0], axial.fixed, f"fixed, {axial.name}", axial.sides)
    _picture(top[1], axial.moved, "moving, moved there", axial.sides)
    _picture(top[2], _checkered(axial.fixed, axial.moved), "checkerboard of both", axial.sides)
    middle = rows[1].subplots(1, 2 * len(cuts), squeeze=False)[0]
    for at, view in enumerate(cuts):
        for axes, plane, who in ((middle[2 * at], view.fixed, "fixed"), (middle[2 * at + 1], view.moved, "moving")):
            _picture(axes, plane, f"{who}, {view.name}", view.sides)
            if view.overlap is not None:
                _band(axes, view.overlap)
    below = rows[2].subplots(1, 3, width_ratios=[1.2, 0.9, 1.3])
    _curves(below[0], sheet)
    _ridge(below[1], sheet)
    _gates(below[2], sheet)
    figure.text(0.99, 0.004, NOTICE, ha="right", fontsize=8, color=_SECOND)
    return figure


def _picture(axes: Axes, plane: Plane, title: str, sides: str) -> None:
    shown = np.where(np.isnan(plane), _WINDOW[0], plane)
    axes.imshow(shown, cmap="gray", vmin=_WINDOW[0], vmax=_WINDOW[1], interpolation="bilinear")
    axes.set_title(title, fontsize=10)
    axes.set_axis_off()
    for side, (x, y), (across, along) in zip(sides, _PLACES, _ANCHORS, strict=True):
        behind = {"facecolor": "black", "alpha": 0.5, "linewidth": 0, "pad": 1.5}
        axes.text(x, y, side, color=_MARK, fontsize=10, ha=across, va=along, transform=axes.transAxes, bbox=behind)


def _checkered(one: Plane, other: Plane) -> Plane:
    rows, columns = (np.arange(length) // _TILE for length in one.shape)
    return np.where((rows[:, None] + columns[None, :]) % 2 == 0, one, other)


def _band(axes: Axes, overlap: tuple[float, float]) -> None:
    for edge in overlap:
        axes.axhline(edge, color=_MOVING, linewidth=1.5, linestyle="--")


def _curves(axes: Axes, sheet: PairSheet) -> None:
    for curve, style in zip(sheet.curves, ("-", "--", ":", "-."), strict=False):
        colour = _FIXED if curve.name == "bone" else _SECOND
        axes.plot(curve.shift, curve.value, style, color=colour, linewidth=1.4, label=curve.name)
    if sheet.best is not None:
        axes.plot(*sheet.best, "o", color=_MOVING, label=f"best: {sheet.best[0]:.1f} mm, {sheet.best[1]:.2f}")
    if sheet.second is not None:
        axes.plot(*sheet.second, "s", mfc="none", color=_MOVING, label=f"second: {sheet.second[1]:.2f}")
    axes.set_xlabel("shift of the moving scan along z (mm)")
    axes.set_ylabel("correlation over the overlap")
    if sheet.curves:
        axes.legend(fontsize=8, loc="best")


def _ridge(axes: Axes, sheet: PairSheet) -> None:
    if sheet.ridge is None:
        axes.set_axis_off()
        return
    axes.imshow(sheet.ridge, cmap="cividis", aspect="auto", origin="lower", vmin=0, vmax=1)
    axes.set_xlabel("slice of the fixed scan")
    axes.set_ylabel("slice of the moving scan")
    axes.set_title("which slices look alike", fontsize=10)
    if sheet.line is not None:
        slope, start = sheet.line
        at = np.arange(sheet.ridge.shape[0])
        like = slope * at + start
        inside = (like >= 0) & (like < sheet.ridge.shape[1])
        axes.plot(like[inside], at[inside], color=_MOVING, linewidth=1.5, label=f"slope {slope:.2f}")
        axes.legend(fontsize=8, loc="lower right")


def _gates(axes: Axes, sheet: PairSheet) -> None:
    axes.set_axis_off()
    rows = [[gate.name, gate.value, gate.bound, "kept" if gate.passed else "missed"] for gate in sheet.gates]
    if not rows:
        return
    table = axes.table(
        rows,
        colLabels=["gate", "value", "bound", ""],
        loc="center",
        cellLoc="left",
        colWidths=[0.4, 0.2, 0.22, 0.18],
    )
    table.auto_set_font_size(False)  # noqa: FBT003  (it takes no keyword)
    table.set_fontsize(9)
    table.scale(1, 1.25)
    for (row, _), cell in table.get_celld().items():
        cell.set_linewidth(0.3)
        if row and not sheet.gates[row - 1].passed:
            cell.set_text_props(color=_BAD, fontweight="bold")
