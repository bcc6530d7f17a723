"""Probing a made-up model: the same tables every time, whatever dies on the way, and rungs that understand them all."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image
from polars.testing import assert_frame_equal

import fiducial as fd
from audit.probes.making import ALL_LOOKS, CASE, write_blob_bundle, write_case
from fiducial.audit.probed import TABLES
from fiducial.audit.probes.plan import ProbePlan
from fiducial.audit.probes.probe import probe_claim
from fiducial.claims.evidence import Verdict
from fiducial.errors import UnusableInput, WrongUsage

PLAN = ProbePlan(conditions=("jpeg:3", "marker-added:1+resolution:2"), workers=1)


@pytest.fixture(scope="module")
def claim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve patients, and what a plain probe of them wrote."""
    path = write_case(tmp_path_factory.mktemp("case"))
    probe_claim(path, path.parent / "probes", PLAN)
    return path


def tables(folder: Path) -> dict[str, pl.DataFrame]:
    found = {name: pl.read_parquet(folder / f"{name}.parquet") for name in TABLES}
    return found | {"predictions": found["predictions"].drop("seconds")}


def assert_same(one: Path, other: Path) -> None:
    for table, expected in zip(tables(one).values(), tables(other).values(), strict=True):
        assert_frame_equal(table, expected)


def predictions(claim: Path) -> pl.DataFrame:
    return pl.read_parquet(claim.parent / "probes" / "predictions.parquet")


def test_every_study_is_asked_clean_under_each_condition_and_without_its_lesion(claim: Path) -> None:
    counted = dict(predictions(claim).group_by("condition").len().iter_rows())
    assert counted == {"clean": 12, "jpeg:3": 12, "marker-added:1+resolution:2": 12, "mask-region-lesion:1": 6}


def masked(folder: Path, mask: Image.Image) -> ProbePlan:
    """Every study has a device where the mask is white; the table names its images relative to itself."""
    mask.save(folder / "device.png")
    studies = pl.read_csv(folder / "cohort.csv")["study"]
    table = pl.DataFrame({"study": studies}).with_columns(region=pl.lit("device"), path=pl.lit("device.png"))
    table.write_csv(folder / "masks.csv")
    return ProbePlan(conditions=("jpeg:3",), workers=1, masks=folder / "masks.csv")


def test_a_marked_device_is_measured_and_filled_in(tmp_path: Path) -> None:
    claim = write_case(tmp_path, 4)
    white = Image.new("L", (96, 96))
    white.paste(255, (10, 20, 30, 40))
    probe_claim(claim, tmp_path / "probes", masked(tmp_path, white))
    found = tables(tmp_path / "probes")
    device = found["attributions"].filter(pl.col("region") == "device")
    assert device.height == 4
    assert device["area"].to_list() == pytest.approx([20 * 20 / 96**2] * 4)
    assert found["predictions"].filter(pl.col("condition") == "mask-region-device:1").height == 4


def test_a_mask_of_another_size_costs_its_study_the_score_and_says_why(tmp_path: Path) -> None:
    claim = write_case(tmp_path, 4)
    found = probe_claim(claim, tmp_path / "probes", masked(tmp_path, Image.new("L", (64, 64), 255)))
    assert found.exit_code == 5
    assert "its mask device.png has (1, 64, 64) slices, rows and columns" in next(iter(found.failed.values()))


def test_the_number_of_processes_changes_nothing(claim: Path, tmp_path: Path) -> None:
    probe_claim(claim, tmp_path, ProbePlan(conditions=PLAN.conditions, workers=2))
    assert_same(tmp_path, claim.parent / "probes")


def test_another_seed_draws_other_changes(claim: Path, tmp_path: Path) -> None:
    probe_claim(claim, tmp_path, ProbePlan(conditions=PLAN.conditions, workers=1, seed=1))
    ours, others = predictions(claim), pl.read_parquet(tmp_path / "predictions.parquet")
    changed = ours.join(others, on=["study", "condition"]).filter(pl.col("score") != pl.col("score_right"))
    assert changed["condition"].unique().sort().to_list() == ["marker-added:1+resolution:2", "mask-region-lesion:1"]


