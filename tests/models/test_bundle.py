"""Opening a bundle: everything that it names is looked at before the first study."""

from pathlib import Path

import pytest

import fiducial as fd
from fiducial.errors import UnusableInput
from models.making import CLASSIFIER, write_bundle

CLAIM = """
[claim]
name = "c"
finding = "bright"
threshold = { value = 0.5 }
"""
REFUSED = [
    ("bundle/1", "bundle/9", r"of the schema 'fiducial.bundle/9'; this version of fiducial reads 'fiducial.bundle/1'"),
    ('schema = "fiducial.bundle/1"', "", "of the schema None"),
    ("model.onnx", "modell.onnx", r"holds no 'modell.onnx'. It holds: bundle.toml"),
    ("head.npz", "../head.npz", "must be a file inside the bundle"),
    ('step = "window"', 'step = "windo"', r"Did you mean 'window'.* Install what knows it"),
    ("windows = ", "window = ", r"preparation 1 \(window\)"),
    ('name = "bright"\nversion', "name = bright\nversion", "is not valid TOML"),
    ('licence = "Apache-2.0"', "", "licence"),
    ('features = "features"', 'feature = "features"', "Did you mean 'features'"),
]


@pytest.mark.parametrize(("said", "meant", "told"), REFUSED)
def test_a_manifest_that_cannot_be_meant_is_refused_with_its_place(
    said: str, meant: str, told: str, tmp_path: Path
) -> None:
    bundle = write_bundle(tmp_path / "bundle", CLASSIFIER.replace(said, meant))
    with pytest.raises(UnusableInput, match=f"(?s)bundle.*{told}"):
        fd.open_bundle(bundle)


def with_claim(folder: Path, claim: str) -> Path:
    text = CLASSIFIER.replace('name = "bright"\n\n[[prep', 'name = "bright"\nclaim = "claim.toml"\n\n[[prep')
    return write_bundle(folder, text, claim__toml=claim.encode())


def test_the_claim_of_a_finding_is_read(tmp_path: Path) -> None:
    assert fd.open_bundle(with_claim(tmp_path, CLAIM)).claims["bright"].claim.name == "c"


def test_a_claim_about_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"is a claim about 'dark', and bundle\.toml gives it to 'bright'"):
        fd.open_bundle(with_claim(tmp_path, CLAIM.replace("bright", "dark")))


def test_a_sequence_head_needs_features(tmp_path: Path) -> None:
    text = CLASSIFIER.replace('features = "features"\n', "") + '\n[aggregation]\nkind = "graph"\nfile = "model.onnx"\n'
    with pytest.raises(UnusableInput, match=r"needs outputs.features, a row a slice"):
        fd.open_model(write_bundle(tmp_path, text))


def test_the_hash_is_of_contents_and_names(tmp_path: Path) -> None:
    one, same = (fd.open_bundle(write_bundle(tmp_path / name)).hash for name in "ab")
    (tmp_path / "b" / "notes.txt").write_text("x")
    assert one == same
    assert fd.open_bundle(tmp_path / "b").hash != one
