"""Patients stay whole, fractions are met, the order of rows does not matter, and nothing is lost in silence."""

from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cohort.checks.making import cohort_of
from fiducial.cohort.checks.patients_across_splits import PatientsAcrossSplits
from fiducial.cohort.recipe import SplitRecipe
from fiducial.cohort.splits import SplitOutcome, split_cohort
from fiducial.cohort.table import Cohort
from fiducial.errors import UnusableInput, WrongUsage

BYS = [("patient",), ("patient", "site"), ("scanner",), ("site", "scanner"), ("time",), ("patient", "site", "time")]

rows = st.lists(
    st.tuples(
        st.sampled_from([None, *"abcdefghijkl"]),
        st.sampled_from([None, "A", "B", "C"]),
        st.sampled_from(["X", "Y"]),
        st.sampled_from([None, "2020-01-01", "2020-02-01", "2021-01-01"]),
        st.sampled_from([None, 0, 1]),
    ),
    min_size=1,
    max_size=60,
)


def made(cells: list[tuple[Any, ...]]) -> Cohort:
    names = ("patient", "site", "scanner", "acquired", "label.mass")
    return cohort_of({name: [cell[i] for cell in cells] for i, name in enumerate(names)})


def outcome_of(cohort: Cohort, recipe: SplitRecipe) -> SplitOutcome | None:
    try:
        return split_cohort(cohort, recipe)
    except UnusableInput:
        return None  # a single site, no date at all, nobody left: refused, never split wrongly


def patients_by_split(cohort: Cohort) -> dict[str, int]:
    return dict(cohort.rows.group_by("split").agg(pl.col("patient").n_unique()).iter_rows())


@given(cells=rows, by=st.sampled_from(BYS), seed=st.integers(0, 9))
def test_a_patient_never_crosses_a_split(cells: list[tuple[Any, ...]], by: tuple[str, ...], seed: int) -> None:
    done = outcome_of(made(cells), SplitRecipe(by=by, seed=seed))
    if done is not None:
        crossing = [one for one in PatientsAcrossSplits().examine(done.cohort) if one.severity == "error"]
        assert not crossing


