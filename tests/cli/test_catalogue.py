"""``fiducial catalogue`` as a stranger meets it."""

import json

from cli.conftest import Run


def test_one_entry_is_told_with_its_tree_its_codes_and_their_sources(fiducial: Run) -> None:
    told = fiducial("catalogue", "PTX").stdout
    assert told.startswith("pneumothorax: a finding; chest; hours: ")
    assert "  a kind of: pleural abnormality\n  - tension pneumothorax\n" in told
    assert "  radlex RID5352 (pneumothorax), from RSNA/ACR-RSNA-CDEs@" in told
    assert told.endswith("Not a medical device.\n")


def test_an_entry_without_a_code_says_so(fiducial: Run) -> None:
    assert "no code: none could be sourced" in fiducial("catalogue", "pleural thickening").stdout


def test_the_whole_is_a_table(fiducial: Run) -> None:
    lines = fiducial("catalogue", "--kind", "device", "--body-part", "head").stdout.splitlines()
    assert any(line.split()[:2] == ["aneurysm", "clip"] for line in lines)
    assert not any(line.startswith("pacemaker") for line in lines)


def test_a_code_finds_its_entry(fiducial: Run) -> None:
    told = json.loads(fiducial("catalogue", "36118008", "--json").stdout)
    assert (told["schema"], told["entries"][0]["name"]) == ("fiducial.catalogue/1", "pneumothorax")


def test_an_unknown_name_ends_with_two_and_the_nearest(fiducial: Run) -> None:
    done = fiducial("catalogue", "pneumothrax")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Did you mean 'pneumothorax'?" in done.stderr


def test_a_choice_beside_a_name_is_refused(fiducial: Run) -> None:
    assert fiducial("catalogue", "pneumothorax", "--kind", "device").returncode == 2