def test_a_run_that_was_killed_goes_on_where_it_was(claim: Path, tmp_path: Path) -> None:
    code = (
        "import os\nfrom fiducial.audit.probes.probe import ProbePlan, probe_claim\n"
        f"plan = ProbePlan(conditions={PLAN.conditions}, workers=1)\n"
        f"probe_claim({str(claim)!r}, {str(tmp_path)!r}, plan, told=lambda n, _: n < 5 or os.kill(os.getpid(), 9))"
    )
    killed = subprocess.run([sys.executable, "-c", code], check=False)  # noqa: S603  (our own)
    assert killed.returncode == -9
    kept = [json.loads(line) for line in (tmp_path / ".predictions.parquet.journal").read_text().splitlines()[1:]]
    before = {(row["study"], row["condition"]): row["seconds"] for one in kept for row in one["facts"]["predictions"]}
    probe_claim(claim, tmp_path, PLAN)
    told = pl.read_parquet(tmp_path / "predictions.parquet")
    after = dict(zip(told.select("study", "condition").rows(), told["seconds"], strict=True))
    assert len(kept) >= 4
    assert before.items() <= after.items()  # asked again, they would have taken another while
    assert_same(tmp_path, claim.parent / "probes")
    assert not (tmp_path / ".predictions.parquet.journal").exists()


def test_a_bad_study_is_listed_and_the_others_go_on(tmp_path: Path) -> None:
    claim = write_case(tmp_path)
    victim = sorted(tmp_path.glob("*.dcm"))[3]
    victim.write_bytes(b"no image")
    found = probe_claim(claim, tmp_path / "probes", PLAN)
    assert list(found.failed) == [victim.stem]
    assert found.exit_code == 5
    assert found.unanswered == dict.fromkeys(PLAN.conditions or (), 1)
    rows = predictions(claim).filter(pl.col("study") == victim.stem)
    assert rows["score"].null_count() == rows.height == 3


def without_modality(claim: Path, folder: Path) -> Path:
    """The same case in a folder of its own; its table does not say what the images are."""
    case = folder / "case"
    shutil.copytree(claim.parent, case)
    pl.read_csv(case / "cohort.csv").drop("tag.Modality").write_csv(case / "cohort.csv")
    return case / claim.name


def test_a_condition_that_refuses_an_image_leaves_its_reason(claim: Path, tmp_path: Path) -> None:
    claim = without_modality(claim, tmp_path)
    found = probe_claim(claim, tmp_path, ProbePlan(conditions=("ct-slice-thickness:1",), workers=1, explainer=None))
    rows = pl.read_parquet(tmp_path / "predictions.parquet").filter(pl.col("condition") == "ct-slice-thickness:1")
    assert found.unanswered == {"ct-slice-thickness:1": 12}
    assert found.exit_code == 0
    assert rows["score"].null_count() == 12
    assert "slice" in rows["reason"][0]


def test_without_an_explainer_there_are_no_attributions(claim: Path, tmp_path: Path) -> None:
    (tmp_path / "attributions.parquet").write_bytes(b"of an earlier run")
    found = probe_claim(claim, tmp_path, ProbePlan(conditions=("jpeg:1",), workers=1, explainer=None, features=False))
    assert [path.name for path in found.written] == ["predictions.parquet"]
    assert [path.name for path in tmp_path.iterdir()] == ["predictions.parquet"]


def test_an_explainer_that_cannot_look_into_the_bundle_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    claim = write_case(tmp_path)
    manifest = (tmp_path / "bundle" / "bundle.toml").read_text()
    write_blob_bundle(tmp_path / "bundle", manifest.replace('head = "head.npz"\n', ""))
    with pytest.raises(WrongUsage, match="use occlusion or rise"):
        probe_claim(claim, tmp_path / "probes", PLAN)


