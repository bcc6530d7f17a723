"""The external rung: every group on its own, and the drop."""

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

import fiducial as fd
from audit.studies import Study
from fiducial.audit import metrics
from fiducial.audit.gather import gather
from fiducial.audit.rungs import external
from fiducial.audit.rungs.external import External
from fiducial.claims.evidence import RungResult, Verdict
from fiducial.stats.roc import AurocEstimate, delong


def judge(study: Study) -> RungResult:
    return fd.climb(study.claim, cohort=study.cohort, predictions=study.predictions, resamples=100)["external"]


def spoil(study: Study, rows: np.ndarray) -> None:
    """Make the scores of some rows say nothing."""
    study.score = np.where(rows, np.random.default_rng(1).random(rows.size), study.score)


def test_one_failing_hospital_is_not_hidden_by_the_others(study: Study) -> None:
    site = np.where(np.arange(2000) % 8 == 1, "C", study.columns["site"])
    study.columns["site"] = site
    spoil(study, site == "C")
    found = judge(study)
    assert found.verdict is Verdict.FAILS
    assert "site=C fails" in found.sentence


def test_the_drop_is_given_with_its_interval(study: Study) -> None:
    spoil(study, study.columns["site"] == "B")
    drop = next(figure for figure in judge(study).figures if figure.name == "auroc_drop")
    assert drop.value == pytest.approx(0.49, abs=0.05)
    assert drop.interval is not None
    assert drop.interval.low > 0.4


@pytest.mark.parametrize("sites", [1, 9])
def test_the_internal_split_is_measured_as_often_for_one_group_as_for_many(
    study: Study, sites: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = np.arange(2000) % 3 == 0
    study.columns["split"] = np.where(inside, "test", "external")
    study.columns["site"] = np.where(inside, "A", [f"B{i % sites}" for i in range(2000)]).astype(object)
    seen: list[int] = []

    def counting(truth: NDArray[np.bool_], score: NDArray[np.float64], cluster: NDArray[np.int64]) -> AurocEstimate:
        seen.append(truth.size)
        return delong(truth, score, cluster)

    for module in (metrics, external):
        monkeypatch.setattr(module, "delong", counting)
    case = gather(study.claim, study.cohort, study.predictions).case
    External().judge(case)
    assert seen.count(int(inside.sum())) == 2  # once for the figure, once for its variance


def test_a_floor_for_the_drop_is_weighed(study: Study) -> None:
    study.floors = {"largest_drop": 0.1}
    assert judge(study).verdict is Verdict.HOLDS
    spoil(study, study.columns["site"] == "B")
    assert judge(study).verdict is Verdict.FAILS


def test_of_twenty_sites_without_a_drop_none_is_failed_for_the_luck_of_one(study: Study) -> None:
    study.columns["site"] = np.where(np.arange(2000) % 2, np.arange(2000) // 2 % 20, -1).astype(str).astype(object)
    study.floors = {"largest_drop": 0.0}
    found = judge(study)
    drops = [figure for figure in found.figures if figure.name.endswith("_drop")]
    assert any(drop.interval is not None and drop.interval.low > 0 for drop in drops)
    assert found.verdict is Verdict.UNDECIDED
    assert not any(" drops by " in note for note in found.notes)


def test_a_site_with_one_patient_is_undecided_and_told(study: Study) -> None:
    study.columns["site"][1] = "tiny"
    found = judge(study)
    assert "site=tiny" in found.sentence
    assert found.verdict is not Verdict.HOLDS
    assert any("site=tiny has none" in note for note in found.notes)


def test_external_rows_without_a_site_are_a_group_of_their_own(study: Study) -> None:
    study.columns["site"] = [None if i == 1 else site for i, site in enumerate(study.columns["site"])]
    found = judge(study)
    assert "site=(unknown)" in found.sentence
    assert any("1 external rows have no site" in note for note in found.notes)


def test_each_column_makes_groups_of_its_own(study: Study) -> None:
    study.columns["scanner"] = np.where(np.arange(2000) % 3, "GE", "Siemens")
    study.evidence = {"external_by": ["site", "scanner"]}
    groups = {figure.subgroup for figure in judge(study).figures}
    assert groups == {"site=B", "scanner=GE", "scanner=Siemens"}


def with_hospitals(study: Study, count: int) -> Study:
    names = np.array([f"H{index % count}" for index in range(2000)], dtype=object)
    study.columns["site"] = np.where(np.arange(2000) % 2, names, "A").astype(object)
    return study


def test_the_next_hospital_is_predicted_from_three_or_more(study: Study) -> None:
    found = judge(with_hospitals(study, 10))
    names = {(figure.name, figure.subgroup) for figure in found.figures}
    assert {("auroc_pooled", "every site"), ("auroc_next", "next site")} <= names
    assert any("the next site may show" in note for note in found.notes)


def test_each_hospital_is_left_out_in_turn(study: Study) -> None:
    found = judge(with_hospitals(study, 10))
    without = {f.subgroup for f in found.figures if f.name == "auroc_pooled" and f.subgroup.startswith("without")}
    assert without == {f"without site=H{index}" for index in (1, 3, 5, 7, 9)}


def test_one_deviant_hospital_widens_what_the_next_may_show(study: Study) -> None:
    even = next(f for f in judge(with_hospitals(study, 10)).figures if f.name == "auroc_next")
    spoil(study, study.columns["site"] == "H3")
    uneven = next(f for f in judge(study).figures if f.name == "auroc_next")
    assert even.interval is not None
    assert uneven.interval is not None
    assert uneven.interval.low < even.interval.low - 0.1


def test_two_hospitals_cannot_tell_of_a_third(study: Study) -> None:
    found = judge(study)
    assert "1 external site: what the next one may show needs 3." in found.notes
    assert not any(figure.name == "auroc_next" for figure in found.figures)


def test_a_floor_for_the_drop_needs_something_to_drop_from(study: Study) -> None:
    study.floors = {"largest_drop": 0.1}
    study.columns["split"] = ["external"] * 2000
    assert judge(study).verdict is Verdict.UNDECIDED


def test_coin_flips_without_a_site_do_not_pass_unseen(study: Study) -> None:
    lost = np.arange(2000) % 4 == 1
    study.columns["site"] = [None if gone else site for gone, site in zip(lost, study.columns["site"], strict=True)]
    spoil(study, lost)
    assert judge(study).verdict is Verdict.FAILS


def test_periods_are_groups_by_year(study: Study) -> None:
    years = [f"20{20 + index % 3}-05-01" for index in range(2000)]
    study.columns["acquired"] = pl.Series(years).str.to_date()
    study.evidence = {"external_by": ["acquired"]}
    assert {"acquired=2020", "acquired=2022"} <= {figure.subgroup for figure in judge(study).figures}
