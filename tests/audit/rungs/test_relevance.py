"""The relevance rung: a number is a benefit only where it will be used, against what costs nothing."""

from typing import Any

import numpy as np
import polars as pl
import pytest

import fiducial as fd
from audit.studies import Study, make_study
from fiducial.claims.charts import Curves, Forest
from fiducial.claims.evidence import Figure, RungResult, Verdict
from fiducial.stats.decision import treat_all

PROBABILITIES = (0.02, 0.1)
DAY = {"studies_per_day": 100, "hours_per_day": 10, "reading_minutes": 4}


@pytest.fixture
def study() -> Study:
    """A good model, used where one in twenty is ill and an ill one found is worth nine alarms or more."""
    made = make_study(2000)
    made.prevalence, made.use = (0.05, 0.1), {"threshold_probability": PROBABILITIES}
    made.floors = {"net_benefit": 0.0}
    made.threshold = 0.15
    return made


def judge(study: Study, **tables: Any) -> RungResult:  # noqa: ANN401  (the tables of climb)
    return fd.climb(study.claim, cohort=study.cohort, predictions=study.predictions, resamples=100, **tables)[
        "relevance"
    ]


def figure(result: RungResult, name: str, subgroup: str = "all") -> Figure:
    return next(one for one in result.figures if (one.name, one.subgroup) == (name, subgroup))


def weighed(study: Study, significance: Any, reader: str = "truth") -> pl.DataFrame:  # noqa: ANN401  (numbers)
    studies = study.columns["study"]
    return pl.DataFrame(
        {"study": studies, "finding": "x", "reader": reader, "label": study.columns["label.x"]}
    ).with_columns(significance=pl.Series(np.broadcast_to(significance, len(studies)).astype(float)))


def test_a_model_that_is_worth_acting_on_holds(study: Study) -> None:
    found = judge(study)
    assert found.verdict is Verdict.HOLDS
    assert "more ill ones found than" in found.sentence


def test_the_lead_is_that_of_the_calls_taken_to_the_prevalence_of_use(study: Study) -> None:
    found = judge(study)
    place = "5% ill, acting from 10%"
    inside = np.asarray(study.columns["split"]) == "test"
    ill, called = study.columns["label.x"][inside] == 1, study.score[inside] >= study.threshold
    expected = 0.05 * called[ill].mean() - 0.95 * called[~ill].mean() / 9
    assert figure(found, "net_benefit", place).value == pytest.approx(expected)
    lead = figure(found, "net_benefit_lead", f"over treating all, {place}")
    assert lead.value == pytest.approx(expected - treat_all(0.05, 0.1))
    avoided = figure(found, "interventions_avoided", f"against treating all, {place}")
    assert avoided.value == pytest.approx(100 * 9 * lead.value)


def test_a_score_on_another_scale_is_worth_the_same(study: Study) -> None:
    before = figure(judge(study), "net_benefit", "5% ill, acting from 10%")
    study.score, study.threshold = study.score**3, study.threshold**3
    assert figure(judge(study), "net_benefit", "5% ill, acting from 10%") == before


def test_a_useless_model_is_worth_less_than_nothing(study: Study) -> None:
    study.score = np.random.default_rng(1).random(2000)
    study.threshold = 0.5
    found = judge(study)
    assert found.verdict is Verdict.FAILS
    assert any("is worth more than acting on the model's calls" in alarm for alarm in found.alarms)


def test_calling_everybody_never_holds(study: Study) -> None:
    study.threshold = 0.0
    assert judge(study).verdict is not Verdict.HOLDS


def test_without_a_threshold_probability_no_benefit_is_shown(study: Study) -> None:
    study.use, study.floors = {}, {}
    found = judge(study)
    assert found.verdict is Verdict.NOT_SHOWN
    assert any("claim.threshold_probability" in note for note in found.notes)
    assert next(chart.name for chart in found.charts if isinstance(chart, Curves)) == "relevance-decision-0.05"


def test_without_floors_a_harmful_model_still_fails(study: Study) -> None:
    study.floors, study.score, study.threshold = {}, np.random.default_rng(1).random(2000), 0.5
    assert judge(study).verdict is Verdict.FAILS


def test_a_rule_that_is_as_good_as_the_model_keeps_it_from_holding(study: Study) -> None:
    called = study.score >= study.threshold
    study.columns["age"] = np.where(called, 70.0, 50.0)
    study.evidence |= {"simple_rule": "age >= 60"}
    found = judge(study)
    assert found.verdict is Verdict.UNDECIDED
    lead = figure(found, "net_benefit_lead", "over rule age >= 60, 5% ill, acting from 2%")
    assert lead.value == 0


