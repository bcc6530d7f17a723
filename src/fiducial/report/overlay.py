"""Draws where a score came from: the image beside the same image under its saliency, with what readers marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from fiducial.claims.evidence import NOTICE
from fiducial.files.writing import replacing

MARKED = "#56b4e9"  # sky blue of Okabe and Ito's palette: told from the map's reds by the colour-blind, too
_MAP = "inferno"
_STRONGEST = 0.75  # opacity where the saliency is greatest
_DPI = 110


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """``grey``: uint8 (rows, columns). ``heat``: (rows, columns); what is below 0 is not drawn.

    ``boxes``: x0, y0, x1, y1 in pixels, of what readers marked. ``title`` says whose score this is.
    """

    grey: npt.NDArray[np.uint8]
    heat: npt.NDArray[np.float32]
    title: str
    boxes: Sequence[tuple[float, float, float, float]] = ()


def save_overlay(overlay: Overlay, path: Path) -> None:
    """Write a PNG.

    Raises:
        UnusableInput: the place cannot be written to.
    """
    rows, columns = overlay.grey.shape
    figure = Figure(figsize=(8.0, 4.0 * rows / columns + 0.7), layout="constrained")
    FigureCanvasAgg(figure)
    plain, covered = figure.subplots(1, 2)
    for axes in (plain, covered):
        axes.imshow(overlay.grey, cmap="gray", vmin=0, vmax=255)
        axes.set_axis_off()
        for x0, y0, x1, y1 in overlay.boxes:
            axes.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, edgecolor=MARKED, linewidth=1.4))
    covered.imshow(_coloured(overlay.heat))
    figure.suptitle(overlay.title, fontsize=9)
    figure.supxlabel(NOTICE, fontsize=6)
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=_DPI, format="png", metadata={"Software": None})


def _coloured(heat: npt.NDArray[np.float32]) -> npt.NDArray[Any]:
    """RGBA, opaque where the saliency is great."""
    positive = np.clip(heat, 0, None)
    share = positive / (positive.max() or 1.0)
    colours = mpl.colormaps[_MAP](0.25 + 0.75 * share)
    colours[..., 3] = _STRONGEST * share
    return colours
