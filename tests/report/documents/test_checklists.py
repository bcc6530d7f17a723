"""The checklists as data: whole, counted, and every pointer leads somewhere."""

import re

import pytest

from fiducial import plugins
from fiducial.errors import UnusableInput
from fiducial.files.toml import parse
from fiducial.report.documents.checklists import BUILT_IN, Checklist, checklist, mistaken_pointer
from report.documents.material import rich_evidence

# Items and rows as published: Collins 2024 (52 sub-items), Tejani 2024, Sounderajah 2025 (40 items in 48 rows).
PUBLISHED = {"tripod-ai-2024": (27, 52), "claim-2024": (44, 44), "stard-ai-2025": (40, 48)}
# Figures that a study without saliency, or without a tuning split worth it, does not have.
ELSEWHERE = {"shortcuts/energy"}


def test_every_built_in_list_is_counted_here() -> None:
    assert set(BUILT_IN) == set(PUBLISHED)


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_list_has_as_many_items_and_rows_as_were_published(name: str) -> None:
    rows = [one.id for one in checklist(name).item] + [one.id for one in checklist(name).left_out]
    assert (len({re.sub("[a-g]$", "", row) for row in rows}), len(rows)) == PUBLISHED[name]


@pytest.mark.parametrize("name", BUILT_IN)
def test_items_are_numbered_without_a_gap_and_in_order(name: str) -> None:
    numbers = [int(re.sub("[a-g]$", "", one.id)) for one in checklist(name).item]
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(1, PUBLISHED[name][0] + 1))


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_list_says_its_version_doi_and_source(name: str) -> None:
    told = checklist(name)
    assert told.doi.startswith("10.")
    assert told.version
    assert "ours" in told.source


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_rung_and_figure_that_is_pointed_at_exists(name: str) -> None:
    pointers = [pointer.partition(":") for one in checklist(name).item for pointer in one.shown_by]
    figures = {f"{result.rung}/{figure.name}" for result in rich_evidence().rungs for figure in result.figures}
    assert {what for kind, _, what in pointers if kind == "rung"} <= set(plugins.names("rungs"))
    assert {what for kind, _, what in pointers if kind == "figure"} <= figures | ELSEWHERE


@pytest.mark.parametrize(
    "pointer",
    [
        "claim:claim.populace",
        "claim:floors.auroc.low",
        "dataset:colour",
        "bundle:colour",
        "figure:auroc",
        "rung:",
        "x:y",
    ],
)
def test_a_pointer_to_nothing_is_refused(pointer: str) -> None:
    assert mistaken_pointer(pointer)
    item: dict[str, object] = {"id": "1", "section": "s", "asks": "a", "shown_by": [pointer]}
    with pytest.raises(UnusableInput, match=re.escape(pointer)):
        parse(of([item]), Checklist, where="x.toml")


def test_a_list_that_lost_a_row_is_refused() -> None:
    with pytest.raises(UnusableInput, match="has 2 rows; here are 1"):
        parse(of([{"id": "1", "section": "s", "asks": "a"}], rows=2), Checklist, where="x.toml")


def test_a_row_that_was_left_out_counts_as_told() -> None:
    left_out = [{"id": "2", "why": "no text"}]
    read = parse(of([{"id": "1", "section": "s", "asks": "a"}], rows=2, left_out=left_out), Checklist, where="x.toml")
    assert read.left_out[0].why == "no text"


def of(items: list[dict[str, object]], rows: int = 1, **more: object) -> dict[str, object]:
    head = dict.fromkeys(("name", "version", "title", "citation", "doi", "source"), "x")
    return {**head, "items": rows, "rows": rows, "item": items, **more}
