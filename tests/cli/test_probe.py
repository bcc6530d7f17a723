"""``fiducial probe`` as a stranger meets it."""

import json
from pathlib import Path

import polars as pl

import fiducial as fd
from audit.probes.making import write_case
from cli.conftest import Run

QUICK = ("--condition", "flip:1+jpeg:2", "--workers", "1")


def test_a_sealed_bundle_is_probed_with_its_key_and_one_bad_study_is_listed(fiducial: Run, tmp_path: Path) -> None:
    write_case(tmp_path, bundle="sealed.fidu")
    fd.write_new_key(tmp_path / "key")
    packed = fd.pack_bundle(tmp_path / "bundle", tmp_path / "packed.fidu")
    fd.seal_bundle(packed, fd.open_keyholder(f"file:{tmp_path / 'key'}"), tmp_path / "sealed.fidu")
    victim = min(tmp_path.glob("*.dcm"))
    victim.write_bytes(b"no image")
    done = fiducial("probe", "claim.toml", "--out", "probes", "--key", "file:key", "--json", *QUICK)
    told = json.loads(done.stdout)
    assert done.returncode == 5
    assert [one["study"] for one in told["failed"]] == [victim.stem]
    assert told["conditions"] == ["flip:1+jpeg:2", "mask-region-lesion:1"]
    assert told["written"] == [f"{name}.parquet" for name in WRITTEN]
    assert pl.read_parquet(tmp_path / "probes" / "predictions.parquet")["score"].null_count() == 2


WRITTEN = ("predictions", "attributions", "features", "measurements")


def test_an_unknown_condition_is_wrong_usage_with_the_nearest(fiducial: Run, tmp_path: Path) -> None:
    write_case(tmp_path)
    done = fiducial("probe", "claim.toml", "--out", "probes", "--condition", "jpg:1")
    assert done.returncode == 2
    assert "Did you mean 'jpeg'?" in done.stderr
    assert not (tmp_path / "probes").exists()


def test_a_claim_without_a_bundle_is_unusable_and_told_what_to_say(fiducial: Run, tmp_path: Path) -> None:
    claim = write_case(tmp_path)
    claim.write_text(claim.read_text().replace('bundle = "bundle"', ""))
    done = fiducial("probe", "claim.toml", "--out", "probes")
    assert done.returncode == 4
    assert 'Say bundle = "model.fidu" under [evidence]' in done.stderr
