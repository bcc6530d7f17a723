"""The log of decisions: what became of each, and what a reader of it should know."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

import fiducial as fd
from audit.studies import Study, make_study
from fiducial.audit.case import Case
from fiducial.audit.flags import flags
from fiducial.audit.gather import gather
from fiducial.audit.log import logged
from fiducial.files.hashes import hash_bytes


def small() -> Study:
    study = make_study(6)
    study.columns["label.x"] = [1, 1, 0, 0, 1, 0]
    study.score = np.array([0.9, 0.1, 0.9, 0.1, np.nan, 0.4])
    study.abstained = {"clean": [0, 0, 0, 0, 0, 1]}
    return study


def case_of(study: Study) -> Case:
    found = gather(
        study.claim, study.cohort, study.predictions, labels=study.labels, readings=study.readings, resamples=100
    )
    return found.case


def test_every_decision_has_its_outcome() -> None:
    assert logged(case_of(small()))["outcome"].to_list() == [
        "true positive",
        "false negative",
        "false positive",
        "true negative",
        "not answered",
        "not answered",
    ]


def test_the_first_columns_stay_what_they_were() -> None:
    assert logged(case_of(small())).columns[:9] == [
        "study", "patient", "split", "truth", "score", "threshold", "called", "answered", "judged",
    ]  # fmt: skip


def test_no_score_and_abstention_are_flagged() -> None:
    assert flags(case_of(small())).to_list() == [None, None, None, None, "no score", "abstained"]


def test_a_patient_of_train_is_flagged_where_judged_and_not_in_train_itself() -> None:
    study = small()
    study.columns |= {
        "patient": ["p", "p", "q", "r", "s", "t"],
        "split": ["train", "test", "test", "external", "test", "test"],
    }
    told = flags(case_of(study))
    assert told[:4].to_list() == [None, "the patient stands in train or tune as well", None, None]


def test_who_lies_outside_the_claims_population_is_flagged_with_the_value() -> None:
    study = small()
    study.columns["age"] = [40.0, 95.0, 40.0, None, 40.0, 40.0]
    study.population = {"age": [18, 90], "colour": ["red"]}
    assert flags(case_of(study))[:4].to_list() == [None, "outside the claim's age (95)", None, None]


def test_readers_who_say_otherwise_are_counted_and_the_reference_is_none_of_them() -> None:
    study = small()
    study.labels = pl.DataFrame(
        {
            "study": ["s0"] * 4,
            "finding": ["x"] * 4,
            "reader": ["truth", "r1", "r2", "r3"],
            "label": [0, 0, 0, 1],
        }
    )
    assert flags(case_of(study))[0] == "2 of 3 readers say otherwise than the label"


def test_conditions_that_turn_the_call_are_named_and_those_meant_to_turn_it_are_not() -> None:
    study = small()
    turned = np.array([0.1, 0.1, 0.9, 0.1, 0.5, 0.5])
    study.stressed = dict.fromkeys(("noise:1", "blur:2", "jpeg:1", "dark:1", "mask-lungs:1", "flip:2"), turned)
    study.evidence = {**study.evidence, "wrong_inputs": ["flip:2"]}
    told = flags(case_of(study))
    assert told[0] == "the call turns under blur:2, dark:1, jpeg:1 and 1 more (4 of 4 conditions)"
    assert told[1] is None


def test_one_file_gives_its_own_hash_and_several_the_hash_of_theirs_in_order() -> None:
    files = pl.DataFrame({"study": ["s0", "s1", "s1", "s2"], "pixel_hash": ["h0", "h2", "h1", None]})
    told = logged(case_of(small()), files)["input_hash"]
    assert told[:3].to_list() == ["h0", hash_bytes(b"h1\nh2"), None]


def test_saliency_is_told_by_region_and_method() -> None:
    case = case_of(small())
    seen = pl.DataFrame(
        {
            "study": ["s0", "s0", "s1"],
            "condition": ["clean", "clean", "noise:1"],
            "region": ["lungs", "border", "lungs"],
            "method": ["cam"] * 3,
            "energy": [0.82, 0.004, 0.5],
        }
    )
    told = logged(replace(case, probed=replace(case.probed, attributions=seen)))["saliency"]
    assert told[:2].to_list() == ["border 0% (cam); lungs 82% (cam)", None]


def test_an_audit_without_files_labels_or_probes_has_an_empty_comment_and_no_hash(tmp_path: Path) -> None:
    study = small()
    found = fd.climb(study.claim, cohort=study.cohort, predictions=study.predictions, resamples=100)
    found.save(tmp_path)
    rows = pl.read_csv(tmp_path / "decisions.csv", infer_schema=False)
    assert rows.select("input_hash", "saliency", "comment").null_count().row(0) == (6, 6, 6)
