"""What readers gain, and what still holds when they did not all read the same cases."""

from dataclasses import replace

import numpy as np
import pytest

from audit.readers.making import made
from fiducial.audit.readers.gain import gain_in
from fiducial.audit.readers.parts import Asked
from fiducial.errors import CannotJudge
from fiducial.stats.roc import auroc

ASKED = Asked()
FIXED_READERS, FIXED_CASES = Asked("fixed-readers"), Asked("fixed-cases")


def test_readers_who_are_better_with_the_model_gain() -> None:
    main = gain_in(made().study, "auroc", ASKED).part.main
    assert main is not None
    assert main.interval is not None
    assert main.interval.low > 0
    assert main.value == pytest.approx(0.12, abs=0.06)


def test_a_tiny_p_is_told_without_digits_that_say_nothing() -> None:
    assert ", p below 0.001 over 5 readers" in gain_in(made().study, "auroc", ASKED).part.sentence


@pytest.mark.parametrize("metric", ["auroc", "sensitivity", "specificity"])
def test_the_pooled_gain_is_the_mean_of_the_readers_gains(metric: str) -> None:
    figures = gain_in(made().study, metric, ASKED).part.figures
    pooled, *single = [one.value for one in figures if one.name == f"{metric}_gain"]
    assert pooled == pytest.approx(np.mean(single))
    assert len(single) == 5


def test_any_function_is_a_metric() -> None:
    given = made(readers=3, cases=60).study
    plain, own = gain_in(given, "auroc", ASKED).part.main, gain_in(given, auroc, ASKED).part.main
    assert plain is not None
    assert own is not None
    assert own.interval is not None
    assert plain.interval is not None
    assert (own.value, own.interval.low) == pytest.approx((plain.value, plain.interval.low))


def test_a_split_plot_is_analysed_and_said_to_be_one() -> None:
    study = made()
    split = (
        study.without(0, slice(0, 60)).without(1, slice(0, 60)).without(2, slice(60, 120)).without(3, slice(60, 120))
    )
    found = gain_in(split.study, "auroc", ASKED)
    assert found.part.main is not None
    assert found.part.main.interval is not None
    assert "all of them share 0 of 120; 4 of 10 pairs of readers share none" in found.part.notes[0]
    assert found.split


def test_fixed_cases_need_readers_who_read_the_same_ones() -> None:
    with pytest.raises(CannotJudge, match=r"these share 110 of 120\. Analyse the shared cases alone"):
        gain_in(made().without(2, slice(0, 10)).study, "auroc", FIXED_CASES)


def test_the_shared_cases_alone_are_a_full_design() -> None:
    shared = made().without(2, slice(0, 10)).study.shared_by_all()
    assert shared.cases == 110
    assert gain_in(shared, "auroc", FIXED_CASES).part.notes == ()


def test_one_reader_can_be_judged_only_as_that_reader() -> None:
    with pytest.raises(CannotJudge, match="r1 is the only reader with enough cases: one reader says nothing about"):
        gain_in(made(readers=1).study, "auroc", ASKED)
    assert gain_in(made(readers=1).study, "auroc", FIXED_READERS).part.main is not None


def test_a_reader_without_ill_cases_is_left_out_with_the_reason() -> None:
    study = made()
    found = gain_in(study.without(1, study.truth, arm=1).study, "auroc", ASKED).part
    assert "Reader r2 is left out of auroc in arm 'with': read 0 ill patients, needs 2." in found.notes
    assert "Not compared, because they have enough cases in arm 'alone' alone: r2." in found.notes
    assert {one.subgroup for one in found.figures if one.name == "auroc_gain"} == {"all", "r1", "r3", "r4", "r5"}


def test_one_case_says_nothing() -> None:
    with pytest.raises(CannotJudge, match=r"no reader has enough cases for auroc in 'alone' and 'with' \(Reader r1 is"):
        gain_in(made(cases=1).study, "auroc", ASKED)


def test_other_readers_in_each_arm_are_compared_as_two_groups() -> None:
    study, everything = made(readers=8), slice(None)
    for reader in range(8):
        study = study.without(reader, everything, arm=int(reader < 4))
    found = gain_in(study.study, "auroc", ASKED)
    assert found.components is None
    assert found.part.notes[-1].startswith("Nobody read in both arms: the arms are compared as two groups")
    paired = gain_in(made(readers=8).study, "auroc", ASKED).part.main
    assert found.part.main is not None
    assert found.part.main.interval is not None
    assert paired is not None
    assert paired.interval is not None
    assert found.part.main.interval.high - found.part.main.interval.low > paired.interval.high - paired.interval.low
    with pytest.raises(CannotJudge, match="compares readers with themselves"):
        gain_in(study.study, "auroc", FIXED_CASES)


def test_a_reader_who_always_says_the_same_is_told() -> None:
    study = made()
    study.rating[:, 3] = 4.0
    found = gain_in(study.study, "auroc", ASKED).part
    assert "Every case rated the same in arm 'with', so an area of 0.5 that nothing moves: r4." in found.notes
    value = next(one.value for one in found.figures if one.subgroup == "r4, with")
    assert value == 0.5


def test_ties_everywhere_leave_no_interval_rather_than_a_narrow_one() -> None:
    study = made()
    study.rating[:] = 3.0
    main = gain_in(study.study, "auroc", ASKED).part.main
    assert main is not None
    assert (main.value, main.interval) == (0.0, None)


def test_patients_who_repeat_widen_the_interval() -> None:
    study = made(cases=240)
    doubled = replace(study, patient=np.arange(240) // 6)
    for arm in range(2):
        study.rating[arm] += study.truth * np.repeat(np.random.default_rng(5).normal(0, 3, 40), 6)
    widths = []
    for one in (study, doubled):
        main = gain_in(one.study, "sensitivity", FIXED_READERS).part.figures[0]
        assert main.interval is not None
        widths.append(main.interval.high - main.interval.low)
    assert gain_in(doubled.study, "auroc", ASKED).part.main is not None
    with pytest.raises(CannotJudge, match="patients repeat: use jackknife or delong"):
        gain_in(doubled.study, "auroc", Asked(covariance="unbiased"))


def test_a_study_without_ratings_has_no_area() -> None:
    study = made()
    study.rating[:] = np.nan
    with pytest.raises(CannotJudge, match="auroc needs ratings, and no reading has one"):
        gain_in(study.study, "auroc", ASKED)
    assert gain_in(study.study, "sensitivity", ASKED).part.main is not None


def test_a_figure_counts_the_readings_that_it_is_about() -> None:
    figures = gain_in(made(readers=4, cases=120).study, "sensitivity", ASKED).part.figures
    assert {one.subgroup: one.n for one in figures[:3]} == {"alone": 160, "with": 160, "all": 320}
    assert {one.n for one in figures[3:]} == {40}