def test_a_rule_that_is_better_fails_the_model(study: Study) -> None:
    study.columns["age"] = np.where(study.columns["label.x"] == 1, 70.0, 50.0)
    study.evidence |= {"simple_rule": "age >= 60"}
    assert judge(study).verdict is Verdict.FAILS


def test_the_curve_at_the_prevalence_of_use_stands_beside_both_simple_policies(study: Study) -> None:
    chart = next(one for one in judge(study).charts if one.name == "relevance-decision-0.1")
    assert isinstance(chart, Curves)
    assert [line.label for line in chart.series] == [
        "scores as probabilities",
        "calls at 0.15",
        "treat all",
        "treat nobody",
    ]
    model = chart.series[0]
    assert all(low <= y <= high for low, y, high in zip(model.low, model.y, model.high, strict=True))
    assert max(model.y) <= 0.1


def test_the_predictive_value_falls_on_the_way_from_even_to_rare(study: Study) -> None:
    study.prevalence = (0.01, 0.1)
    found = judge(study)
    even, rare = figure(found, "ppv_at_0.5"), figure(found, "ppv_at_0.01")
    assert even.value > 0.7
    assert rare.value < 0.2
    assert any("the sample's predictive value does not travel" in note for note in found.notes)


def test_a_missed_significant_study_weighs_more(study: Study) -> None:
    missed = (study.columns["label.x"] == 1) & (study.score < study.threshold)
    found = judge(study, labels=weighed(study, np.where(missed, 5.0, 1.0)))
    plain, heavy = figure(found, "sensitivity"), figure(found, "weighted_sensitivity")
    assert heavy.value < plain.value
    assert any("What the model misses weighs more" in note for note in found.notes)
    assert all("significance 5" in case.why for case in found.cases)


def test_the_heaviest_of_the_missed_are_shown_first(study: Study) -> None:
    missed = np.flatnonzero(
        (study.columns["label.x"] == 1) & (study.score < study.threshold) & (np.arange(2000) % 2 == 0)
    )
    weight = np.ones(2000)
    weight[missed[-1]] = 5.0
    found = judge(study, labels=weighed(study, weight))
    assert [case.why.rsplit(maxsplit=1)[1] for case in found.cases[:2]] == ["5", "1"]


def test_a_floor_on_weighted_recall_is_weighed(study: Study) -> None:
    study.floors = {"weighted_sensitivity": 0.5}
    assert judge(study, labels=weighed(study, 1.0)).verdict is Verdict.HOLDS
    study.floors = {"weighted_sensitivity": 0.9999}
    assert judge(study, labels=weighed(study, 1.0)).verdict is Verdict.FAILS


@pytest.mark.parametrize("reader", ["r1", None])
def test_a_floor_on_weighted_recall_without_the_truths_weights_is_not_shown(study: Study, reader: str | None) -> None:
    study.floors = {"weighted_sensitivity": 0.1}
    found = judge(study, labels=weighed(study, 1.0, reader)) if reader else judge(study)
    assert found.verdict is Verdict.NOT_SHOWN
    assert found.missing == ("significance of x in the labels, in the rows of the reader truth",)


def test_ill_studies_that_nobody_weighed_count_one_and_are_told(study: Study) -> None:
    half = weighed(study, 1.0)[::4]
    found = judge(study, labels=half)
    assert figure(found, "weighted_sensitivity").value == figure(found, "sensitivity").value
    assert any("have no significance in the labels and count as 1" in note for note in found.notes)


def test_weights_of_nothing_are_told(study: Study) -> None:
    assert any(
        "every ill study has the significance 0" in note for note in judge(study, labels=weighed(study, 0.0)).notes
    )


def test_levels_of_significance_have_a_row_each(study: Study) -> None:
    found = judge(study, labels=weighed(study, np.where(np.arange(2000) % 4 < 2, 0.2, 1.0)))
    forest = next(one for one in found.charts if one.name == "relevance-recall")
    assert isinstance(forest, Forest)
    assert [row[0] for row in forest.rows] == [
        "plain",
        "weighted by significance",
        "significance 0.2",
        "significance 1",
    ]


def test_alerts_are_counted_for_the_claimed_day(study: Study) -> None:
    study.use |= {"workload": {"studies_per_day": 100}}
    found = judge(study)
    alerts, false, missed = (
        figure(found, f"{name}_per_day", "5% ill") for name in ("alerts", "false_alarms", "missed")
    )
    assert alerts.value == pytest.approx(false.value + 5 - missed.value)
    assert alerts.unit == "a day"
    assert any("no reading_minutes" in note for note in found.notes)


@pytest.mark.parametrize(("bound", "verdict"), [(90.0, Verdict.HOLDS), (1.0, Verdict.FAILS)])
def test_a_floor_on_false_alarms_is_weighed(study: Study, bound: float, verdict: Verdict) -> None:
    study.use |= {"workload": {"studies_per_day": 100}}
    study.floors = {"false_alarms_per_day": bound, "sensitivity": 0.5}
    assert judge(study).verdict is verdict


