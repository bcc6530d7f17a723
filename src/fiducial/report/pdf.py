"""The report on paper: evidence into one PDF, the same bytes from the same inputs, the notice on every page.

Drawn with ReportLab (BSD); charts are PNG at 200 dpi. DejaVu Sans, which comes with matplotlib, is embedded so that
names outside Latin-1 survive.
"""

from io import BytesIO
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageBreak, PageTemplate

from fiducial.claims.evidence import NOTICE, Evidence
from fiducial.files.writing import replacing
from fiducial.report.gallery import Card
from fiducial.report.paper import FONT, QUIET, cover, origins, register_fonts, rung_pages, shown_cases

MARGIN = 18 * mm


def write_pdf(evidence: Evidence, cards: list[Card], path: Path) -> None:
    """Write the report as PDF, all of it or nothing.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    content = pdf_bytes(evidence, cards)
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def pdf_bytes(evidence: Evidence, cards: list[Card]) -> bytes:
    """The report as a PDF of A4 pages: verdict and alarms first, a chapter a rung, cases, provenance."""
    register_fonts()
    stream = BytesIO()
    document = _Report(evidence, stream)
    story: list[Flowable] = [*cover(evidence)]
    for result in evidence.rungs:
        story += [PageBreak(), *rung_pages(evidence, result)]
    story += [PageBreak(), *shown_cases(cards), *origins(evidence)]
    document.build(story)
    return stream.getvalue()


class _Report(BaseDocTemplate):
    """A4 pages with the claim above and the notice below; every rung is a bookmark."""

    def __init__(self, evidence: Evidence, stream: BytesIO) -> None:
        claim = evidence.claim.claim
        super().__init__(
            stream,
            pagesize=A4,
            leftMargin=MARGIN,
            rightMargin=MARGIN,
            topMargin=MARGIN + 6 * mm,
            bottomMargin=MARGIN + 4 * mm,
            title=f"{claim.name}: {evidence.verdict}",
            author="fiducial",
            subject=claim.statement or claim.finding,
            lang="en",
            invariant=1,
        )
        self._above = f"{claim.name}: the claim {evidence.verdict}"
        frame = Frame(self.leftMargin, self.bottomMargin, self.width, self.height, 0, 0, 0, 0)
        self.addPageTemplates([PageTemplate("page", [frame], onPage=self._frame_page)])

    def afterFlowable(self, flowable: Any) -> None:  # noqa: ANN401, N802  (ReportLab's name and type)
        """Bookmark every heading."""
        mark = getattr(flowable, "bookmark", None)
        if mark:
            self.canv.bookmarkPage(mark)
            self.canv.addOutlineEntry(mark, mark)

    def _frame_page(self, canvas: Canvas, _document: BaseDocTemplate) -> None:
        canvas.saveState()
        canvas.setFont(FONT, 8)
        canvas.setFillColor(QUIET)
        width, height = A4
        canvas.drawString(MARGIN, height - MARGIN, self._above)
        canvas.drawRightString(width - MARGIN, height - MARGIN, f"page {canvas.getPageNumber()}")
        canvas.drawString(MARGIN, MARGIN - 3 * mm, NOTICE)
        canvas.restoreState()
