"""Entries are found by name, synonym, label and code, and know what they are a kind of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fiducial as fd
from fiducial.claims.catalogue.entry import Entry, plain
from fiducial.errors import WrongUsage

OURS = fd.catalogue()
ENTRIES = st.sampled_from(OURS.entries)


@given(ENTRIES, st.data())
def test_every_name_in_any_case_and_with_any_hyphens_finds_its_entry(entry: Entry, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(entry.names))
    joined = data.draw(st.sampled_from(["_", "-", " ", "  "])).join(plain(name).split())
    assert fd.find_finding(data.draw(st.sampled_from([joined, joined.upper(), f" {joined} "]))) is entry


@given(ENTRIES)
def test_nothing_is_above_itself_and_every_parent_has_it_as_a_child(entry: Entry) -> None:
    assert entry not in OURS.ancestors(entry)
    assert all(entry in OURS.children(parent) for parent in OURS.parents(entry))


@given(ENTRIES)
def test_a_lineage_goes_from_a_root_to_a_parent(entry: Entry) -> None:
    for way in OURS.lineages(entry):
        assert not way or (not way[0].parents and way[-1].name in entry.parents)
        assert {one.name for one in way} <= {one.name for one in OURS.ancestors(entry)}


def test_an_unknown_name_finds_nothing() -> None:
    assert fd.find_finding("flux capacitor") is None


def test_a_label_counts_in_its_data_set_alone() -> None:
    found = fd.find_finding("effusion", layout="nih14")
    assert found
    assert (found.name, fd.find_finding("effusion")) == ("pleural effusion", None)


def test_a_name_that_must_be_known_is_answered_with_the_nearest() -> None:
    with pytest.raises(WrongUsage, match=r"no 'pneumothrax'\. Did you mean 'pneumothorax'"):
        OURS.get("pneumothrax")


def test_the_nearest_entry_of_a_mistyped_synonym_is_its_entry() -> None:
    assert OURS.nearest("oedema of lung") is None
    near = OURS.nearest("pulmonary oedma")
    assert near
    assert near.name == "pulmonary edema"


@pytest.mark.parametrize(("code", "name"), [("RID5352", "pneumothorax"), ("112174", "central venous catheter")])
def test_a_code_finds_its_entry(code: str, name: str) -> None:
    found = OURS.with_code(code)
    assert found
    assert found.name == name


def test_a_code_of_another_system_is_not_taken_for_it() -> None:
    assert OURS.with_code("RID5352", "snomed") is None


def test_a_sub_type_is_every_kind_above_it() -> None:
    assert OURS.is_a("picc", "support device")
    assert OURS.is_a("hydropneumothorax", "pneumothorax")
    assert OURS.is_a("hydropneumothorax", "pleural effusion")
    assert not OURS.is_a("pneumothorax", "tension pneumothorax")


def test_what_is_looked_for_anywhere_is_looked_for_in_the_chest() -> None:
    names = {entry.name for entry in OURS.choose("finding", "chest")}
    assert {"pneumothorax", "fracture"} <= names
    assert not {"hip fracture", "pacemaker"} & names


@pytest.mark.parametrize(
    ("asked", "told"), [(("devise", None), "Did you mean 'device'"), ((None, "tail"), "body part")]
)
def test_a_kind_or_body_part_that_there_is_not_is_refused(asked: tuple[str | None, str | None], told: str) -> None:
    with pytest.raises(WrongUsage, match=told):
        OURS.choose(*asked)


def test_the_document_names_the_sources_of_its_codes_and_no_others() -> None:
    told = OURS.document([OURS.get("hemothorax")])
    assert [source["name"] for source in told["sources"]] == ["rsna-cdes", "hl7-ips"]
    assert told["entries"][0]["ancestors"] == ["pleural effusion", "pleural abnormality"]
