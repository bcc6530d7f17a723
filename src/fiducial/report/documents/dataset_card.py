"""The dataset card, by the questions of Gebru et al. 2021, "Datasheets for Datasets", doi 10.1145/3458723."""

from collections.abc import Iterator
from typing import Any

from fiducial.cohort.datasheet import Dataset, Group, Pictures
from fiducial.report.documents.document import Block, Cell, Document, Facts, Gap, Rows, Section, Text
from fiducial.report.documents.material import Material

NAME = "dataset-card"
_HEAD = ("", "Rows", "Patients", "Labelled", "With the finding", "Share")
_WIDTHS = (0.3, 0.12, 0.12, 0.13, 0.19, 0.14)


def dataset_card(material: Material) -> Document:
    """Who is in the cohort, where from, what is missing, and what nobody has said."""
    answers, dataset = material.answers, material.dataset
    return Document(
        NAME,
        "Dataset card",
        f"The cohort of {material.evidence.claim.claim.name}",
        (
            Section("Motivation", (_said(material, "Purpose, makers, funding", "dataset.motivation"),)),
            Section("Composition", tuple(_composition(dataset))),
            *(_breakdowns(dataset) if dataset else ()),
            Section("Missing values", tuple(_missing(dataset))),
            Section("Images", (Facts(tuple(_images(dataset))),)),
            Section(
                "Collection",
                (
                    _said(material, "How, when, from whom", "dataset.collection"),
                    Facts(
                        (
                            ("Dates of acquisition", _dates(dataset)),
                            ("Ethics and consent", answers.cell("dataset.consent")),
                        )
                    ),
                ),
            ),
            Section("Who went, and why", tuple(_flow(material))),
            Section("Preparation, cleaning, labelling", (Facts(tuple(_prepared(material))),)),
            Section("De-identification", (Facts(tuple(_deidentified(material))),)),
            Section("Uses", (_said(material, "Other uses, and what it is not for", "dataset.uses"),)),
            Section("Distribution", (_said(material, "Who may have it, and the licence", "dataset.distribution"),)),
            Section("Maintenance", (_said(material, "Who keeps it up", "dataset.maintenance"),)),
            Section("Where it comes from", (Facts(tuple(_hashes(material))),)),
        ),
        material.origin,
    )


def _said(material: Material, name: str, key: str) -> Facts:
    return Facts(((name, material.answers.cell(key)),))


def _without() -> Text:
    return Text("Not shown: the evidence came without its cohort.", quiet=True)


def _composition(dataset: Dataset | None) -> Iterator[Block]:
    if dataset is None:
        yield _without()
        return
    patients: Cell = f"{dataset.patients:,}" if dataset.patients is not None else Gap("the cohort names no patient")
    recipes = "; ".join(dataset.split_recipes)
    yield Facts(
        (
            ("Rows, one a decision", f"{dataset.rows:,}"),
            ("Patients", patients),
            ("How it was split", recipes or Gap("the cohort has no split_recipe")),
        )
    )
    if dataset.splits:
        yield _table("Split", dataset.splits)
    if len(dataset.labels) > 1:
        rows = tuple(
            (name, f"{labelled:,}", f"{positive:,}", _share(positive, labelled))
            for name, labelled, positive in dataset.labels
        )
        yield Rows(("Finding", "Labelled rows", "Positive", "Share"), rows, (0.46, 0.18, 0.18, 0.18), (1, 2, 3))


def _breakdowns(dataset: Dataset) -> Iterator[Section]:
    for column, groups in dataset.groups:
        yield Section(f"By {_plain(column)}", (_table(column, groups),))


def _table(name: str, groups: tuple[Group, ...]) -> Rows:
    rows = tuple(
        (
            group.value,
            f"{group.rows:,}",
            "not named" if group.patients is None else f"{group.patients:,}",
            f"{group.labelled:,}",
            f"{group.positive:,}",
            _share(group.positive, group.labelled),
        )
        for group in groups
    )
    return Rows((_plain(name).capitalize(), *_HEAD[1:]), rows, _WIDTHS, (1, 2, 3, 4, 5))


def _plain(column: str) -> str:
    return column.replace("_", " ")


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "-"


