"""Model card and dataset card: what is known stands there, what is not is a gap with a place to fill it in."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fiducial.claims.evidence import Evidence
from fiducial.report.background import Background, DocumentedEvidence
from fiducial.report.documents.dataset_card import dataset_card
from fiducial.report.documents.document import Document
from fiducial.report.documents.html import document_html
from fiducial.report.documents.material import Material
from fiducial.report.documents.model_card import model_card
from fiducial.report.documents.paper import document_pdf
from models.making import CLASSIFIER, write_bundle
from report.documents.material import hostile, material, poor_evidence, rich_evidence

CARDS = [model_card, dataset_card]
MITCHELL = (
    "Model details", "Intended use", "Factors", "Metrics", "Evaluation data", "Training data", "Quantitative analyses",
    "Ethical considerations", "Caveats and recommendations",
)  # fmt: skip
GEBRU = (
    "Motivation",
    "Composition",
    "Collection",
    "Preparation, cleaning, labelling",
    "Uses",
    "Distribution",
    "Maintenance",
)


@pytest.mark.parametrize(("card", "sections"), [(model_card, MITCHELL), (dataset_card, GEBRU)])
def test_a_card_has_every_section_of_its_source(
    card: Callable[[Material], Document], sections: tuple[str, ...]
) -> None:
    headings = [one.heading for one in card(material()).sections]
    assert [one for one in headings if one in sections] == list(sections)


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("evidence", [rich_evidence, poor_evidence, hostile])
def test_no_number_is_nan_and_no_section_is_empty(
    card: Callable[[Material], Document], evidence: Callable[[], Evidence]
) -> None:
    document = card(material(evidence()))
    assert all(one.blocks for one in document.sections)
    page = document_html(document)
    assert " nan" not in page.lower()
    assert ">None<" not in page
    assert "<b>" not in page


@pytest.mark.parametrize("card", CARDS)
def test_the_same_material_gives_the_same_bytes(card: Callable[[Material], Document]) -> None:
    assert document_html(card(material())) == document_html(card(material()))
    assert document_pdf(card(material())) == document_pdf(card(material()))


def test_what_nobody_said_is_a_gap_with_its_key_and_what_somebody_said_stands_there() -> None:
    assert "not shown: nobody has said it (say it in answers.toml: model.contact)" in document_html(
        model_card(material())
    )
    assert "Ask Ada." in document_html(model_card(material(answers={"model.contact": "Ask Ada."})))


def test_the_model_card_opens_the_bundle_of_the_claim(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "bundle", CLASSIFIER)
    page = document_html(model_card(material(with_background(Background(bundle=bundle)))))
    for words in ("Apache-2.0", "window", "sha256:"):
        assert words in page


def test_a_bundle_that_cannot_be_opened_is_a_gap_without_a_path_of_this_machine(tmp_path: Path) -> None:
    page = document_html(model_card(material(with_background(Background(bundle=tmp_path / "absent.fidu")))))
    assert "not shown: the bundle could not be opened (absent.fidu" in page
    assert str(tmp_path) not in page


def test_the_dataset_card_counts_what_the_cohort_holds() -> None:
    page = document_html(dataset_card(material()))
    for words in ("By site", "By scanner", "By sex", "By age", "Rows without a value", "no value"):
        assert words in page


def test_the_cards_say_so_where_no_cohort_came_along() -> None:
    page = document_html(dataset_card(material(poor_evidence())))
    assert "the evidence came without its cohort" in page


def with_background(background: Background) -> DocumentedEvidence:
    found = rich_evidence()
    return replace(found, background=replace(background, dataset=found.background.dataset))
