"""Chart data into SVG and PNG, the same bytes for the same numbers.

Lines differ in colour, dash and mark, so that no reader depends on colour alone.
"""

from dataclasses import replace
from io import BytesIO, StringIO
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from PIL import Image

from fiducial.claims.charts import Curves, Forest, Series

# Okabe and Ito 2008, "Color Universal Design": distinct under every common kind of colour blindness.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("-", "--", "-.", ":")
MARKS = "osD^vPX"
LETTER, ROOM = 0.07, 50  # inches a letter of a label; letters beyond which a forest grows wider
BARS = 30  # intervals of more points than this are drawn as a band
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: small, searchable, readable aloud
    "svg.hashsalt": "fiducial",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "legend.frameon": False,
}


def draw(chart: Curves | Forest) -> str:
    """An ``<svg>`` element with a title for screen readers."""
    with mpl.rc_context(_STYLE):
        figure = _figure(chart)
        text = StringIO()
        metadata = {"Date": None, "Creator": None, "Title": chart.title}
        canvas = FigureCanvasSVG(figure)
        # print_figure would draw everything twice
        canvas.print_svg(text, metadata=metadata)  # type: ignore[no-untyped-call]  # matplotlib leaves its canvases untyped
    return text.getvalue()[text.getvalue().index("<svg") :]


def draw_png(chart: Curves | Forest, *, dpi: int = 200) -> tuple[bytes, float, float]:
    """The same drawing as PNG bytes, with its width and height in points (1/72 inch)."""
    with mpl.rc_context(_STYLE):
        figure = _figure(chart)
        stream = BytesIO()
        figure.set_dpi(dpi)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()  # type: ignore[no-untyped-call]  # matplotlib leaves its canvases untyped
        pixels = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
        Image.fromarray(pixels).convert("RGB").save(stream, "PNG")
        width, height = figure.get_size_inches()
    return stream.getvalue(), 72 * float(width), 72 * float(height)


def _figure(chart: Curves | Forest) -> Figure:
    return _curves(chart) if isinstance(chart, Curves) else _forest(chart)


def _curves(chart: Curves) -> Figure:
    figure = Figure(figsize=(4.2, 4.0), layout="constrained")
    axes = figure.subplots()
    if chart.diagonal:
        axes.plot([0, 1], [0, 1], color="0.75", linewidth=1, zorder=0)
    for index, series in enumerate(chart.series):
        _line(axes, _apart(series, index, len(chart.series)) if chart.log_x else series, index)
    for index, (x, y, _) in enumerate(chart.marks):
        colour, mark = PALETTE[index % len(PALETTE)], MARKS[index % len(MARKS)]
        axes.plot([x], [y], mark, color=colour, markersize=6, zorder=3)
    axes.set(xlabel=chart.x_label, ylabel=chart.y_label, title=chart.title)
    if chart.log_x:
        _by_factors(axes, chart)
    elif _in_unit_square(chart):
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
        axes.set_aspect("equal")
    elif chart.of_shares:
        axes.set(ylim=(-0.02, 1.02))
    if chart.marks:
        told = f"{'mark' if len(chart.marks) == 1 else 'marks'}: {chart.marks[0][2]}"
        axes.text(0.98, 0.02, told, ha="right", color="0.35", fontsize=8, transform=axes.transAxes)
    if len(chart.series) > 1:
        # Beside a diagonal the lower right is free; other lines may run anywhere.
        where = {"loc": "lower right", "bbox_to_anchor": (1.0, 0.05)} if chart.diagonal else {"loc": "best"}
        axes.legend(**where, fontsize=8)
    return figure


def _apart(series: Series, index: int, count: int) -> Series:
    """Intervals at one x would hide each other."""
    factor = 1.05 ** (index - (count - 1) / 2)
    return replace(series, x=tuple(x * factor for x in series.x))


def _by_factors(axes: Axes, chart: Curves) -> None:
    places = sorted({x for series in chart.series for x in series.x})
    axes.set_xscale("log")
    axes.set_xticks(places, [f"{place:.4g}" for place in places])
    axes.minorticks_off()
    axes.margins(x=0.12)


def _in_unit_square(chart: Curves) -> bool:
    ends = [value for one in chart.series for line in (one.x, one.y, one.low, one.high) for value in line]
    return not chart.close and all(0 <= value <= 1 for value in ends)


def _line(axes: Axes, series: Series, index: int) -> None:
    colour, dash = PALETTE[index % len(PALETTE)], DASHES[index % len(DASHES)]
    if not series.low:
        axes.plot(series.x, series.y, color=colour, linestyle=dash, linewidth=1.6, label=series.label)
        return
    if len(series.x) > BARS:
        axes.plot(series.x, series.y, color=colour, linestyle=dash, linewidth=1.6, label=series.label)
        axes.fill_between(series.x, series.low, series.high, color=colour, alpha=0.18, linewidth=0)
        return
    below = [y - low for y, low in zip(series.y, series.low, strict=True)]
    above = [high - y for y, high in zip(series.y, series.high, strict=True)]
    axes.errorbar(
        series.x,
        series.y,
        yerr=[below, above],
        marker=MARKS[index % len(MARKS)],
        linestyle=dash,
        color=colour,
        linewidth=1.2,
        markersize=4,
        label=series.label,
    )


def _forest(chart: Forest) -> Figure:
    rows = list(reversed(chart.rows))
    longest = max((len(label) for label, *_ in rows), default=0)
    wide = 6.4 + LETTER * max(0, longest - ROOM)
    figure = Figure(figsize=(wide, 0.9 + 0.28 * len(rows)), layout="constrained")
    axes = figure.subplots()
    for place, (_, value, low, high, _) in enumerate(rows):
        axes.plot([low, high], [place, place], color=PALETTE[0], linewidth=1.6)
        axes.plot([value], [place], "o", color=PALETTE[0], markersize=5)
    if chart.floor is not None:
        axes.axvline(chart.floor, color=PALETTE[1], linewidth=1.2, linestyle="--")
        top = (chart.floor, len(rows) - 0.35)
        axes.annotate(
            f"{chart.line} {chart.floor:.4g}", top, (4, 0), textcoords="offset points", color=PALETTE[1], fontsize=8
        )
    axes.set_yticks(range(len(rows)), [f"{label}  (n={n:,})" for label, _, _, _, n in rows])
    axes.set(xlabel=chart.x_label, ylim=(-0.6, len(rows) - 0.1))
    axes.set_title(chart.title, pad=12)
    axes.xaxis.set_major_locator(MaxNLocator(6))  # more would run into each other beside long labels
    axes.tick_params(left=False)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color="0.92")
    axes.set_axisbelow(True)
    return figure
