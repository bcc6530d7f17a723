"""The failures rung: planted modes and slices are found and ranked by what they cost; noise is not told."""

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

import fiducial as fd
from audit.studies import Study, make_study
from fiducial.claims.evidence import Figure, RungResult, Verdict


def study_of(n: int = 4000, seed: int = 0) -> Study:
    """A model that is wrong once in ten, whoever it is asked about."""
    study = make_study(n, seed=seed)
    rng = np.random.default_rng(seed + 1)
    study.columns |= {"scanner": rng.choice(["X", "Y"], n), "age": rng.integers(20, 90, n)}
    return with_errors(study, np.full(n, 0.1), seed)


def with_errors(study: Study, rate: NDArray[np.float64], seed: int = 0) -> Study:
    truth = np.asarray(study.columns["label.x"]) == 1
    rng = np.random.default_rng(seed + 2)
    wrong = rng.random(truth.size) < rate
    study.score = np.where(truth ^ wrong, 0.6, 0.1) + rng.uniform(0, 0.3, truth.size)
    return study


def missing(study: Study, inside: NDArray[np.bool_], rate: float = 0.4) -> Study:
    """The ill ``inside`` are missed at ``rate``; nothing else changes."""
    ill = np.asarray(study.columns["label.x"]) == 1
    return with_errors(study, np.where(inside & ill, rate, 0.1))


def judge(study: Study) -> RungResult:
    tables = {"cohort": study.cohort, "predictions": study.predictions, "labels": study.labels}
    return fd.climb(study.claim, **tables, resamples=100)["failures"]  # type: ignore[arg-type]  # all are tables


def figure(found: RungResult, name: str, subgroup: str) -> Figure:
    return next(one for one in found.figures if (one.name, one.subgroup) == (name, subgroup))


def women(study: Study) -> NDArray[np.bool_]:
    return np.asarray(study.columns["sex"] == "F", dtype=np.bool_)


def test_a_planted_slice_is_found_and_told_in_words() -> None:
    study = study_of(8000)
    inside = (study.columns["age"] >= 70) & (study.columns["scanner"] == "X")
    note = next(one for one in judge(missing(study, inside)).notes if one.startswith("Slice: "))
    assert "age >= 7" in note
    assert "scanner = X" in note
    assert "% missed (" in note
    assert "elsewhere, n = " in note


def test_a_planted_mode_is_ranked_first() -> None:
    study = study_of()
    found = judge(missing(study, women(study)))
    assert "Most is lost where sex=F" in found.sentence
    gap = figure(found, "missed_gap", "sex=F")
    assert gap.interval is not None
    assert gap.interval.low > 0.15


def test_ill_and_healthy_are_kept_apart() -> None:
    study = study_of()
    found = judge(missing(study, women(study)))
    assert abs(figure(found, "false_alarms_gap", "sex=F").value) < 0.05
    assert not any("called ill" in note for note in found.notes if note.startswith(("Slice", "Failure mode")))


def test_where_nothing_is_planted_nothing_is_told() -> None:
    found = judge(study_of())
    assert "No subgroup or slice errs more than the rest" in found.sentence
    assert not [note for note in found.notes if note.startswith(("Slice", "Failure mode"))]


def test_clinical_significance_turns_the_ranking_round() -> None:
    study = study_of()
    study.evidence = {"strata": ["sex", "scanner"]}
    other = study.columns["scanner"] == "X"
    missing(study, women(study) | other, 0.3)
    # What women have counts a tenth; the order of both modes follows.
    weight = np.where(women(study), 0.1, 1.0)
    study.labels = pl.DataFrame({"study": study.columns["study"], "finding": "x", "reader": "truth",
                                 "label": study.columns["label.x"], "significance": weight})  # fmt: skip
    weighed = judge(study)
    study.labels = None
    plain = judge(study)
    ratio = [figure(one, "missed_excess", "sex=F").value for one in (weighed, plain)]
    assert ratio[0] < 0.2 * ratio[1]