@pytest.mark.parametrize(("gone", "remedy"), [("bundle", "model.fidu"), ("cohort", "cohort.parquet")])
def test_a_claim_that_names_no_bundle_or_cohort_is_told_what_to_say(tmp_path: Path, gone: str, remedy: str) -> None:
    lines = [line for line in CASE.splitlines() if not line.startswith(f"{gone} =")]
    (tmp_path / "claim.toml").write_text("\n".join(lines).format(threshold=0.5, bundle="bundle"))
    (tmp_path / "cohort.csv").write_text("study\na\n")
    with pytest.raises(UnusableInput, match=f'names no {gone}.*Say {gone} = "{remedy}"'):
        probe_claim(tmp_path / "claim.toml", tmp_path / "probes", PLAN)


def test_a_bundle_that_does_not_score_the_finding_is_refused(tmp_path: Path) -> None:
    claim = write_case(tmp_path)
    write_blob_bundle(tmp_path / "bundle", (tmp_path / "bundle" / "bundle.toml").read_text().replace("opacity", "mass"))
    with pytest.raises(UnusableInput, match="scores mass, and the claim is about 'opacity'"):
        probe_claim(claim, tmp_path / "probes", PLAN)


def test_the_rungs_understand_whatever_a_probe_writes(tmp_path: Path) -> None:
    claim = write_case(tmp_path, 48, threshold=0.3)
    fd.predict(tmp_path / "bundle", tmp_path / "cohort.csv", tmp_path / "predictions.csv", fd.PredictOptions(workers=1))
    probe_claim(claim, tmp_path / "probes", ProbePlan(conditions=ALL_LOOKS, workers=1))
    rungs = {one.rung: one for one in fd.climb(claim, resamples=200).rungs}
    shortcuts = rungs["shortcuts"]
    assert not [note for note in shortcuts.notes if "not shown" in note]
    assert shortcuts.missing == ()
    assert {one.subgroup.split(",")[0] for one in shortcuts.figures if one.name == "excess_energy"} == {
        "border", "corners", "marker", "outside-body",
    }  # fmt: skip
    assert "fallen" in {one.name for one in shortcuts.figures if one.condition == "mask-region-lesion:1"}
    assert "flips" in {one.name for one in rungs["robustness"].figures if one.condition == "marker-added:3"}
    assert rungs["ablation"].verdict is Verdict.NOT_SHOWN  # a radiograph has no skull to strip


def test_features_are_those_of_the_clean_image(claim: Path) -> None:
    features = pl.read_parquet(claim.parent / "probes" / "features.parquet")
    scored = predictions(claim).filter(pl.col("condition") == "clean").join(features, on="study")
    logit = 400 * (scored["f0"] + scored["f1"]) - 11.5
    np.testing.assert_allclose(scored["score"], 1 / (1 + np.exp(-logit)), atol=1e-5)


def test_a_bundle_that_changed_between_two_probes_of_one_process_is_opened_again(tmp_path: Path) -> None:
    path, scores = write_case(tmp_path, 4), []
    for line in ("", '\n[[preparation]]\nstep = "clip"\nlow = 0.4\nhigh = 0.6\n'):
        manifest = tmp_path / "bundle" / "bundle.toml"
        manifest.write_text(manifest.read_text() + line)
        probe_claim(path, tmp_path / "probes", ProbePlan(conditions=("jpeg:3",), workers=1))
        scores.append(pl.read_parquet(tmp_path / "probes" / "predictions.parquet")["score"].to_list())
    assert scores[0] != scores[1]


def test_a_study_that_a_condition_refuses_is_not_asked_again_after_a_kill(claim: Path, tmp_path: Path) -> None:
    def killed(done: int, _total: int) -> None:
        if done == 8:
            raise KeyboardInterrupt

    claim = without_modality(claim, tmp_path)
    plan = ProbePlan(conditions=("ct-slice-thickness:1",), workers=1, explainer=None)
    with pytest.raises(KeyboardInterrupt):
        probe_claim(claim, tmp_path, plan, told=killed)
    assert len((tmp_path / ".predictions.parquet.journal").read_text().splitlines()) > 4
