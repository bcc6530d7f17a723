"""A filled checklist: shown only where evidence is, and what is missing by its name."""

import pytest

from fiducial.report.documents.checklists import BUILT_IN, LeftOut, checklist
from fiducial.report.documents.document import Gap, Link
from fiducial.report.documents.filling import Filled, checklist_document, fill, filled_table
from fiducial.report.documents.html import document_html
from fiducial.report.documents.material import Material
from report.documents.material import material, poor_evidence, rich_evidence

TRIPOD = "tripod-ai-2024"


def row(item: str, given: Material) -> Filled:
    return next(one for one in fill(TRIPOD, checklist(TRIPOD), given) if one.item.id == item)


def test_performance_with_intervals_and_subgroups_is_shown_with_its_value() -> None:
    found = row("23a", material())
    assert found.status == "shown"
    auroc = next(figure for figure in rich_evidence()["internal"].figures if figure.name == "auroc")
    assert f"rung internal: auroc {auroc.value:.3f} (" in str(found.where)


def test_a_place_to_look_at_is_a_link_to_it() -> None:
    assert Link("claim.toml, claim.population", "../report.html#claimed") in row("3b", material()).where.pieces


def test_what_is_missing_beside_what_is_there_makes_it_partly() -> None:
    found = row("3b", material())
    assert found.status == "partly"
    assert Gap("the claim has no claim.not_for") in found.where.pieces


def test_an_item_that_no_evidence_can_show_is_for_the_authors_and_says_where() -> None:
    found = row("18a", material())
    assert (found.status, str(found.where)) == ("for the authors", "answers.toml, tripod-ai-2024.18a")


def test_what_the_authors_wrote_is_told_as_theirs() -> None:
    found = row("18a", material(answers={"tripod-ai-2024.18a": "Nobody paid."}))
    assert (found.status, str(found.where)) == ("answered", "answers.toml: Nobody paid.")


def test_an_item_of_which_evidence_is_a_part_is_never_shown_whole() -> None:
    assert {one.status for one in fill(TRIPOD, checklist(TRIPOD), material()) if not one.item.whole} <= {
        "partly",
        "not shown",
    }


@pytest.mark.parametrize("name", BUILT_IN)
def test_without_a_cohort_a_bundle_or_floors_what_needs_them_is_not_shown(name: str) -> None:
    for one in fill(name, checklist(name), material(poor_evidence())):
        kinds = {pointer.partition(":")[0] for pointer in one.item.shown_by}
        if kinds and kinds <= {"dataset", "bundle", "selection", "log"}:
            assert one.status == "not shown", one


def test_the_table_has_a_row_an_item_and_the_words_of_the_page() -> None:
    filled = fill(TRIPOD, checklist(TRIPOD), material())
    table = filled_table(filled)
    assert table.columns == ["item", "section", "asks", "status", "where"]
    assert table.height == 52
    page = document_html(checklist_document(TRIPOD, checklist(TRIPOD), filled, material()))
    assert "27 items in 52 rows" in page
    assert page.count("<tr>") > 52


def test_an_item_that_was_left_out_is_said_to_be() -> None:
    shorter = checklist(TRIPOD).model_copy(update={"left_out": (LeftOut(id="99", why="no text"),)})
    page = document_html(checklist_document(TRIPOD, shorter, (), material()))
    assert "Item 99: text not available to us, left out (no text)." in page