@given(cells=rows, by=st.sampled_from(BYS), seed=st.integers(0, 9), shuffle=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(
    cells: list[tuple[Any, ...]], by: tuple[str, ...], seed: int, shuffle: Random
) -> None:
    cohort, recipe = made(cells), SplitRecipe(by=by, seed=seed)
    order = list(range(cohort.rows.height))
    shuffle.shuffle(order)
    straight, mixed = outcome_of(cohort, recipe), outcome_of(Cohort(cohort.rows[order], None, cohort.folder), recipe)
    assert (straight is None) == (mixed is None)
    if straight is not None and mixed is not None:
        assert_frame_equal(straight.cohort.rows[order], mixed.cohort.rows)
        assert straight.notes == mixed.notes


@given(cells=rows, by=st.sampled_from(BYS))
def test_every_row_has_a_split_or_is_reported(cells: list[tuple[Any, ...]], by: tuple[str, ...]) -> None:
    done = outcome_of(made(cells), SplitRecipe(by=by))
    if done is None:
        return
    left_out = done.cohort.rows["split"].null_count()
    told = [int(note.split()[0].replace(",", "")) for note in done.notes if "left out" in note]
    assert sum(told) >= left_out
    assert left_out or not told
    assert done.counts["rows"].sum() == len(cells)
    assert done.counts.filter(pl.col("split") == "left out")["rows"].sum() == left_out


@given(
    sizes=st.lists(st.integers(1, 4), min_size=1, max_size=80),
    labels=st.integers(0, 2**80 - 1),
    fractions=st.sampled_from([(0.6, 0.2, 0.2), (0.7, 0.1, 0.2), (0.5, 0, 0.5), (1, 0, 0), (0.34, 0.33, 0.33)]),
)
def test_fractions_are_met_within_a_patient_in_total_and_nearly_so_in_every_stratum(
    sizes: list[int], labels: int, fractions: tuple[float, float, float]
) -> None:
    patient = [f"p{i:02d}" for i, size in enumerate(sizes) for _ in range(size)]
    label = [labels >> int(name[1:]) & 1 for name in patient]
    cohort = cohort_of({"patient": patient, "label.mass": label})
    done = split_cohort(cohort, SplitRecipe(fractions=fractions)).cohort
    for stratum, slack in ((done.rows, 0.75), *((part, 1.5) for part in done.rows.partition_by("label.mass"))):
        got = patients_by_split(Cohort(stratum, None, done.folder))
        total = sum(got.values())
        for name, share in zip(("train", "tune", "test"), fractions, strict=True):
            assert abs(got.get(name, 0) - share * total) <= slack + 1e-9


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_split() -> None:
    cohort = cohort_of({"patient": [f"p{i}" for i in range(100)]})
    first, again, other = (split_cohort(cohort, SplitRecipe(seed=seed)).cohort.rows for seed in (1, 1, 2))
    assert first.write_csv() == again.write_csv()
    assert first["split"].to_list() != other["split"].to_list()


def test_a_rare_finding_is_spread_over_all_splits() -> None:
    cohort = cohort_of({"patient": [f"p{i}" for i in range(500)], "label.hernia": [1] * 5 + [0] * 495})
    done = split_cohort(cohort, SplitRecipe(seed=3)).cohort
    ill = done.rows.filter(pl.col("label.hernia") == 1)
    assert dict(ill.group_by("split").len().iter_rows()) == {"train": 3, "tune": 1, "test": 1}


def test_earlier_splits_are_replaced_and_the_recipe_is_written_beside() -> None:
    cohort = cohort_of({"patient": list("abcde"), "split": ["test"] * 5, "split_recipe": ["old"] * 5, "age": [1] * 5})
    done = split_cohort(cohort, SplitRecipe(seed=7)).cohort.rows
    assert done.columns == ["study", "patient", "age", "split", "split_recipe"]
    assert set(done["split"]) == {"train", "tune", "test"}
    assert set(done["split_recipe"]) == {"by=patient; fractions=0.6/0.2/0.2; seed=7"}


def test_a_named_site_becomes_external_and_its_patients_rows_elsewhere_are_left_out() -> None:
    cohort = cohort_of({"patient": ["a", "a", "b", "c", "d"], "site": ["B", "A", "A", "A", "B"]})
    done = split_cohort(cohort, SplitRecipe(by=("patient", "site"), hold_out={"site": ("B",)}))
    split = done.cohort.rows["split"].to_list()
    assert (split[0], split[1], split[4]) == ("external", None, "external")
    assert "external" not in split[2:4]
    assert "External: site B." in done.notes
    assert "1 rows are left out: their patients have other rows at an external site." in done.notes
    assert "external site=B" in done.cohort.rows["split_recipe"][0]


def test_unnamed_sites_are_drawn_whole_until_the_share_is_reached() -> None:
    site = np.repeat(list("ABCDEFGHIJ"), 10).tolist()
    done = split_cohort(cohort_of({"patient": [f"p{i}" for i in range(100)], "site": site}), SplitRecipe(by=("site",)))
    by_site = done.cohort.rows.group_by("site").agg((pl.col("split") == "external").mean())["split"]
    assert sorted(by_site) == [0] * 8 + [1] * 2


def test_a_row_whose_site_is_unknown_is_left_out_and_reported() -> None:
    cohort = cohort_of({"patient": list("abcd"), "site": ["A", "B", None, "A"]})
    done = split_cohort(cohort, SplitRecipe(by=("site",), hold_out={"site": ("B",)}))
    assert done.cohort.rows["split"][2] is None
    assert any("site is unknown" in note for note in done.notes)


def test_by_time_no_patient_of_the_test_was_last_seen_before_one_of_the_training() -> None:
    days = [f"2020-{1 + i % 12:02d}-{1 + i % 28:02d}" for i in range(90)]
    cohort = cohort_of({"patient": [f"p{i % 40}" for i in range(90)], "acquired": days})
    done = split_cohort(cohort, SplitRecipe(by=("time",))).cohort.rows
    last = done.group_by("patient").agg(pl.col("acquired").max(), pl.col("split").first())
    seen = {name: last.filter(pl.col("split") == name)["acquired"] for name in ("train", "tune", "test")}
    assert seen["train"].max() <= seen["tune"].min()  # type: ignore[operator]  # polars types any column
    assert seen["tune"].max() <= seen["test"].min()  # type: ignore[operator]  # as above
    assert [part.len() for part in seen.values()] == [24, 8, 8]


def test_a_period_becomes_external_where_it_is_asked_for() -> None:
    days = [f"{2018 + i // 25}-{1 + i % 12:02d}-01" for i in range(100)]
    cohort = cohort_of({"patient": [f"p{i}" for i in range(100)], "acquired": days})
    recipe = SplitRecipe(by=("patient", "time"), hold_out={"time": ("2021-01-01",)})
    done = split_cohort(cohort, recipe)
    latest = done.cohort.rows.filter(pl.col("acquired") >= pl.date(2021, 1, 1))
    assert set(latest["split"]) == {"external"}
    assert done.counts.select("split", "rows").rows() == [("train", 45), ("tune", 15), ("test", 15), ("external", 25)]
    assert "External: time 2021-01-01 and later." in done.notes
    assert "external time=2021-01-01" in done.cohort.rows["split_recipe"][0]
    assert "external" not in split_cohort(cohort, SplitRecipe(by=("time",))).counts["split"]


def test_earlier_rows_of_patients_of_the_external_period_and_rows_without_a_date_are_left_out() -> None:
    days = ["2018-01-01", "2021-06-01", "2018-02-01", None, "2018-03-01", "2018-04-01"]
    cohort = cohort_of({"patient": ["a", "a", "b", "c", "d", "e"], "acquired": days})
    done = split_cohort(cohort, SplitRecipe(by=("time",), hold_out={"time": ("2021-01-01",)}))
    split = done.cohort.rows["split"].to_list()
    assert (split[0], split[1], split[3]) == (None, "external", None)
    assert {split[2], split[4], split[5]} == {"train", "test"}
    assert "1 rows are left out: their time is unknown, so they might belong outside." in done.notes


def test_a_period_that_no_study_reaches_is_refused() -> None:
    cohort = cohort_of({"patient": ["a", "b"], "acquired": ["2018-01-01", "2019-01-01"]})
    with pytest.raises(WrongUsage, match=r"2021-01-01 or later; the last one is of 2019-01-01"):
        split_cohort(cohort, SplitRecipe(by=("time",), hold_out={"time": ("2021-01-01",)}))


def test_patients_last_seen_on_one_day_are_split_the_same_way_in_any_order() -> None:
    cohort = cohort_of({"patient": [f"p{i}" for i in range(200)], "acquired": ["2020-01-01"] * 200})
    mixed = Cohort(cohort.rows.reverse(), None, cohort.folder)
    forward, backward = (split_cohort(one, SplitRecipe(by=("time",))).cohort.rows for one in (cohort, mixed))
    assert_frame_equal(forward, backward.reverse())


@pytest.mark.parametrize("seed", range(5))
def test_however_much_is_to_be_external_one_site_stays_inside(seed: int) -> None:
    cohort = cohort_of({"patient": list("abcd"), "site": list("AABC")})
    done = split_cohort(cohort, SplitRecipe(by=("site",), external_share=0.99, seed=seed))
    assert done.counts.filter(pl.col("split") == "external")["rows"].sum() < 4


def test_rows_without_a_patient_count_as_patients_and_this_is_noted() -> None:
    done = split_cohort(cohort_of({"patient": [None, None, "a", "b", "c"]}))
    assert "2 rows name no patient; each counts as a patient of its own." in done.notes
    assert done.counts["patients"].sum() == 5


def test_counts_tell_rows_patients_and_prevalence_of_every_split() -> None:
    cohort = cohort_of({"patient": [f"p{i // 2}" for i in range(20)], "label.mass": [1, 1, 0, 0] * 5})
    counts = split_cohort(cohort).counts
    assert counts.columns == ["split", "rows", "patients", "prevalence.mass"]
    assert counts["split"].to_list() == ["train", "tune", "test"]
    assert counts["patients"].to_list() == [6, 2, 2]


def test_many_labels_are_not_stratified_by_unless_named_and_this_is_noted() -> None:
    cohort = cohort_of({"patient": list("abcdefghij"), **{f"label.f{i}": [0, 1] * 5 for i in range(5)}})
    assert any("too many to stratify" in note for note in split_cohort(cohort).notes)
    done = split_cohort(cohort, SplitRecipe(stratify=("label.f0",)))
    assert "stratify=label.f0" in done.cohort.rows["split_recipe"][0]
    assert not done.notes


def test_a_number_can_be_stratified_by() -> None:
    age = [float(i) for i in range(100)]
    done = split_cohort(
        cohort_of({"patient": [f"p{i}" for i in range(100)], "age": age}), SplitRecipe(stratify=("age",))
    )
    mean = done.cohort.rows.group_by("split").agg(pl.col("age").mean())["age"]
    assert mean.max() - mean.min() < 15  # type: ignore[operator]  # polars types any column


def test_without_patients_the_split_is_refused_unless_each_row_is_declared_one() -> None:
    cohort = cohort_of({"age": list(range(10))})
    with pytest.raises(UnusableInput, match="patient_is_study"):
        split_cohort(cohort)
    done = split_cohort(cohort, SplitRecipe(patient_is_study=True))
    assert done.counts["rows"].to_list() == [6, 2, 2]
    assert "patient_is_study" in done.cohort.rows["split_recipe"][0]


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (SplitRecipe(by=("site",)), "only 'A', so none can be held out"),
        (SplitRecipe(by=("scanner",)), "no column 'scanner'"),
        (SplitRecipe(by=("time",)), "needs the column 'acquired'"),
    ],
)
def test_what_the_cohort_lacks_is_named(recipe: SplitRecipe, words: str) -> None:
    with pytest.raises(UnusableInput, match=words):
        split_cohort(cohort_of({"patient": ["a", "b"], "site": ["A", "A"]}), recipe)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"by": ("hospital",)}, "cannot split by 'hospital'"),
        ({"by": ()}, "say by what"),
        ({"fractions": (0.6, 0.2, 0.3)}, "add up to 1"),
        ({"fractions": (1.2, -0.2, 0.0)}, "three shares"),
        ({"external_share": 1.0}, "between 0 and 1"),
        ({"hold_out": {"site": ("B",)}}, "by patient"),
        ({"hold_out": {"time": ("2021-01-01",)}}, "by patient"),
        ({"by": ("time",), "hold_out": {"time": ("2021",)}}, "one day on, written like 2021-03-01; got 2021"),
        ({"by": ("time",), "hold_out": {"time": ("2021-01-01", "2022-01-01")}}, "one day on"),
    ],
)
def test_options_that_contradict_each_other_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(WrongUsage, match=words):
        SplitRecipe(**options)


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (SplitRecipe(by=("site",), hold_out={"site": ("Bostn",)}), "Did you mean 'Boston'"),
        (SplitRecipe(by=("site",), hold_out={"site": ("Boston", "Paris")}), "one must stay inside"),
        (SplitRecipe(stratify=("sx",)), "no such column"),
    ],
)
def test_a_name_that_nothing_bears_is_refused(recipe: SplitRecipe, words: str) -> None:
    with pytest.raises(WrongUsage, match=words):
        split_cohort(cohort_of({"patient": list("abc"), "site": ["Boston", "Paris", "Paris"]}), recipe)
