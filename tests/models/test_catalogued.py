"""What a bundle's findings are in the catalogue, and where the bundle says otherwise."""

from pathlib import Path

import fiducial as fd
from fiducial.models.catalogued import Catalogued
from models.making import CLASSIFIER, write_bundle


def test_a_known_finding_is_told_with_its_codes() -> None:
    found = Catalogued.of("pleural_effusion", {})
    assert str(found) == "in the catalogue as pleural effusion (radlex RID34539, snomed 60046008)"


def test_an_unknown_finding_is_told_with_the_nearest() -> None:
    assert str(Catalogued.of("pneumothrax", {})) == "not in the catalogue; did it mean 'pneumothorax'?"


def test_a_finding_like_none_is_allowed() -> None:
    assert str(Catalogued.of("bright", {})) == "not in the catalogue"


def test_a_code_of_another_finding_is_told() -> None:
    assert Catalogued.of("pneumonia", {"radlex": "RID5352"}).differences == (
        "its radlex RID5352 is that of 'pneumothorax'",
    )


def test_a_code_that_is_not_ours_is_told() -> None:
    assert Catalogued.of("pneumonia", {"radlex": "RID1"}).differences == (
        "its radlex is RID1, the catalogue's RID5350",
    )


def test_the_same_code_is_no_difference() -> None:
    assert Catalogued.of("pneumonia", {"radlex": "RID5350", "snomed": "233604007"}).differences == ()


def test_a_bundle_shows_what_the_catalogue_knows(tmp_path: Path) -> None:
    text = CLASSIFIER.replace('name = "bright"\n\n[[prep', 'name = "edema"\ncodes = { radlex = "RID5352" }\n\n[[prep')
    told = fd.open_bundle(write_bundle(tmp_path, text)).document()["catalogue"]["edema"]
    assert told["entry"] is None
    assert told["differences"] == ["its radlex RID5352 is that of 'pneumothorax'"]
