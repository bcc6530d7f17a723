"""The parts of the PDF: cover, a chapter a rung, cases and provenance, as ReportLab flowables."""

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape

import matplotlib as mpl
from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Image, KeepTogether, Paragraph, Spacer, Table, TableStyle

from fiducial.claims.charts import Curves, Forest, FourCorners
from fiducial.claims.evidence import Evidence, Figure, RungResult
from fiducial.report.charts import draw_png
from fiducial.report.complement import undrawn
from fiducial.report.gallery import Card
from fiducial.report.page import COUNTS, why
from fiducial.report.scripts import in_its_script
from fiducial.report.words import amount, interval, number, percent, share, unit

FONT, BOLD = "DejaVuSans", "DejaVuSans-Bold"
INK, QUIET, LINE, RED, WASH = (HexColor(code) for code in ("#1b1f24", "#57606a", "#d8dee4", "#a40e26", "#f6f8fa"))
VERDICT_INK = {
    "holds": HexColor("#116329"),
    "fails": RED,
    "undecided": HexColor("#7d4e00"),
    "not shown": HexColor("#424a53"),
}
WIDTH = 174 * mm  # A4 between the margins
SHOWN = 24  # cases on paper; the page holds them all
_FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"


@cache
def register_fonts() -> None:
    """Make DejaVu Sans known to ReportLab."""
    for name in (FONT, BOLD):
        registerFont(TTFont(name, str(_FONTS / f"{name}.ttf")))
    registerFontFamily(FONT, normal=FONT, bold=BOLD, italic=FONT, boldItalic=BOLD)


def cover(evidence: Evidence) -> Iterator[Flowable]:
    """Alarms, the verdict, the ladder and what is claimed."""
    claim = evidence.claim.claim
    yield _heading(claim.name, 18)
    if claim.statement:
        yield _text(escape(claim.statement), 11)
    yield from _alarms(evidence.alarms)
    yield _band(f"The claim: <b>{evidence.verdict}</b>. {escape(why(evidence))}", WASH, VERDICT_INK[evidence.verdict])
    yield _heading("The ladder", 13)
    rows = [["Rung", "Verdict", "What was found"]]
    required = evidence.claim.ladder.required
    rows += [
        [r.rung + ("" if r.rung in required else " (not required)"), str(r.verdict), r.sentence] for r in evidence.rungs
    ]
    yield _table(rows, (30 * mm, 22 * mm, WIDTH - 52 * mm))
    yield _heading("What is claimed", 13)
    yield _table(list(_claimed(evidence)), (36 * mm, WIDTH - 36 * mm), head=False)
    if evidence.hints:
        yield _heading("What would let it climb higher", 13)
        yield from (_text(f"• {escape(hint)}") for hint in evidence.hints)


def rung_pages(evidence: Evidence, result: RungResult) -> Iterator[Flowable]:
    """One rung: its sentence, alarms, notes, four corners, drawings and figures."""
    yield _heading(f"{result.rung}: {result.verdict}", 15)
    yield _text(escape(result.sentence), 10)
    yield from _alarms(result.alarms)
    yield from (_text(f"• {escape(note)}", 8.5, QUIET) for note in result.notes)
    yield from (_corners(chart) for chart in result.charts if isinstance(chart, FourCorners))
    drawings = [chart for chart in result.charts if not isinstance(chart, FourCorners)]
    yield from _drawings([*drawings, *undrawn(result)])
    figures = [figure for figure in result.figures if figure.unit != COUNTS]
    if figures:
        yield _heading(f"Figures of {result.rung}", 11)
        yield _figures(figures, evidence.provenance.confidence)


def shown_cases(cards: list[Card]) -> Iterator[Flowable]:
    """The first cases as a contact sheet."""
    if not cards:
        return
    more = f" The first {SHOWN} of {len(cards):,}; report.html holds them all." if len(cards) > SHOWN else ""
    yield _heading("Cases to look at", 15)
    yield _text(f"In the order of the ladder, the worst first.{more}", 9, QUIET)
    cells = [_case(card) for card in cards[:SHOWN]]
    cells += [[] for _ in range(-len(cells) % 4)]
    rows = [cells[start : start + 4] for start in range(0, len(cells), 4)]
    yield Table(rows, (WIDTH / 4,) * 4, style=[("VALIGN", (0, 0), (-1, -1), "TOP")], hAlign="LEFT")


def origins(evidence: Evidence) -> Iterator[Flowable]:
    """Hashes, versions, the command and the confidence."""
    made = evidence.provenance
    rows = [[name, of] for name, of in made.inputs.items()]
    rows += [["command", made.command], ["confidence", f"{percent(made.confidence)} of an interval"]]
    rows.append(["versions", ", ".join(f"{name} {one}" for name, one in made.versions.items())])
    yield _heading("Where these numbers come from", 15)
    yield _table(rows, (36 * mm, WIDTH - 36 * mm), head=False)


def _alarms(alarms: tuple[str, ...]) -> Iterator[Flowable]:
    yield from (_band(f"Alarm: {escape(alarm)}", RED, white) for alarm in alarms)


