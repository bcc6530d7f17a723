"""Selection: who stays, who goes and why; the account adds up, and the order of the rows does not matter."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from cohort.checks.making import cohort_of
from fiducial.cohort.build import build_cohort
from fiducial.cohort.layouts.contract import Source
from fiducial.cohort.selection import Selection, select_cohort
from fiducial.cohort.table import Cohort, read_cohort, write_cohort
from fiducial.errors import UnusableInput

ADULTS = {"name": "adults", "reason": "Younger than 18", "column": "age", "at_least": 18, "missing": "drop"}
FIRST = {"name": "first", "reason": "Later", "column": "follow_up", "one_per_patient": "first", "missing": "drop"}
DRAWN = {"name": "drawn", "reason": "Not drawn", "one_per_patient": "random", "seed": 1}


def kept(selection: Selection) -> list[str]:
    return selection.cohort.rows["study"].to_list()


def take(
    columns: dict[str, list[Any]], *include: dict[str, Any], exclude: tuple[dict[str, Any], ...] = ()
) -> Selection:
    return select_cohort(cohort_of(columns), {"include": list(include), "exclude": list(exclude)})


@pytest.mark.parametrize(
    ("rule", "missing", "expected"),
    [
        ("include", "drop", ["s0"]),
        ("include", "keep", ["s0", "s2"]),
        ("exclude", "drop", ["s1"]),
        ("exclude", "keep", ["s1", "s2"]),
    ],
)
def test_a_missing_value_does_what_was_said(rule: str, missing: str, expected: list[str]) -> None:
    chosen = select_cohort(cohort_of({"age": [40, 5, None]}), {rule: [ADULTS | {"missing": missing}]})
    assert kept(chosen) == expected
    [step] = chosen.flow.steps
    assert (step.missing_dropped, step.missing_kept) == (int(missing == "drop"), int(missing == "keep"))


@given(st.lists(st.tuples(st.integers(0, 5), st.none() | st.integers(0, 90)), min_size=1, max_size=30))
def test_everyone_is_in_or_out_once(rows: list[tuple[int, int | None]]) -> None:
    columns: dict[str, list[Any]] = {"patient": [f"p{p}" for p, _ in rows], "age": [age for _, age in rows]}
    columns["age"][0] = 50  # somebody is left
    chosen = take(columns, ADULTS, FIRST | {"column": "age"})
    out = chosen.exclusions["study"].to_list()
    assert sorted(kept(chosen) + out) == sorted(f"s{i}" for i in range(len(rows)))
    left = chosen.flow.identified.rows
    for step in chosen.flow.steps:
        assert step.after.rows == (left := left - step.dropped.rows)


def test_an_exclusion_names_study_step_and_reason() -> None:
    chosen = take({"age": [40, 5, None]}, ADULTS)
    assert chosen.exclusions.rows() == [
        ("s1", "adults", "Younger than 18", False),
        ("s2", "adults", "Younger than 18", True),
    ]


def test_every_label_is_counted_after_every_step() -> None:
    chosen = take({"age": [40, 50, 5, 6], "label.x": [1, None, 0, 1], "patient": list("aabb")}, ADULTS)
    [step] = chosen.flow.steps
    [one] = step.after.labels
    assert (one.finding, one.positive, one.negative, one.unlabelled) == ("x", 1, 0, 1)
    assert (step.after.patients, step.patients_lost, step.dropped.labels[0].positive) == (1, 1, 1)


@pytest.mark.parametrize(("which", "expected"), [("first", ["s1", "s3"]), ("last", ["s2", "s3"])])
def test_one_row_a_patient_stays(which: str, expected: list[str]) -> None:
    columns: dict[str, list[Any]] = {"patient": ["a", "a", "a", None], "follow_up": [1, 0, 2, 7]}
    assert kept(take(columns, FIRST | {"one_per_patient": which})) == expected


def test_who_lacks_the_order_comes_last_where_kept() -> None:
    columns: dict[str, list[Any]] = {"patient": ["a", "a", "b"], "follow_up": [None, 3, None]}
    assert kept(take(columns, FIRST | {"missing": "keep"})) == ["s1", "s2"]
    assert kept(take(columns, FIRST)) == ["s1"]


@pytest.mark.parametrize("step", [FIRST, FIRST | {"one_per_patient": "last"}, DRAWN])
def test_the_order_of_the_rows_does_not_matter(step: dict[str, Any]) -> None:
    rng = np.random.default_rng(0)
    columns: dict[str, list[Any]] = {
        "patient": [f"p{i % 7}" for i in range(40)],
        "follow_up": rng.integers(0, 3, 40).tolist(),
    }
    cohort = cohort_of(columns)
    shuffled = replace(cohort, rows=cohort.rows.sample(fraction=1, shuffle=True, seed=4))
    assert sorted(kept(select_cohort(cohort, {"include": [step]}))) == sorted(
        kept(select_cohort(shuffled, {"include": [step]}))
    )


def test_another_seed_draws_others() -> None:
    columns: dict[str, list[Any]] = {"patient": [f"p{i % 7}" for i in range(40)]}
    assert kept(take(columns, DRAWN)) != kept(take(columns, DRAWN | {"seed": 2}))


def test_files_follow_their_rows_and_those_of_nobody_stay() -> None:
    files: dict[str, list[Any]] = {
        "path": ["a.dcm", "b.dcm", "c.dcm"],
        "study": ["s0", "s1", None],
        "reason": [None, None, "cut off"],
    }
    chosen = select_cohort(cohort_of({"age": [40, 5]}, files), {"include": [ADULTS]})
    assert chosen.cohort.files is not None
    assert chosen.cohort.files["path"].to_list() == ["a.dcm", "c.dcm"]


def test_a_step_that_leaves_nobody_is_refused_by_name() -> None:
    with pytest.raises(UnusableInput, match=r"'adults' \(age at least 18\) leaves nobody: all 3 rows .* 1 of them"):
        take({"age": [4, 5, None]}, ADULTS)


def test_an_unknown_column_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnusableInput, match="Did you mean 'age'"):
        take({"age": [40]}, ADULTS | {"column": "agee"})


def test_one_per_patient_needs_patients() -> None:
    with pytest.raises(UnusableInput, match="names no patient"):
        take({"follow_up": [1, 2]}, FIRST)


def test_a_value_that_no_row_has_is_noted_with_the_nearest() -> None:
    view = {"name": "view", "reason": "r", "column": "view", "in": ["PA", "lateral"], "missing": "drop"}
    chosen = take({"view": ["PA", "Lateral"]}, view)
    assert chosen.notes == ("view: no row has view 'lateral'. Did you mean 'Lateral'?",)


def test_what_a_step_chose_by_is_no_bias_and_the_rest_is() -> None:
    n = 400
    old = [i % 2 == 0 for i in range(n)]
    columns: dict[str, list[Any]] = {
        "age": [60 if one else 10 for one in old],
        "site": ["A" if one else "BC"[i % 3 == 0] for i, one in enumerate(old)],
    }
    [loss] = take(columns, ADULTS).losses
    assert {one.variable for one in loss.differences if loss.designed(one)} == {"age"}
    assert loss.loudness == "likely bias"
    assert "site" in loss.found
    assert "age" not in loss.found


def test_a_random_draw_loses_nobody_in_particular() -> None:
    rng = np.random.default_rng(5)
    columns: dict[str, list[Any]] = {
        "patient": [f"p{i // 2}" for i in range(2000)],
        "age": rng.normal(60, 9, 2000).tolist(),
    }
    [loss] = take(columns, DRAWN).losses
    assert loss.loudness == "alike"
    assert "look like those kept" in loss.sentence


def test_the_document_passes_through_json_even_where_nothing_is_shared() -> None:
    from_document = take({"age": [40, 5, 41, 6], "site": list("ABAB")}, ADULTS).document()
    assert from_document["losses"][0]["differences"][0]["smd"] is None
    assert list(from_document) == ["schema", "notice", "identified", "steps", "losses", "findings", "notes"]


def test_columns_of_any_kind_are_compared_or_passed_over() -> None:
    columns: dict[str, Any] = {
        "at": pl.Series([datetime(2020, 1, day, tzinfo=UTC) for day in (1, 2, 3, 4)]),
        "kind": pl.Series(list("abab"), dtype=pl.Categorical),
        "dose": pl.Series(["1.5", "2", "3", "4"]).cast(pl.Decimal(5, 2)),
        "raw": [b"a"] * 4,
    }
    [loss] = take({"age": [40, 5, 41, 6], **columns}, ADULTS).losses
    told = {one.variable: one.first for one in loss.differences}
    assert told == {"age": "5.5", "at": "2020-01-03", "kind": "0.0%", "dose": "3"}


NIH = """
[[include]]
name = "adults"
reason = "Younger than 18"
column = "age"
at_least = 18
missing = "drop"
[[include]]
name = "PA view only"
reason = "Not a PA radiograph"
column = "view"
is = "PA"
missing = "drop"
[[include]]
name = "first image per patient"
reason = "Not the patient's first image"
column = "follow_up"
one_per_patient = "first"
missing = "drop"
"""


@pytest.fixture(scope="module")
def nih(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Cohort]:
    folder = tmp_path_factory.mktemp("nih")
    built = build_cohort(Source(real_data / "cohort_nih14" / "Data_Entry_2017_v2020.csv.gz"))
    write_cohort(built.cohort, folder / "cohort.parquet")
    (folder / "criteria.toml").write_text(NIH)
    return folder, read_cohort(folder / "cohort.parquet")


@pytest.mark.real
def test_adults_pa_and_first_image_of_nih_are_those_of_an_independent_expression(
    nih: tuple[Path, Cohort], real_data: Path
) -> None:
    folder, cohort = nih
    chosen = select_cohort(cohort, folder / "criteria.toml")
    raw = pl.read_csv(real_data / "cohort_nih14" / "Data_Entry_2017_v2020.csv.gz")
    adults = raw.filter(pl.col("Patient Age") >= 18)
    frontal = adults.filter(pl.col("View Position") == "PA")
    first = frontal.sort("Follow-up #", "Image Index").group_by("Patient ID", maintain_order=True).first()
    assert [step.after.rows for step in chosen.flow.steps] == [adults.height, frontal.height, first.height]
    assert [step.after.rows for step in chosen.flow.steps] == [106_718, 64_582, 27_689]
    assert set(kept(chosen)) == set(first["Image Index"])
    positives = {one.finding: one.positive for one in chosen.flow.final.labels}
    assert positives["pneumothorax"] == first["Finding Labels"].str.contains("Pneumothorax").sum() == 236


@pytest.mark.real
def test_the_first_image_loses_pneumothorax(nih: tuple[Path, Cohort]) -> None:
    folder, cohort = nih
    loss = select_cohort(cohort, folder / "criteria.toml").losses[2]
    assert "label.pneumothorax 8.2% lost, 0.9% kept" in loss.sentence


def test_a_selection_reads_back_as_a_cohort(tmp_path: Path) -> None:
    chosen = take({"age": [40, 5], "path": ["a.png", "b.png"]}, ADULTS)
    write_cohort(chosen.cohort, tmp_path / "c.parquet")
    assert_frame_equal(read_cohort(tmp_path / "c.parquet").rows.drop("path"), chosen.cohort.rows.drop("path"))


def test_of_many_random_columns_none_is_told_as_lost() -> None:
    rng = np.random.default_rng(7)
    columns: dict[str, list[Any]] = {f"c{k}": rng.normal(size=200).tolist() for k in range(40)}
    chosen = {"name": "drawn", "reason": "not", "column": "drawn", "is": 1, "missing": "drop"}
    [loss] = take(columns | {"drawn": (rng.random(200) < 0.5).astype(int).tolist()}, chosen).losses
    assert any(one.found.beyond_chance and one.found.size > 0.25 for one in loss.differences if one.variable != "drawn")
    assert loss.loudness in {"alike", "too few to tell"}
