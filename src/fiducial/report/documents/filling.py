"""A checklist filled in: for each item whether the evidence shows it, and where."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from fiducial.models.bundle import Bundle
from fiducial.report.documents.answers import FILE
from fiducial.report.documents.checklists import Checklist, Item
from fiducial.report.documents.document import Block, Document, Gap, Link, Mark, Pieces, Rows, Section, Text
from fiducial.report.documents.material import Material
from fiducial.report.documents.wording import told

SHOWN, PARTLY, NOT_SHOWN, FOR_AUTHORS, ANSWERED = "shown", "partly", "not shown", "for the authors", "answered"
STATUSES = {
    SHOWN: "the evidence shows what the item asks",
    PARTLY: "the evidence shows a part of it",
    NOT_SHOWN: "evidence could show it, and there is none",
    FOR_AUTHORS: "no evidence can show it; the authors have to write it",
    ANSWERED: "the authors wrote it into answers.toml",
}


@dataclass(frozen=True, slots=True)
class Filled:
    """One item with its status; ``where`` says where to look, and what is missing."""

    item: Item
    status: str
    where: Pieces


def fill(name: str, checklist: Checklist, material: Material) -> tuple[Filled, ...]:
    """Every item of a checklist. ``name``: of its file, under which ``answers.toml`` answers."""
    return tuple(_filled(item, material, f"{name}.{item.id}") for item in checklist.item)


def questions(name: str, checklist: Checklist) -> dict[str, str]:
    """What is asked of the authors: every item that the evidence cannot show whole."""
    return {f"{name}.{item.id}": item.asks for item in checklist.item if not item.shown_by or not item.whole}


def checklist_document(name: str, checklist: Checklist, filled: tuple[Filled, ...], material: Material) -> Document:
    """The filled list, to be read and to be printed."""
    counts = [(status, sum(one.status == status for one in filled)) for status in STATUSES]
    rows = tuple((status, f"{number}", STATUSES[status]) for status, number in counts if number)
    head: list[Block] = [
        Text(f"{checklist.title}. {checklist.citation}, doi {checklist.doi}."),
        Text(f"{checklist.items} items in {checklist.rows} rows. {checklist.source}", quiet=True),
        *(Text(f"Item {one.id}: text not available to us, left out ({one.why}).") for one in checklist.left_out),
        Rows(("Status", "Rows", "Means"), tuple((Mark(s), n, m) for s, n, m in rows), (0.2, 0.1, 0.7), (1,)),
        Text(
            "It says where the evidence speaks of an item. Whether that is said well enough is for authors and "
            "reviewers to judge; the published list and its explanation are what counts."
        ),
    ]
    return Document(
        name,
        f"Checklist {checklist.name} {checklist.version}",
        material.evidence.claim.claim.name,
        (Section("", tuple(head)), *_sections(filled)),
        material.origin,
    )


def filled_table(filled: tuple[Filled, ...]) -> pl.DataFrame:
    """``item``, ``section``, ``asks``, ``status``, ``where``; a row an item."""
    rows = [(one.item.id, one.item.section, one.item.asks, one.status, str(one.where)) for one in filled]
    return pl.DataFrame(
        rows, schema=dict.fromkeys(("item", "section", "asks", "status", "where"), pl.String), orient="row"
    )


def _sections(filled: tuple[Filled, ...]) -> Iterator[Section]:
    for section in dict.fromkeys(one.item.section for one in filled):
        rows = tuple(
            (one.item.id, one.item.asks, Mark(one.status), one.where) for one in filled if one.item.section == section
        )
        yield Section(section, (Rows(("Item", "What it asks", "Status", "Where"), rows, (0.07, 0.38, 0.16, 0.39)),))


def _filled(item: Item, material: Material, key: str) -> Filled:
    said = material.answers.get(key)
    answers = Link(f"{FILE}: {said}" if said else f"{FILE}, {key}", FILE)
    if not item.shown_by:
        return Filled(item, ANSWERED if said else FOR_AUTHORS, Pieces((answers,)))
    found = list(dict.fromkeys(_found(pointer, material) for pointer in item.shown_by))
    here = [place for place in found if isinstance(place, Link)]
    if said:
        return Filled(item, ANSWERED, Pieces((answers, *here)))
    absent = [place for place in found if isinstance(place, Gap)]
    rest = [] if item.whole else [Link(f"the rest: {FILE}, {key}", FILE)]
    status = NOT_SHOWN if not here else PARTLY if absent or rest else SHOWN
    return Filled(item, status, Pieces((*here, *absent, *rest)))


def _found(pointer: str, material: Material) -> Link | Gap:
    kind, _, what = pointer.partition(":")
    return _BY_KIND[kind](what, material)


def _claim(key: str, material: Material) -> Link | Gap:
    value: object = material.evidence.claim
    for part in key.split("."):
        value = getattr(value, part)
    return Link(f"claim.toml, {key}", _CLAIM) if value not in (None, "", (), {}) else Gap(f"the claim has no {key}")


def _rung(name: str, material: Material) -> Link | Gap:
    result = material.rung(name)
    if result is None or not result.figures:
        return Gap(f"rung {name}")
    return Link(f"report.html, rung {name} ({result.verdict})", f"{_REPORT}#{name}")


def _figure(named: str, material: Material) -> Link | Gap:
    rung, _, name = named.partition("/")
    result = material.rung(rung)
    figures = [one for one in (result.figures if result else ()) if one.name == name]
    if not figures:
        return Gap(f"{name.replace('_', ' ')} of rung {rung}")
    whole = material.figure(rung, name)
    value = told(whole) if whole else f"{len(figures)} values"
    return Link(f"report.html, rung {rung}: {name.replace('_', ' ')} {value}", f"{_REPORT}#{rung}")


def _dataset(named: str, material: Material) -> Link | Gap:
    field, _, column = named.partition("/")
    words = f"by {column}" if column else _DATASET_WORDS.get(field, field)
    if material.dataset is None:
        return Gap("the evidence came without its cohort")
    value = material.dataset.by(column) if column else getattr(material.dataset, field)
    if value in (None, "", ()):
        return Gap(f"the cohort has no {column or _COLUMNS.get(field, field)}")
    return Link(f"dataset-card.html, {words}", _DATASET)


def _bundle(field: str, material: Material) -> Link | Gap:
    if not isinstance(material.bundle, Bundle):
        return Gap(material.bundle.why)
    manifest = material.bundle.manifest
    value = getattr(manifest, field)
    is_set = value not in (None, "", ()) and (field not in _DEFAULTED or field in manifest.model_fields_set)
    return Link(f"model-card.html, {field} of the bundle", _MODEL) if is_set else Gap(f"the bundle has no {field}")


def _provenance(named: str, material: Material) -> Link | Gap:
    field, _, name = named.partition("/")
    value = getattr(material.evidence.provenance, field)
    there = name in value if name else bool(value)
    words = f"{name} among the {field}" if name else field
    return (
        Link(f"evidence.json, provenance: {words}", f"{_REPORT}#provenance")
        if there
        else Gap(f"{words} of the evidence")
    )


def _selection(_what: str, material: Material) -> Link | Gap:
    if isinstance(material.selection, Gap):
        return material.selection
    return Link("dataset-card.html, who went and why", _DATASET)


def _log(what: str, material: Material) -> Link | Gap:
    decisions = material.evidence.decisions
    if decisions is None:
        return Gap("the log of decisions")
    if what == "answered":
        judged = decisions.filter(pl.col("judged").is_not_null())
        answered = f"{int(judged['answered'].sum()):,} of {judged.height:,} judged decisions have an answer"
        return Link(f"decisions.csv: {answered}", "decisions.html")
    return Link("decisions.html and decisions.csv", "decisions.html")


_REPORT, _MODEL, _DATASET = "../report.html", "model-card.html", "dataset-card.html"
_CLAIM = f"{_REPORT}#claimed"  # what the page says of the claim; the file itself lies where its owner keeps it
_DATASET_WORDS = {
    "by": "groups",
    "split_recipes": "how it was split",
    "pictures": "images",
    "missing": "missing values",
    "deidentified": "what headers say of their de-identification",
}
_COLUMNS = {
    "splits": "split",
    "split_recipes": "split_recipe",
    "dates": "acquired",
    "deidentified": "tag.DeidentificationMethod",
    "pictures": "files table",
    "patients": "patient",
}
_DEFAULTED = ("support", "provenance")  # sections that are there, empty, where the manifest does not have them
_BY_KIND: dict[str, Callable[[str, Material], Link | Gap]] = {
    "claim": _claim,
    "rung": _rung,
    "figure": _figure,
    "dataset": _dataset,
    "bundle": _bundle,
    "provenance": _provenance,
    "selection": _selection,
    "log": _log,
}
