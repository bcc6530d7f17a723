"""A claim is read strictly: a mistake is told with its key and what the key may be."""

from pathlib import Path

import polars as pl
import pytest

from fiducial.claims.claim import Claim, read_claim
from fiducial.claims.strata import parse_stratum
from fiducial.errors import UnusableInput

GOOD = """
[claim]
name = "cxr-pneumonia-1"
finding = "pneumonia"
statement = "Flags adult frontal chest radiographs with pneumonia for early reading."
intended_use = "Worklist order; a radiologist reads every image."
not_for = ["children", "portable images of the lateral view"]
population = { age = [18, 90], sex = ["F", "M"], view = ["PA", "AP"] }
prevalence = [0.02, 0.08]
threshold = { value = 0.42, chosen_on = "tune", rule = "specificity >= 0.85" }
[floors]
auroc = 0.85
largest_gap = 0.05
calibration_slope = [0.8, 1.25]
[ladder]
required = ["internal", "external", "bias", "calibration"]
[evidence]
cohort = "cohort.parquet"
predictions = "predictions.parquet"
model = "cnn-a"
internal = "test"
external_by = ["site", "scanner"]
strata = ["sex", "age:0-40-60-120", "view"]
bundle = "model.fidu"
"""


def read(folder: Path, text: str) -> Claim:
    path = folder / "claim.toml"
    path.write_text(text)
    return read_claim(path)


def test_the_claim_on_paper_reads(tmp_path: Path) -> None:
    claim = read(tmp_path, GOOD)
    assert claim.claim.threshold.value == 0.42
    assert str(claim.floor("calibration_slope")) == "calibration_slope within 0.8 to 1.25"
    assert claim.floor("sensitivity") is None


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("auroc = 0.85", "largest_drop_under_stress = 0.1", "needs evidence.stress_up_to"),
        ("auroc = 0.85", "answered_outside = 0.1", "needs floors.coverage: a model that never answers would hold"),
        ("bundle =", "stress_up_to = 6\nbundle =", "evidence.stress_up_to"),
        ("auroc = 0.85", "aurock = 0.85", "unknown floor 'aurock'. Did you mean 'auroc'"),
        ("auroc = 0.85", "auroc = [0.1, 0.2]", "auroc must be one number"),
        ("[0.8, 1.25]", "0.9", "calibration_slope must be a pair"),
        ("finding =", "fnding =", "claim.fnding: unknown key. Did you mean 'finding'"),
        ("[0.02, 0.08]", "[0.08, 0.02]", "must be [lowest, highest]"),
        ("[0.02, 0.08]", "[0.0, 0.08]", "claim.prevalence.0"),
        ("[0.02, 0.08]", "0.02", "claim.prevalence: must be a list in square brackets; got 0.02"),
        ("value = 0.42", "value = 42", "less than or equal to 1; got 42"),
        ('"tune"', '"test"', "claim.threshold.chosen_on: Input should be 'train' or 'tune'; got 'test'"),
        ("age:0-40-60-120", "age:40-0", "must be ascending numbers"),
        ("largest_gap = 0.05", "largest_gap = 5", "largest_gap must lie from 0 to 1"),
        ("auroc = 0.85", "auroc = true", "Input should be a valid number"),
        ("auroc = 0.85", "auroc = nan", "finite number"),
        ('internal = "test"', 'internal = "external"', "evidence.internal"),
        ('internal = "test"', 'internal = "tune"', "the split that claim.threshold was chosen on"),
        ('internal = "test"', 'simple_rule = "age => 60"', "one of >= > <= < =="),
        ("[claim]", "[claim", "is not valid TOML"),
        ('name = "cxr-pneumonia-1"', "", "claim.name: missing"),
    ],
)
def test_a_mistake_names_its_key(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(UnusableInput) as refused:
        read(tmp_path, GOOD.replace(old, new))
    assert told in str(refused.value)
    assert "claim.toml" in str(refused.value)


def test_a_floor_for_ppv_needs_a_prevalence(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"floors\.ppv needs claim\.prevalence"):
        read(tmp_path, GOOD.replace("prevalence = [0.02, 0.08]\n", "").replace("auroc = 0.85", "ppv = 0.3"))


def test_an_absent_claim_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="no such file"):
        read_claim(tmp_path / "claim.toml")


def test_bands_take_their_lower_edge_and_the_last_takes_both() -> None:
    labels = parse_stratum("age:0-40-60").labels(pl.Series([0.0, 39.9, 40.0, 60.0, 61.0, None]))
    assert labels.to_list() == ["age=0-40", "age=0-40", "age=40-60", "age=40-60", None, None]