def test_a_floor_on_alerts_is_weighed_where_it_is_hardest(study: Study) -> None:
    study.use = {"workload": {"studies_per_day": 100}}
    study.prevalence, study.floors = (0.01, 0.9), {"alerts_per_day": 60.0}
    assert judge(study).verdict is Verdict.FAILS


def test_fewer_alerts_in_more_doubt_still_miss_their_floor() -> None:
    ill, called = np.arange(2020) % 101 == 0, np.arange(2020) // 101 % 2 == 0  # 10 of 20 ill, 1020 of 2000 healthy
    called |= ~ill & (np.arange(2020) % 101 == 1)
    study = make_study(2020)
    study.columns |= {"label.x": ill.astype(int), "split": ["test"] * 2020}
    study.score, study.threshold, study.prevalence = np.where(called, 0.9, 0.1), 0.5, (0.01, 0.5)
    study.use, study.floors = {"workload": {"studies_per_day": 100}}, {"alerts_per_day": 55.0, "sensitivity": 0.1}
    found = judge(study)
    assert figure(found, "alerts_per_day", "1% ill").value > figure(found, "alerts_per_day", "50% ill").value
    assert found.verdict is Verdict.UNDECIDED
    assert any("alerts_per_day, 50% ill" in note and "does not clear the floor" in note for note in found.notes)


def test_few_alerts_alone_show_nothing(study: Study) -> None:
    study.use, study.threshold = {"workload": {"studies_per_day": 100}}, 1.0  # it calls nobody
    study.floors = {"alerts_per_day": 60.0, "false_alarms_per_day": 60.0}
    found = judge(study)
    assert found.verdict is Verdict.NOT_SHOWN
    assert any("a model that calls nobody meets" in note for note in found.notes)


def test_a_missed_floor_on_alerts_is_told(study: Study) -> None:
    study.use |= {"workload": {"studies_per_day": 100}}
    study.floors = {"alerts_per_day": 1.0}
    notes = judge(study).notes
    assert any(note.startswith("alerts_per_day, 5% ill, ") and "misses the floor" in note for note in notes)


def test_a_missed_floor_on_weighted_recall_is_told(study: Study) -> None:
    study.labels = weighed(study, 2.0)
    study.floors = {"weighted_sensitivity": 1.0}
    assert any(one.startswith("weighted_sensitivity 0.") for one in judge(study, labels=study.labels).notes)


def test_the_ill_wait_less_and_the_missed_wait_more(study: Study) -> None:
    study.use |= {"workload": DAY}
    found = judge(study)
    assert figure(found, "delay", "ill, 5% ill").value < 0
    assert figure(found, "delay", "missed, 5% ill").value > 0
    assert figure(found, "delay_95", "healthy, 5% ill").value > figure(found, "delay", "healthy, 5% ill").value
    first = figure(found, "wait_first_come", "everybody, 5% ill").value
    assert figure(found, "wait_with_model", "ill, 5% ill").value < first
    assert any("queueing theory says" in note for note in found.notes)
    assert {"relevance-triage-load", "relevance-triage-prevalence"} <= {chart.name for chart in found.charts}


def test_measured_reading_times_are_drawn(study: Study) -> None:
    study.use |= {"workload": {"studies_per_day": 100, "hours_per_day": 10, "reading_times": "readings"}}
    said = pl.DataFrame(
        {"study": study.columns["study"], "finding": "x", "reader": "r", "rating": 1.0, "seconds": 240.0}
    )
    assert any("by the 2000 times of the readings table" in note for note in judge(study, readings=said).notes)
    slow = said.with_columns(seconds=600.0)
    assert any("faster than they are read" in note for note in judge(study, readings=slow).notes)
    assert any("no readings with seconds" in note for note in judge(study).notes)


def test_a_lognormal_law_has_no_closed_form_for_two_readers(study: Study) -> None:
    study.use |= {"workload": DAY | {"reading_times": "lognormal", "reading_deviation": 2, "readers": 2}}
    notes = judge(study).notes
    assert any("a lognormal law with deviation 2 minutes" in note for note in notes)
    assert not any("queueing theory" in note for note in notes)


def test_one_class_cannot_be_judged(study: Study) -> None:
    study.columns["label.x"] = np.ones(2000, dtype=int)
    found = judge(study)
    assert found.verdict is Verdict.NOT_SHOWN
    assert "both ill and healthy" in found.sentence


def test_without_a_prevalence_of_use_nothing_is_shown(study: Study) -> None:
    study.prevalence, study.floors = None, {}
    found = judge(study)
    assert found.missing == ("claim.prevalence: the prevalence of use (for example [0.02, 0.08])",)
