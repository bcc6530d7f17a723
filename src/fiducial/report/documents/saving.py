"""The folder ``documents`` of a report: an index, cards, the summary, the log of decisions, and checklists."""

from dataclasses import dataclass
from pathlib import Path

from fiducial.claims.evidence import NOTICE, Evidence
from fiducial.files.tables import write_table
from fiducial.files.writing import replacing, write_text
from fiducial.report.documents import answers as asked
from fiducial.report.documents.checklists import BUILT_IN, checklist
from fiducial.report.documents.dataset_card import dataset_card
from fiducial.report.documents.decision_log import decisions_html
from fiducial.report.documents.document import Document
from fiducial.report.documents.filling import STATUSES, Filled, checklist_document, fill, filled_table, questions
from fiducial.report.documents.html import document_html
from fiducial.report.documents.material import Material, material_of
from fiducial.report.documents.model_card import model_card
from fiducial.report.documents.paper import document_pdf
from fiducial.report.documents.summary import summary
from fiducial.report.page import environment

FOLDER = "documents"
INDEX = "index.html"
_CARDS = (
    (summary, "One page for the clinical lead who decides, with lines to sign on"),
    (model_card, "What the model is, for whom, how well it does, and what was not shown (Mitchell 2019)"),
    (dataset_card, "Who is in the cohort, what is missing, where it comes from (Gebru 2021)"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the index. ``files``: the endings in which the document is there."""

    name: str
    title: str
    says: str
    files: tuple[str, ...]


def every_question() -> dict[str, str]:
    """All keys of ``answers.toml`` with what they ask."""
    lists = [questions(name, checklist(name)) for name in BUILT_IN]
    return asked.QUESTIONS | {key: question for one in lists for key, question in one.items()}


def read_material(evidence: Evidence, folder: Path, evidence_hash: str) -> Material:
    """What the documents are made of; ``folder``: where ``answers.toml`` lies or will lie.

    Raises:
        UnusableInput: what people filled in there cannot be read.
    """
    return material_of(evidence, asked.read_answers(folder / asked.FILE, every_question()), evidence_hash)


def save_documents(material: Material, folder: Path) -> Path:
    """Write every document as HTML and PDF, checklists as CSV too, and the index; gives the index.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    asked.write_questions(folder / asked.FILE, every_question())
    entries: list[Entry] = []
    for made, says in _CARDS:
        document = made(material)
        _save(document, folder)
        entries.append(Entry(document.name, document.kind, says, ("html", "pdf")))
    write_text(folder / "decisions.html", decisions_html(material))
    entries.append(Entry("decisions", "Log of decisions", _LOG, ("html",)))
    for name in BUILT_IN:
        listed = checklist(name)
        filled = fill(name, listed, material)
        document = checklist_document(name, listed, filled, material)
        _save(document, folder)
        write_table(filled_table(filled), folder / f"{name}.csv")
        entries.append(Entry(name, document.kind, _counted(filled), ("html", "pdf", "csv")))
    page = folder / INDEX
    write_text(page, _index(material, entries))
    return page


_LOG = "Every decision, the wrong ones first, with flags; decisions.csv holds them all and takes comments"


def _save(document: Document, folder: Path) -> None:
    content, scale = document_pdf(document)
    write_text(folder / f"{document.name}.html", document_html(document, scale))
    with replacing(folder / f"{document.name}.pdf") as temporary:
        temporary.write_bytes(content)


def _counted(filled: tuple[Filled, ...]) -> str:
    counts = {status: sum(one.status == status for one in filled) for status in STATUSES}
    return f"{len(filled)} rows: " + ", ".join(f"{number} {status}" for status, number in counts.items() if number)


def _index(material: Material, entries: list[Entry]) -> str:
    answered = sum(bool(material.answers.get(key)) for key in every_question())
    return (
        environment()
        .get_template("documents.html.j2")
        .render(
            evidence=material.evidence,
            claim=material.evidence.claim.claim,
            entries=entries,
            answered=answered,
            asked=len(every_question()),
            answers=asked.FILE,
            origin=material.origin,
            notice=NOTICE,
        )
    )
