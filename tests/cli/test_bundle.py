"""``fiducial bundle`` as a stranger meets it."""

import json
from pathlib import Path

import pytest

from cli.conftest import Run
from models.making import CLASSIFIER, write_bundle
from models.on_disk import FILES, folder_of, packed_in


@pytest.fixture
def sealed(fiducial: Run, tmp_path: Path) -> Path:
    packed_in(tmp_path)
    fiducial("bundle", "key", "--out", "key")
    done = fiducial("bundle", "seal", "model.fidu", "--key", "file:key", "--out", "sealed.fidu")
    assert (done.returncode, done.stderr) == (0, "")
    return tmp_path / "sealed.fidu"


def test_a_packed_bundle_is_as_it_was(fiducial: Run, tmp_path: Path) -> None:
    folder_of(tmp_path / "model")
    assert fiducial("bundle", "pack", "model", "--out", "model.fidu").returncode == 0
    done = fiducial("bundle", "verify", "model.fidu")
    assert (done.returncode, done.stdout, done.stderr) == (0, "model.fidu: as it was packed.\n", "")


def test_a_changed_file_ends_with_one_and_its_name(fiducial: Run, tmp_path: Path) -> None:
    path = packed_in(tmp_path)
    path.write_bytes(path.read_bytes().replace(FILES["bundle.toml"], b"schema = 2\n"))
    done = fiducial("bundle", "verify", "model.fidu")
    assert done.returncode == 1
    assert "X bundle.toml: its SHA-256" in done.stdout
    told = json.loads(fiducial("bundle", "verify", "model.fidu", "--json").stdout)
    assert len(told["differences"]) == 1


@pytest.mark.usefixtures("sealed")
def test_a_rotated_bundle_opens_with_the_new_key_alone(fiducial: Run) -> None:
    fiducial("bundle", "key", "--out", "new")
    assert fiducial("bundle", "rotate", "sealed.fidu", "--old", "file:key", "--new", "file:new").returncode == 0
    assert "bytes open with this key" in fiducial("bundle", "unseal-check", "sealed.fidu", "--key", "file:new").stdout
    assert fiducial("bundle", "verify", "sealed.fidu", "--key", "file:new").returncode == 0
    done = fiducial("bundle", "unseal-check", "sealed.fidu", "--key", "file:key")
    assert (done.returncode, done.stdout) == (4, "")
    assert "is sealed with the key" in done.stderr


@pytest.mark.usefixtures("sealed")
def test_a_sealed_bundle_without_a_key_is_wrong_usage(fiducial: Run) -> None:
    done = fiducial("bundle", "verify", "sealed.fidu")
    assert done.returncode == 2
    assert "Say where its key lies" in done.stderr


def test_a_key_on_stdout_is_all_that_is_printed(fiducial: Run) -> None:
    done = fiducial("bundle", "key")
    assert len(bytes.fromhex(done.stdout.strip())) == 32
    assert done.stderr == ""


def test_show_says_what_the_catalogue_knows_of_a_finding(fiducial: Run, tmp_path: Path) -> None:
    write_bundle(tmp_path / "model", CLASSIFIER.replace('name = "bright"\n\n[[prep', 'name = "pneumothorax"\n\n[[prep'))
    told = fiducial("bundle", "show", "model").stdout
    assert "without a claim; in the catalogue as pneumothorax (radlex RID5352, snomed 36118008)\n" in told


def test_show_says_where_scores_are_meant_for(fiducial: Run, tmp_path: Path) -> None:
    moved = CLASSIFIER.replace(
        'name = "bright"\n\n[[prep', 'name = "bright"\nprevalence = { fitted = 0.5, deployed = 0.03 }\n\n[[prep'
    )
    write_bundle(tmp_path / "model", moved)
    assert "no threshold, scores where 3% have it" in fiducial("bundle", "show", "model").stdout