def _claimed(evidence: Evidence) -> Iterator[list[str]]:
    claim = evidence.claim.claim
    rule = f" ({claim.threshold.rule})" if claim.threshold.rule else ""
    yield ["Finding", claim.finding]
    yield ["Positive call", f"score ≥ {claim.threshold.value:g}{rule}"]
    if claim.intended_use:
        yield ["Intended use", claim.intended_use]
    if claim.not_for:
        yield ["Not for", "; ".join(claim.not_for)]
    if claim.prevalence:
        yield ["Prevalence of use", " to ".join(f"{one:g}" for one in claim.prevalence)]
    if claim.threshold_probability:
        told = " to ".join(f"{one:g}" for one in claim.threshold_probability)
        yield ["Acting is worth it from", f"{told} (threshold probability)"]
    if claim.workload:
        yield ["Workload", str(claim.workload)]
    floors = "; ".join(str(evidence.claim.floor(name)) for name in evidence.claim.floors)
    yield ["Floors", floors or "none: nothing can hold"]


def _corners(chart: FourCorners) -> Flowable:
    ill, healthy = chart.true_positives + chart.false_negatives, chart.false_positives + chart.true_negatives
    found = f"sensitivity {number(chart.true_positives / ill)}" if ill else "nobody is ill"
    cleared = f"specificity {number(chart.true_negatives / healthy)}" if healthy else "nobody is healthy"
    rows = [
        ["", "called ill", "called healthy", "share right"],
        ["ill", f"{chart.true_positives:,}", f"{chart.false_negatives:,} (wrong)", found],
        ["healthy", f"{chart.false_positives:,} (wrong)", f"{chart.true_negatives:,}", cleared],
        *([f"right, {words}", share(ppv), share(npv), "PPV, NPV"] for words, ppv, npv in chart.predictive),
    ]
    table = _table(rows, (44 * mm, 36 * mm, 40 * mm, WIDTH - 120 * mm))
    return KeepTogether([_heading(chart.title, 11), table])


def _drawings(charts: list[Curves | Forest]) -> Iterator[Flowable]:
    for chart in charts:
        png, width, height = draw_png(chart)
        scale = min(0.72 if isinstance(chart, Curves) else 0.8, WIDTH / width, 210 * mm / height)
        yield Spacer(1, 3 * mm)
        yield Image(BytesIO(png), width * scale, height * scale, hAlign="LEFT")


def _figures(figures: list[Figure], confidence: float) -> Flowable:
    several = any(one.condition != "clean" for one in figures)
    rows = [["Figure", "Subgroup", "Value", f"{percent(confidence)} interval", "n", "Unit"]]
    for one in figures:
        group = f"{one.subgroup}, {one.condition}" if several else one.subgroup
        rows.append([one.name, group, amount(one), interval(one), f"{one.n:,}", unit(one)])
    return _table(rows, (46 * mm, 46 * mm, 18 * mm, 34 * mm, 15 * mm, 15 * mm), size=7.5)


def _case(card: Card) -> list[Flowable]:
    picture: Flowable = _text(escape(card.reason or "no image"), 7, QUIET)
    if card.jpeg:
        picture = Image(BytesIO(card.jpeg), 36 * mm, 36 * mm, kind="proportional", hAlign="LEFT")
    told = f"<b>{escape(card.name)}</b><br/>{card.kind}, score {number(card.case.score)}<br/>{', '.join(card.rungs)}"
    return [picture, _text(told, 7)]


def _heading(text: str, size: float) -> Paragraph:
    style = ParagraphStyle(
        "heading", fontName=BOLD, fontSize=size, leading=1.25 * size, textColor=INK, spaceBefore=10, spaceAfter=4,
        keepWithNext=True,
    )  # fmt: skip
    heading = Paragraph(in_its_script(escape(text)), style)
    if size >= 15:
        heading.bookmark = text  # type: ignore[attr-defined]  # read back when the page is laid out
    return heading


def _text(text: str, size: float = 9, colour: Color = INK) -> Paragraph:
    style = ParagraphStyle(
        "text", fontName=FONT, fontSize=size, leading=1.35 * size, textColor=colour, spaceAfter=3, splitLongWords=1
    )
    return Paragraph(in_its_script(text), style)


def _band(text: str, ground: Color, ink: Color) -> Flowable:
    edge = ink if ground is WASH else ground
    style = TableStyle([("BACKGROUND", (0, 0), (-1, -1), ground), ("BOX", (0, 0), (-1, -1), 1, edge)])
    return Table([[_text(text, 10, ink)]], (WIDTH,), style=style, hAlign="LEFT", spaceBefore=4, spaceAfter=4)


def _table(rows: list[list[str]], widths: tuple[float, ...], *, head: bool = True, size: float = 8.5) -> Table:
    cells = [
        [_text(f"<b>{escape(cell)}</b>" if head and not index else escape(cell), size) for cell in row]
        for index, row in enumerate(rows)
    ]
    style = TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE)])
    if head:
        style.add("LINEBELOW", (0, 0), (-1, 0), 1, INK)
    return Table(cells, widths, repeatRows=int(head), style=style, hAlign="LEFT")
