"""The examples run: on made-up data everywhere, on real radiographs where they are at hand."""

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import fiducial as fd

EXAMPLES = Path(__file__).parents[1] / "examples"
HERE = fd.RunOptions(workers=1)


def run(name: str, *words: str | Path) -> str:
    command = [sys.executable, str(EXAMPLES / f"{name}.py"), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603  (our own)


def test_a_vendors_csv_is_seen_through(tmp_path: Path) -> None:
    told = run("vendor_csv", tmp_path)
    assert "internal: fails" in told
    assert "Alarm: " in told
    assert "give evidence.external_by" in told


def test_of_five_pairs_three_are_verified_and_the_others_told(tmp_path: Path) -> None:
    told = run("paired_scans", tmp_path).splitlines()
    assert [line.split(",")[0] for line in told[:3]] == [f"patient {number}: verified" for number in (1, 2, 3)]
    assert told[3].startswith("patient 4: dropped (")
    assert "5-plain.nii.gz: is cut off" in told[4]
    assert (tmp_path / "aligned" / "index.html").exists()


def test_a_detector_without_a_network_finds_discs(tmp_path: Path) -> None:
    told = run("blob_detector", tmp_path)
    assert told.startswith("disc: Of 100 lesions it finds ")
    assert "of 100 healthy ones" in told
    assert (tmp_path / "froc" / "froc.html").exists()


@pytest.mark.real
def test_bright_blobs_are_no_fractures(real_data: Path, tmp_path: Path) -> None:
    told = run("blob_detector", tmp_path, real_data / "fracture_fracatlas")
    assert "Alarm: It marks nothing on " in told
    found = json.loads((tmp_path / "froc" / "froc.json").read_text())["findings"][0]
    assert (found["images"], found["ill"], found["lesions"]) == (680, 420, 544)
    by_name = {figure["name"]: figure["value"] for figure in found["figures"]}
    assert by_name["lesion_sensitivity"] < 0.05


def test_heads_are_drawn_with_their_truth_and_a_sheet(tmp_path: Path) -> None:
    told = run("head_phantoms", tmp_path, "--patients", "9", "--size", "48", "--prevalence", "0.8").splitlines()
    assert told[0].endswith(f"images of 9 patients in {tmp_path / 'rsna'}")
    assert int(told[1].split()[1]) > 20
    assert (tmp_path / "sheet.png").exists()


@pytest.mark.real
def test_the_viper_readers_are_as_good_on_digital_as_on_film(real_data: Path) -> None:
    told = run("viper_readers", real_data / "reader_viper").splitlines()
    rows = {line.split(" | ")[0].strip("| "): line.split(" | ")[1:] for line in told if line.startswith("| ")}
    assert len(rows) == 8  # the head and its line, five sub-studies, and the ragged file
    assert rows["screeningLowP"] == rows["screeningLowP.csv, mended"]
    assert rows["challengeHighP"][1] == "0.681"


@pytest.mark.real
def test_image_statistics_do_not_pass_for_a_pneumonia_detector(real_data: Path, tmp_path: Path) -> None:
    built = fd.build_cohort(fd.Source(real_data / "cxr_nih14", fd.Unit.IMAGE))
    fd.write_cohort(built.cohort, tmp_path / "nih.parquet")
    run("image_statistics", tmp_path / "nih.parquet", "pneumonia", tmp_path)
    found = json.loads((tmp_path / "report" / "evidence.json").read_text())
    rungs = {rung["rung"]: rung for rung in found["rungs"]}
    area = next(figure for figure in rungs["internal"]["figures"] if figure["name"] == "auroc")
    assert 0.5 < area["value"] < 0.85
    assert found["verdict"] == "fails"
    assert rungs["external"]["verdict"] == "not shown"
    assert {figure["subgroup"] for figure in rungs["bias"]["figures"]} >= {"view=AP", "view=PA"}


@pytest.mark.real
def test_a_sealed_test_is_looked_at_twice_and_every_document_made(real_data: Path, tmp_path: Path) -> None:
    told = run("sealed_audits", "fracatlas", real_data / "fracture_fracatlas", tmp_path).splitlines()
    assert told[-1] == "Verified: the seal holds"
    assert told[2].startswith("look-2: fails.")
    assert "This is look 2 (2 of them different)" in told[2]
    assert {"summary.pdf", "model-card.html", "tripod-ai-2024.csv"} <= {
        path.name for path in (tmp_path / "look-2" / "documents").iterdir()
    }


def test_columns_are_named_in_the_words_of_the_catalogue() -> None:
    told = run("name_labels").splitlines()
    assert told[1] == "pleural_effusion: pleural effusion (finding, days; radlex RID34539, snomed 60046008)"
    assert told[-2:] == ["pneumothrax: unknown; pneumothorax?", "label_7: unknown"]


@pytest.fixture(scope="module")
def chest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chest pipeline, its bundles made."""
    folder = tmp_path_factory.mktemp("chest")
    run("pipelines/chest/make", folder)
    return folder


def test_the_chest_pipeline_decides_phantoms_by_its_rules(chest: Path, tmp_path: Path) -> None:
    found = fd.run_pipeline(chest, [chest / "studies.csv"], tmp_path, HERE)
    fired = {row["study"]: row["true"] for row in found.worklist.iter_rows(named=True)}
    assert fired == {
        "cut-off": None,
        "lucency": "pneumothorax",
        "tube-low": "tube-misplaced",
        "opacity": "opacity",
        "opacity-portable": "opacity",
        "healthy": None,
        "tube": None,
    }
    assert found.outside == {"hand": "its body part is HAND; CHEST enters"}
    assert list(found.failed) == ["cut-off"]
    assert found.worklist["study"][0] == "cut-off"


def test_its_networks_are_the_same_bytes_each_time_and_say_what_they_are(chest: Path, tmp_path: Path) -> None:
    run("pipelines/chest/make", tmp_path)
    bundles = sorted((chest / "bundles").iterdir())
    assert len(bundles) == 16
    for bundle in bundles:
        assert bundle.read_bytes() == (tmp_path / "bundles" / bundle.name).read_bytes()
        assert "its scores mean nothing clinically" in fd.open_bundle(bundle).manifest.statement


def test_the_chest_pipeline_stays_small(chest: Path) -> None:
    assert sum(path.stat().st_size for path in (chest / "bundles").iterdir()) < 400_000


def test_two_of_three_detectors_find_the_drawn_fracture(tmp_path: Path) -> None:
    run("pipelines/fracture/make", tmp_path / "p")
    found = fd.run_pipeline(tmp_path / "p", [tmp_path / "p" / "studies.csv"], tmp_path / "out", HERE)
    fired = {row["study"]: row["true"] for row in found.worklist.iter_rows(named=True)}
    assert fired == {"broken": "fracture", "broken-leg": "fracture", "intact": None}
    assert list(found.outside) == ["chest"]


@pytest.mark.real
def test_the_fracture_pipeline_runs_on_fracatlas(real_data: Path, tmp_path: Path) -> None:
    run("pipelines/fracture/make", tmp_path / "p", real_data / "fracture_fracatlas")
    cohort = pl.read_csv(tmp_path / "p" / "fracatlas.csv").gather_every(17)
    cohort.write_csv(tmp_path / "p" / "few.csv")
    found = fd.run_pipeline(tmp_path / "p", [tmp_path / "p" / "few.csv"], tmp_path / "out", HERE)
    told = found.document()
    assert told["studies"] == cohort.height == 40
    assert told["entered"] == cohort["body_part"].drop_nulls().len()
    assert found.failed == {}
    assert found.tables["predictions"].filter(pl.col("model") == "fracture-wbf")["score"].null_count() == 0
    assert len(list((tmp_path / "out" / "overlays").iterdir())) == told["entered"]


@pytest.mark.real
def test_it_lists_the_truncated_files_of_fracatlas(real_data: Path, tmp_path: Path) -> None:
    run("pipelines/fracture/make", tmp_path / "p")
    text = (tmp_path / "p" / "pipeline.toml").read_text()
    (tmp_path / "p" / "pipeline.toml").write_text(text.replace("[[models]]", 'unknown = "inside"\n\n[[models]]', 1))
    found = fd.run_pipeline(tmp_path / "p", [real_data / "fracture_fracatlas" / "truncated"], tmp_path / "out", HERE)
    assert len(found.failed) == 8
    assert found.exit_code == 5


def test_rules_of_a_chest_radiograph_are_traced_and_overridden() -> None:
    before, after = run("chest_rules").split("says the reader:")
    assert before.startswith("pneumothorax: true")
    assert "score(effusion): unknown (cnn-b 1; timed out after 5 s)" in before
    assert after.strip().startswith("pneumothorax: false")


def test_a_decision_and_what_a_reader_made_of_it_are_drawn(tmp_path: Path) -> None:
    assert run("decision_page", tmp_path).splitlines()[-1] == "Not a medical device."
    assert "Pneumothorax: yes, 0.91 over 0.62 (revision 3)" in (tmp_path / "decision.html").read_text()
    assert "dr-a says: no" in (tmp_path / "overridden.html").read_text()
    assert "Which rule reads which" in (tmp_path / "rules.html").read_text()
