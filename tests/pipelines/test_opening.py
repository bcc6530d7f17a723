"""A pipeline is opened whole or not at all, and what is wrong with it has its file, its key and the nearest name."""

from pathlib import Path

import pytest

import fiducial as fd
from fiducial.errors import UnusableInput, WrongUsage
from pipelines.making import ALONE, DECISION, ONE_RULE, PIPELINE, write_pipeline


def told(folder: Path, text: str = PIPELINE, decision: str = DECISION) -> str:
    with pytest.raises(UnusableInput) as refused:
        fd.open_pipeline(write_pipeline(folder, text, decision))
    return str(refused.value)


def test_a_folder_is_as_good_as_its_file(folder: Path) -> None:
    assert fd.open_pipeline(folder).identity == fd.open_pipeline(folder / "pipeline.toml").identity


def test_a_rule_that_reads_what_no_model_gives_is_told_with_the_nearest(tmp_path: Path) -> None:
    wrong = told(
        tmp_path,
        decision=DECISION.replace('scores = ["bright"', 'scores = ["brigth"').replace("score(bright)", "score(brigth)"),
    )
    assert "decision.toml: inputs.scores: no model gives 'brigth'. Did you mean 'bright'?" in wrong


def test_a_region_must_be_drawn_by_a_detector(tmp_path: Path) -> None:
    wrong = told(
        tmp_path,
        decision=DECISION.replace('regions = ["spot"]', 'regions = ["spots"]').replace(
            "regions(spot)", "regions(spots)"
        ),
    )
    assert "inputs.regions: no model gives 'spots'. Did you mean 'spot'?" in wrong


def test_a_mask_must_come_from_a_segmentation(tmp_path: Path) -> None:
    wrong = told(
        tmp_path,
        PIPELINE.replace('findings = ["bright"]\n\n[[fusion', "findings = []\n\n[[fusion").replace(
            'bundle = "mask"', 'bundle = "first"'
        ),
    )
    assert "inputs.masks" in wrong


def test_a_measurement_must_be_measured(tmp_path: Path) -> None:
    decision = ONE_RULE.replace('scores = ["bright"]', 'scores = ["bright"]\nmeasurements = { ctr = "1" }')
    assert "inputs.measurements: no model gives 'ctr'. No model of the pipeline gives any" in told(
        tmp_path, ALONE, decision
    )


def test_two_models_of_one_finding_need_a_fusion(tmp_path: Path) -> None:
    text = PIPELINE.replace(', members = ["first", "second", "mask"], quorum = 2', "")
    apart = text[: text.index("[[fusion]]")] + '[rules]\nfile = "decision.toml"\n'
    assert "both first and mask give 'bright'. Say in [[fusion]] how they become one" in told(tmp_path, apart)


def test_a_member_that_there_is_not_is_told_with_the_nearest(tmp_path: Path) -> None:
    wrong = told(tmp_path, PIPELINE.replace('"second", "mask"]', '"secnd", "mask"]'))
    assert "fusion both: no model 'secnd' gives any of bright. Did you mean 'second'?" in wrong


def test_a_fused_finding_that_no_model_gives_is_told(tmp_path: Path) -> None:
    assert "fusion both: no model gives 'brihgt'. Did you mean 'bright'?" in told(
        tmp_path, PIPELINE.replace('[[fusion]]\nfindings = ["bright"]', '[[fusion]]\nfindings = ["brihgt"]')
    )


def test_a_recipe_that_lacks_something_is_told_at_opening(tmp_path: Path) -> None:
    text = PIPELINE.replace('{ rule = "mean" }', '{ rule = "k-of-n", k = 2, thresholds = { first = 0.5 } }')
    assert "fusion both: k-of-n needs a threshold for every member" in told(tmp_path, text)


def test_a_finding_of_no_bundle_is_told_with_the_nearest(tmp_path: Path) -> None:
    text = PIPELINE.replace('name = "mask"\nfindings = ["bright"]', 'name = "mask"\nfindings = ["bigth"]')
    assert "models: mask scores no 'bigth'. Did you mean 'bright'?" in told(tmp_path, text)


def test_two_models_of_one_name_are_refused(tmp_path: Path) -> None:
    text = PIPELINE.replace('bundle = "second"\nname = "second"', 'bundle = "second"\nname = "first"')
    assert "two models or ensembles are called 'first'" in told(tmp_path, text.replace('"second", ', ""))


def test_an_unknown_key_is_told_with_the_nearest(tmp_path: Path) -> None:
    assert "models.0.secnds: unknown key. Did you mean 'seconds'?" in told(
        tmp_path, PIPELINE.replace('name = "first"', 'name = "first"\nsecnds = 3')
    )


def test_an_unknown_urgency_is_told_with_the_nearest(tmp_path: Path) -> None:
    assert "urgency: there is no such urgency. Did you mean 'hours'?" in told(
        tmp_path, decision=DECISION.replace('"hours"', '"hour"')
    )


def test_what_is_drawn_must_be_given(tmp_path: Path) -> None:
    assert "outputs.draw: no model gives 'spto'. Did you mean 'spot'?" in told(
        tmp_path, PIPELINE + '\n[outputs]\ndraw = ["spto"]\n'
    )


def test_a_pipeline_that_is_absent_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="there is no such file"):
        fd.open_pipeline(tmp_path / "pipeline.toml")


def test_a_sealed_bundle_needs_its_key(tmp_path: Path) -> None:
    place = write_pipeline(tmp_path, ALONE.replace('"first"', '"first.sealed"'), ONE_RULE)
    fd.pack_bundle(tmp_path / "first", tmp_path / "first.fidu")
    (tmp_path / "key").write_text(fd.new_key())
    (tmp_path / "key").chmod(0o600)
    holder = f"file:{tmp_path / 'key'}"
    fd.seal_bundle(tmp_path / "first.fidu", fd.open_keyholder(holder), tmp_path / "first.sealed")
    with pytest.raises(WrongUsage, match="is sealed"):
        fd.open_pipeline(place)
    place.write_text(place.read_text().replace('.sealed"', f'.sealed"\nkey = "{holder}"'))
    assert fd.open_pipeline(place).gives == {"bright": "bright"}


def test_stacking_needs_its_fits(tmp_path: Path) -> None:
    assert "nothing is fitted in a pipeline; give fitted" in told(tmp_path, PIPELINE.replace('"mean"', '"stacking"'))


def test_the_document_names_every_bundle_by_its_hash(folder: Path) -> None:
    document = fd.open_pipeline(folder).document()
    assert [one["hash"] for one in document["models"]] == [
        fd.open_bundle(folder / name).hash for name in ("first", "mask", "second", "spots")
    ]
    assert document["gives"] == {"bright": "both", "spot": "spots"}
    assert document["rules"]["thresholds"]["bright"] == {"value": 0.6, "revision": "3", "source": "by hand"}
