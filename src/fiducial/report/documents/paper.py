"""A document as PDF: the same blocks as ReportLab flowables, the same bytes from the same words."""

from collections.abc import Iterator
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    PageTemplate,
    Paragraph,
    Table,
    TableStyle,
)

from fiducial.claims.evidence import NOTICE
from fiducial.report.documents.document import (
    Alarm,
    Banner,
    Block,
    Cell,
    Document,
    Facts,
    Fields,
    Gap,
    Link,
    Mark,
    Pieces,
    Rows,
    Text,
)
from fiducial.report.paper import BOLD, FONT, INK, LINE, QUIET, RED, VERDICT_INK, WASH, register_fonts
from fiducial.report.scripts import in_its_script

MARGIN = 16 * mm
WIDTH = A4[0] - 2 * MARGIN
SCALES = (1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64)  # of the type of a document that must fit one page
SIZE = 8.6  # points of plain text at scale 1
_GOOD, _HALF = VERDICT_INK["holds"], VERDICT_INK["undecided"]
STATUS_INK = VERDICT_INK | {"shown": _GOOD, "answered": _GOOD, "partly": _HALF, "for the authors": QUIET}


def document_pdf(document: Document) -> tuple[bytes, float]:
    """The PDF, and the scale at which its type was set: 1 unless the document must fit one page."""
    register_fonts()
    for scale in SCALES if document.one_page else (1.0,):
        content, pages = _set(document, scale)
        if pages == 1:
            break
    return content, scale


def _set(document: Document, scale: float) -> tuple[bytes, int]:
    stream = BytesIO()
    template = _Paper(document, stream)
    template.build(list(_story(document, SIZE * scale)))
    return stream.getvalue(), template.page


class _Paper(BaseDocTemplate):
    """A4 pages with the kind above, and the notice and the origin below."""

    def __init__(self, document: Document, stream: BytesIO) -> None:
        super().__init__(
            stream,
            pagesize=A4,
            title=f"{document.title}: {document.kind}",
            author="fiducial",
            lang="en",
            invariant=1,
        )
        self._document = document
        frame = Frame(MARGIN, MARGIN + 6 * mm, WIDTH, A4[1] - 2 * MARGIN - 10 * mm, 0, 0, 0, 0)
        self.addPageTemplates([PageTemplate("page", [frame], onPage=self._frame_page)])

    def _frame_page(self, canvas: Canvas, _document: BaseDocTemplate) -> None:
        canvas.saveState()
        canvas.setFont(FONT, 7)
        canvas.setFillColor(QUIET)
        width, height = A4
        canvas.drawString(MARGIN, height - MARGIN, f"{self._document.kind}: {self._document.title}"[:110])
        canvas.drawRightString(width - MARGIN, height - MARGIN, f"page {canvas.getPageNumber()}")
        canvas.drawString(MARGIN, MARGIN, self._document.origin)
        canvas.drawString(MARGIN, MARGIN - 3.2 * mm, NOTICE)
        canvas.restoreState()


def _story(document: Document, size: float) -> Iterator[Flowable]:
    yield _text(f"<b>{escape(document.title)}</b>", 1.7 * size)
    for section in document.sections:
        if section.heading:
            yield CondPageBreak(22 * mm)  # a heading does not stand alone at the foot of a page
            yield _heading(section.heading, size)
        for block in section.blocks:
            yield from _drawn(block, size)


def _drawn(block: Block, size: float) -> Iterator[Flowable]:
    match block:
        case Text():
            yield _text(escape(block.words), size, QUIET if block.quiet else INK)
        case Alarm():
            yield _band(f"<b>Alarm:</b> {escape(block.words)}", size, RED)
        case Banner():
            words = f"The claim: <b>{escape(block.status)}</b>. {escape(block.words)}"
            yield _band(words, 1.15 * size, STATUS_INK.get(block.status, INK))
        case Facts() if block.pairs:
            yield _table([[_quiet(name), _cell(value)] for name, value in block.pairs], (0.27, 0.73), size)
        case Rows() if block.rows:
            head = [f"<b>{escape(name)}</b>" for name in block.head]
            rows = [head, *([_cell(value) for value in row] for row in block.rows)]
            yield _table(rows, block.widths, size, head=True, numbers=block.numbers)
        case Fields():
            yield from (_line(names, size) for names in block.rows)


def _cell(value: Cell) -> str:
    match value:
        case Mark():
            ink = STATUS_INK.get(value.status, INK).hexval().replace("0x", "#")
            return f'<font color="{ink}"><b>{escape(value.shown)}</b></font> {escape(value.words)}'.rstrip()
        case Gap():
            return f'<font color="{_HALF.hexval().replace("0x", "#")}">{escape(str(value))}</font>'
        case Link():
            return escape(value.words)
        case Pieces():
            return "; ".join(map(_cell, value.pieces))
    return escape(value)


def _quiet(words: str) -> str:
    return f'<font color="{QUIET.hexval().replace("0x", "#")}">{escape(words)}</font>'


def _table(
    rows: list[list[str]], widths: tuple[float, ...], size: float, *, head: bool = False, numbers: tuple[int, ...] = ()
) -> Table:
    cells = [[_text(words, size, right=place in numbers) for place, words in enumerate(row)] for row in rows]
    style = TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.3, LINE),
            ("TOPPADDING", (0, 0), (-1, -1), 0.16 * size),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 0.16 * size),
            ("LEFTPADDING", (0, 0), (-1, -1), 2),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ]
    )
    if head:
        style.add("LINEBELOW", (0, 0), (-1, 0), 0.8, INK)
    return Table(cells, [WIDTH * one for one in widths], repeatRows=int(head), style=style, hAlign="LEFT")


def _band(words: str, size: float, ink: Color) -> Table:
    style = TableStyle(
        [
            ("BACKGROUND", (0, 0), (-1, -1), WASH),
            ("LINEBEFORE", (0, 0), (0, -1), 3, ink),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
        ]
    )
    return Table([[_text(words, size, ink)]], (WIDTH,), style=style, hAlign="LEFT", spaceBefore=2, spaceAfter=2)


def _line(names: tuple[str, ...], size: float) -> Table:
    """Lines to write on, with their names below."""
    gap = 5 * mm
    width = (WIDTH - gap * (len(names) - 1)) / len(names)
    cells, widths = [], []
    for place, name in enumerate(names):
        cells += [_text(_quiet(name), 0.9 * size)] + ([""] if place < len(names) - 1 else [])
        widths += [width] + ([gap] if place < len(names) - 1 else [])
    rules = [("LINEABOVE", (2 * place, 0), (2 * place, 0), 0.6, INK) for place in range(len(names))]
    flat = [
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
    ]
    return Table([cells], widths, style=TableStyle([*rules, *flat]), hAlign="LEFT", spaceBefore=2.6 * size)


def _heading(words: str, size: float) -> Paragraph:
    style = ParagraphStyle(
        "heading", fontName=BOLD, fontSize=1.2 * size, leading=1.5 * size, textColor=INK, spaceBefore=0.7 * size,
        spaceAfter=0.2 * size, splitLongWords=1,
    )  # fmt: skip
    return Paragraph(in_its_script(escape(words)), style)


def _text(words: str, size: float, colour: Color = INK, *, right: bool = False) -> Paragraph:
    style = ParagraphStyle(
        "text", fontName=FONT, fontSize=size, leading=1.3 * size, textColor=colour, spaceAfter=0.2 * size,
        splitLongWords=1, alignment=2 if right else 0,
    )  # fmt: skip
    return Paragraph(in_its_script(words), style)
