"""What ships: enough of it, every code sourced and well formed, DICOM's as pydicom has them, and every label known."""

import re
from pathlib import Path
from typing import cast

import pytest
from pydicom.sr._concepts_dict import concepts

import fiducial as fd
from fiducial import plugins
from fiducial.claims.catalogue.entry import Code, Entry, Kind, Urgency
from fiducial.cohort.layouts import nih14, rsna_ich, vindr_cxr
from fiducial.cohort.layouts.findings import CHEXPERT, finding_name

OURS = fd.catalogue()
CODES = [(entry, code) for entry in OURS.entries for code in entry.codes]
FORMS = {"radlex": r"RID\d+", "snomed": r"\d{6,18}", "dicom": r"\d{6}"}
SCHEMES = {"radlex": "RADLEX", "snomed": "SCT", "dicom": "DCM"}
LABELS = {
    "nih14": nih14.FINDINGS,
    "chexpert": CHEXPERT,
    "mimic-cxr": CHEXPERT,
    "vindr-cxr": vindr_cxr.FINDINGS,
    "rsna-ich": rsna_ich.SUBTYPES,
    "rsna-pneumonia": ("pneumonia",),
}
NAMED_BY_THE_USER = {"coco", "dicom-folder", "image-folder", "nifti", "table", "yolo"}
# Verhoeff 1969, Error detecting decimal codes; the check digit of a SNOMED CT identifier (SNOMED CT, TIG 5.5).
TURN = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
PRODUCT = [[(a + b) % 5 if b < 5 else 5 + (a + b) % 5 for b in range(10)] for a in range(5)] + [
    [5 + (a - b) % 5 if b < 5 else (a - b) % 5 for b in range(10)] for a in range(5, 10)
]


def verhoeff(code: str) -> int:
    """0 for digits whose last is the right check digit."""
    check, turn = 0, list(range(10))
    for digit in reversed(code):
        check = PRODUCT[check][turn[int(digit)]]
        turn = [TURN[one] for one in turn]
    return check


def test_there_are_findings_of_chest_bone_and_head_and_devices() -> None:
    assert len(OURS.choose("finding")) >= 40
    assert len(OURS.choose("device")) >= 16
    for name in ("pneumothorax", "rib fracture", "subdural hematoma"):
        assert OURS.get(name).kind is Kind.FINDING


@pytest.mark.parametrize("name", ["chest tube", "picc", "pacemaker lead", "pacemaker", "prosthetic valve", "clips"])
def test_tubes_lines_leads_pacemakers_valves_and_clips_are_devices(name: str) -> None:
    assert OURS.is_a(name, "support device")


def test_every_device_is_a_support_device_and_no_finding_is() -> None:
    for entry in OURS.entries:
        assert OURS.is_a(entry.name, "support device") == (entry.kind is Kind.DEVICE), entry.name


@pytest.mark.parametrize(("entry", "code"), CODES, ids=lambda one: one.code if isinstance(one, Code) else one.name)
def test_a_code_is_well_formed_and_says_where_it_was_read(entry: Entry, code: Code) -> None:
    assert re.fullmatch(FORMS[code.system], code.code), entry.name
    assert OURS.source(code).where
    assert code.system != "snomed" or verhoeff(code.code) == 0


def test_a_mistyped_snomed_code_fails_its_check_digit() -> None:
    assert (verhoeff("36118008"), verhoeff("36118080") == 0) == (0, False)


def meanings(scheme: str, code: str) -> set[str]:
    """What DICOM calls a code, as the installed pydicom has it."""
    named = cast("dict[str, dict[str, tuple[str, list[int]]]]", concepts[scheme])
    return {codes[code][0] for codes in named.values() if code in codes}


FROM_DICOM = [code for _, code in CODES if code.source == "dicom"]
FROM_DICOM += [code for one in OURS.urgencies.values() for code in one.codes]


@pytest.mark.parametrize("code", FROM_DICOM, ids=lambda code: code.code)
def test_a_code_from_dicom_means_there_what_it_means_here(code: Code) -> None:
    assert code.label in meanings(SCHEMES[code.system], code.code)


def test_dicoms_cardiomegaly_is_not_taken_for_it_is_snomeds_septal_foramen() -> None:
    assert meanings("SCT", "287272002") == {"Cardiomegaly", "Enlarged septal foramen of heart (disorder)"}
    assert OURS.with_code("287272002") is None


def test_the_page_counts_what_ships() -> None:
    page = (Path(__file__).parents[3] / "docs" / "catalogue.md").read_text(encoding="utf-8")
    coded = [entry for entry in OURS.entries if entry.codes]
    of = {system: sum(code.system == system for _, code in CODES) for system in FORMS}
    assert f"{len(OURS.choose('finding'))} findings of chest" in page
    assert f"{len(OURS.choose('device'))} support devices" in page
    assert f"{len(CODES)} codes stand on {len(coded)} of {len(OURS.entries)} entries" in page
    assert f"{of['radlex']} of RadLex, {of['snomed']} of SNOMED CT, {of['dicom']} of DICOM" in page


def test_every_source_is_named_by_a_code() -> None:
    assert set(OURS.sources) == {code.source for _, code in CODES}


def test_every_urgency_means_something_and_three_are_the_acrs() -> None:
    assert {name: one.category for name, one in OURS.urgencies.items()} == {
        Urgency.MINUTES: 1,
        Urgency.HOURS: 2,
        Urgency.DAYS: 3,
        Urgency.ROUTINE: None,
    }


def test_no_device_is_urgent_for_being_there() -> None:
    assert {entry.urgency for entry in OURS.choose("device")} == {Urgency.ROUTINE}


@pytest.mark.parametrize(("layout", "label"), [(layout, label) for layout, of in LABELS.items() for label in of])
def test_a_label_of_a_published_data_set_is_an_entry_or_has_a_reason_not_to_be(layout: str, label: str) -> None:
    reasons = {(one.label, of) for one in OURS.not_entries for of in one.layouts}
    known = fd.find_finding(finding_name(label), layout=layout) is not None
    assert known != ((finding_name(label), layout) in reasons)


def test_every_layout_gives_labels_of_its_own_or_those_that_a_user_gave() -> None:
    assert set(plugins.names("layouts")) == set(LABELS) | NAMED_BY_THE_USER


def test_every_label_and_reason_is_of_a_layout_that_there_is() -> None:
    named = {layout for entry in OURS.entries for layout in entry.labels}
    assert named | {layout for one in OURS.not_entries for layout in one.layouts} <= set(LABELS)