def test_the_costliest_mode_comes_first() -> None:
    study = study_of()
    study.evidence = {"strata": ["scanner", "sex"]}
    ill, other = np.asarray(study.columns["label.x"]) == 1, study.columns["scanner"] == "X"
    rate = 0.1 + 0.15 * (other & ill) + 0.4 * (women(study) & ill)
    found = judge(with_errors(study, rate))
    assert "Most is lost where sex=F" in found.sentence
    assert [case.why for case in found.cases][:5:4] == ["missed where sex=F", "missed where scanner=X"]


def test_without_a_floor_nothing_holds() -> None:
    assert judge(study_of()).verdict is Verdict.NOT_SHOWN


def test_a_gap_beyond_the_floor_fails() -> None:
    study = study_of()
    study.floors = {"worst_slice_gap": 0.1}
    assert judge(missing(study, women(study))).verdict is Verdict.FAILS


def test_many_patients_without_a_slice_hold() -> None:
    study = study_of(40_000)
    study.floors = {"worst_slice_gap": 0.05}
    assert judge(study).verdict is Verdict.HOLDS


def few_errors(errors: int) -> Study:
    """So many of 200 ill are missed, all over 80, and nobody is called in vain; the claim names sexes alone."""
    study = make_study(1000)
    ill = np.arange(1000) < 200
    study.columns |= {
        "label.x": ill.astype(int),
        "split": ["test"] * 1000,
        "age": np.where(np.arange(1000) % 13, 60, 85),
    }
    study.columns["sex"] = np.where(np.arange(1000) // 13 % 2, "M", "F").astype(object)
    missed = (np.arange(1000) % 13 == 0) & (np.arange(1000) < 13 * errors)
    study.score, study.floors = np.where(ill & ~missed, 0.9, 0.1), {"worst_slice_gap": 0.15}
    return study


def test_errors_that_are_too_few_for_a_search_may_all_be_of_one_slice() -> None:
    found = judge(few_errors(8))
    assert found.verdict is Verdict.UNDECIDED
    assert any("were the 8 ill who are missed of one slice of 10" in note for note in found.notes)


def test_so_few_errors_that_no_slice_could_fail_hold_without_a_search() -> None:
    found = judge(few_errors(1))
    assert found.verdict is Verdict.HOLDS
    assert "No subgroup errs more" in found.sentence  # nothing is said of slices that nobody searched


def test_few_patients_do_not_hold() -> None:
    study = study_of(400)
    study.floors = {"worst_slice_gap": 0.05}
    assert judge(study).verdict is Verdict.UNDECIDED


def test_a_group_that_is_too_small_is_named_and_nothing_holds() -> None:
    study = study_of(2000)
    study.columns["sex"][:50] = "other"  # 25 in the test split, fewer than ten of them ill
    study.floors = {"worst_slice_gap": 1.0}
    found = judge(study)
    assert any("Too small" in note and "sex=other" in note for note in found.notes)
    assert found.verdict is Verdict.UNDECIDED


def test_without_strata_every_column_is_a_group() -> None:
    study = study_of()
    study.evidence = {}
    labels = {one.subgroup for one in judge(study).figures}
    assert {"sex=F", "scanner=X", "age=20-35.25"} <= labels


def test_the_gallery_shows_errors_by_mode() -> None:
    study = study_of()
    found = judge(missing(study, women(study)))
    assert found.cases[0].why == "missed where sex=F"
    assert all((case.score >= 0.5) != case.truth for case in found.cases)
    whys = [case.why for case in found.cases]
    assert whys == sorted(whys, key=whys.index)


def test_one_class_alone_cannot_hold() -> None:
    study = study_of(2000)
    study.columns["label.x"] = np.ones(2000, dtype=int)
    study.floors = {"worst_slice_gap": 1.0}
    assert judge(study).verdict is Verdict.UNDECIDED


def test_a_cohort_without_columns_is_not_shown() -> None:
    study = study_of()
    study.evidence = {}
    study.columns = {name: study.columns[name] for name in ("study", "patient", "split", "label.x")}
    assert judge(study).verdict is Verdict.NOT_SHOWN


@pytest.mark.parametrize("name", ["missed", "false_alarms"])
def test_the_share_of_all_is_there(name: str) -> None:
    assert figure(judge(study_of()), name, "all").value == pytest.approx(0.1, abs=0.02)