def _missing(dataset: Dataset | None) -> Iterator[Block]:
    if dataset is None:
        yield _without()
        return
    gaps = [(name, number) for name, number in dataset.missing if number]
    whole = len(dataset.missing) - len(gaps)
    if gaps:
        rows = tuple((name, f"{number:,}", _share(number, dataset.rows)) for name, number in gaps)
        yield Rows(("Column", "Rows without a value", "Share"), rows, (0.5, 0.3, 0.2), (1, 2))
    if not gaps:
        yield Text("No column lacks a value.")
    else:
        yield Text(f"The other {whole} columns lack none." if whole else "No column is without gaps.")


def _images(dataset: Dataset | None) -> Iterator[tuple[str, Cell]]:
    pictures = dataset.pictures if dataset else None
    if pictures is None:
        yield "Files", Gap("the cohort has no files table (it was not built from its images)")
        return
    yield "Files", f"{pictures.files:,}"
    yield "Could not be read", f"{pictures.unreadable:,}"
    yield "Formats", ", ".join(f"{name} {number:,}" for name, number in pictures.formats) or Gap("none is noted")
    yield (
        "Smallest and largest",
        " and ".join(dict.fromkeys(pictures.shapes)) + " pixels" if pictures.shapes else Gap("none is noted"),
    )
    yield "Letters or markers in the pixels", f"{pictures.with_text:,} files"


def _dates(dataset: Dataset | None) -> Cell:
    if dataset is None or dataset.dates is None:
        return Gap("the cohort has no dates (acquired)")
    return " to ".join(dict.fromkeys(dataset.dates))


def _flow(material: Material) -> Iterator[Block]:
    selection = material.selection
    if isinstance(selection, Gap):
        yield Facts((("Selection", selection),))
        return
    rows: list[tuple[Cell, ...]] = [("identified", "", "", *_left(selection["identified"]))]
    for step in selection["steps"]:
        gone = f"{step['dropped']['rows']:,}"
        rows.append((step["name"], step["reason"], gone, *_left(step["after"])))
    yield Rows(
        ("Step", "Reason", "Went", "Rows left", "Patients left"), tuple(rows), (0.26, 0.34, 0.1, 0.14, 0.16), (2, 3, 4)
    )
    left = (selection["steps"][-1]["after"] if selection["steps"] else selection["identified"])["rows"]
    if material.dataset and material.dataset.rows != left:
        yield Text(
            f"The selection left {left:,} rows and the cohort that was audited has {material.dataset.rows:,}: what "
            "happened between is not shown here."
        )


def _left(counts: dict[str, Any]) -> tuple[str, str]:
    return f"{counts['rows']:,}", "not named" if counts["patients"] is None else f"{counts['patients']:,}"


def _prepared(material: Material) -> Iterator[tuple[str, Cell]]:
    yield "Preparation and cleaning", material.answers.cell("dataset.preparation")
    yield "Labelling", material.answers.cell("dataset.labelling")
    labels = material.evidence.claim.evidence.labels
    yield "Labels of single readers", labels or Gap("the claim names no labels table (evidence.labels)")


def _deidentified(material: Material) -> Iterator[tuple[str, Cell]]:
    yield "How", material.answers.cell("dataset.deidentification")
    dataset = material.dataset
    if dataset and dataset.deidentified:
        yield "Headers say", "; ".join(f"{words} ({number:,} rows)" for words, number in dataset.deidentified)
    yield "Headers hold", _headers(dataset.pictures if dataset else None)


def _headers(pictures: Pictures | None) -> Cell:
    if pictures is None:
        return Gap("the cohort has no files table")
    if not pictures.dicom:
        return "no file is DICOM, so none has a header that names people"
    return (
        f"{pictures.identifying:,} of {pictures.dicom:,} DICOM files have an element filled that can identify a person"
    )


def _hashes(material: Material) -> Iterator[tuple[str, Cell]]:
    yield from material.evidence.provenance.inputs.items()
    pictures = material.dataset.pictures if material.dataset else None
    yield "all pixels", pictures.hash if pictures else Gap("no pixels were read when the cohort was built")
