"""``fiducial cohort seal`` and ``verify`` as a stranger meets them."""

import json
from pathlib import Path

import pytest

from cli.conftest import Run


@pytest.mark.usefixtures("written")
def test_a_seal_says_what_to_do_with_its_files(fiducial: Run) -> None:
    done = fiducial("cohort", "seal", "claim.toml", "--by", "Ada")
    assert done.returncode == 0
    assert done.stdout.startswith(
        "Sealed by Ada: the claim c and 400 studies\n  of 400 patients (200 external, 200 test)"
    )
    assert "claim.seal.json names nobody: give it to somebody who keeps it." in done.stdout
    assert "The predictions are there already" in done.stderr


@pytest.mark.usefixtures("written")
def test_json_of_a_seal_is_the_seal_file(fiducial: Run, tmp_path: Path) -> None:
    done = fiducial("cohort", "seal", "claim.toml", "--by", "Ada", "--json")
    assert json.loads(done.stdout) == json.loads((tmp_path / "claim.seal.json").read_text())


@pytest.mark.usefixtures("written")
def test_sealing_twice_is_a_matter_of_usage(fiducial: Run) -> None:
    fiducial("cohort", "seal", "claim.toml", "--by", "Ada")
    done = fiducial("cohort", "seal", "claim.toml", "--by", "Ada")
    assert (done.returncode, "--again REASON" in done.stderr) == (2, True)
    assert fiducial("cohort", "seal", "claim.toml", "--by", "Ada", "--again", "because").returncode == 0


@pytest.mark.usefixtures("written")
def test_verify_tells_the_entries_and_ends_with_zero(fiducial: Run) -> None:
    fiducial("cohort", "seal", "claim.toml", "--by", "Ada")
    fiducial("audit", "claim.toml", "--out", "report")
    done = fiducial("cohort", "verify", "claim.toml", "--evidence", "report/evidence.json")
    assert done.returncode == 0
    assert "Ada: 400 studies, claim c, predictions were there" in done.stdout
    assert "look ended" in done.stdout
    assert "All that is judged is as it was sealed; 1 look." in done.stdout


@pytest.mark.usefixtures("written")
def test_verify_ends_with_one_and_names_what_changed(fiducial: Run, tmp_path: Path) -> None:
    fiducial("cohort", "seal", "claim.toml", "--by", "Ada")
    path = tmp_path / "claim.toml"
    path.write_text(path.read_text().replace("auroc = 0.8", "auroc = 0.7"))
    done = fiducial("cohort", "verify", "claim.seal.json", "--head", "sha256:" + "0" * 64)
    assert done.returncode == 1
    assert "X the claim was changed after it was sealed: line 7 was 'auroc = 0.8', is 'auroc = 0.7'" in done.stdout
    assert "X no entry of the ledger has the hash sha256:0" in done.stdout
    document = json.loads(fiducial("cohort", "verify", "claim.toml", "--json").stdout)
    assert (document["schema"], document["whole"]) == ("fiducial.cohort-verify/1", False)


@pytest.mark.usefixtures("written")
def test_verify_of_what_was_never_sealed_ends_with_four(fiducial: Run) -> None:
    done = fiducial("cohort", "verify", "claim.toml")
    assert (done.returncode, done.stderr) == (
        4,
        "fiducial: claim.toml: was never sealed. Seal it with fiducial cohort seal claim.toml --by NAME.\n",
    )
