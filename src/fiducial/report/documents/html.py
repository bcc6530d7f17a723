"""A document as one HTML file that needs nothing else and prints on A4."""

from fiducial.claims.evidence import NOTICE
from fiducial.report.documents.document import Document
from fiducial.report.page import environment


def document_html(document: Document, scale: float = 1.0) -> str:
    """The page. ``scale``: of the type when printed, as the paper found that it fits (see ``fitted``)."""
    template = environment().get_template("document.html.j2")
    return template.render(document=document, notice=NOTICE, scale=scale)
