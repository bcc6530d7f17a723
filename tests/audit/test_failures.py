"""Failures in words: a planted group is named, chance is not, and what is told was not seen by the tree."""

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from fiducial.audit import failures
from fiducial.audit.case import Decisions
from fiducial.audit.failures import Failures, describe_failures


def decisions(wrong_in: str = "", rate: float = 0.6, n: int = 2000, seed: int = 0) -> Decisions:
    """A tenth of the calls are wrong; ``rate`` of them in the rows that a polars expression picks."""
    rng = np.random.default_rng(seed)
    columns = pl.DataFrame(
        {
            "study": [f"s{i}" for i in range(n)],
            "scanner": rng.choice(["X", "Y", "Z"], n),
            "age": rng.integers(20, 90, n),
            "acquired": [dt.date(2020, 1, 1) + dt.timedelta(days=int(day)) for day in rng.integers(0, 700, n)],
            "dose": [None if one < 0.3 else one for one in rng.random(n)],
        }
    )
    inside = columns.select(pl.sql_expr(wrong_in)).to_series().to_numpy() if wrong_in else np.zeros(n, dtype=bool)
    wrong = rng.random(n) < np.where(inside, rate, 0.1)
    truth = rng.random(n) < 0.4
    score = np.where(truth ^ wrong, 0.9, 0.1)
    return Decisions(
        columns["study"].to_numpy(),
        np.arange(n),
        truth,
        score,
        np.ones(n, dtype=bool),
        np.zeros(n, dtype=bool),
        0.5,
        columns,
    )


def describe(made: Decisions) -> Failures:
    return describe_failures(made, np.random.default_rng(1))


@pytest.mark.parametrize(
    ("planted", "words"),
    [
        ("scanner = 'X'", "calls are wrong where scanner = X"),
        ("scanner != 'X'", "scanner is not X"),
        ("age >= 60", "age >= 60"),
        ("age < 40", "age <= 39"),
        ("age >= 40 AND age < 60", "age from 40 to 59"),
        ("dose IS NULL", "dose is missing"),
        ("dose IS NOT NULL", "dose is not missing"),
        ("acquired >= '2021-01-01'::date", "acquired >= 2021-01-01"),
    ],
)
def test_a_planted_group_is_named(planted: str, words: str) -> None:
    assert any(words in note for note in describe(decisions(planted)).notes)


def test_two_conditions_are_named_together() -> None:
    notes = describe(decisions("scanner = 'X' AND age >= 60")).notes
    assert any("scanner = X" in note and "age >= " in note for note in notes)


def test_a_note_counts_and_compares() -> None:
    note = describe(decisions("scanner = 'X'", rate=1.0)).notes[0]
    assert note.split()[0] == note.split()[2]  # 319 of 319 calls are wrong
    assert note.endswith("(98-100%), against 10% elsewhere.")


def test_chance_is_seldom_told() -> None:
    found = (describe_failures(decisions(seed=seed, n=600), np.random.default_rng(seed)) for seed in range(60))
    assert sum(len(one.rows) > 1 for one in found) <= 6


def test_chance_is_seldom_told_of_a_tree_that_nothing_pruned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failures, "WORTH", 0.0)
    test_chance_is_seldom_told()


def test_the_first_row_is_about_all_calls() -> None:
    found = describe(decisions("scanner = 'X'"))
    assert found.rows[0][0] == "all calls"
    assert [row[1] for row in found.rows] == [figure.value for figure in found.figures]


def test_what_is_told_comes_from_the_other_half() -> None:
    assert describe(decisions("scanner = 'X'")).rows[0][4] == 1000


def test_images_of_one_patient_stay_in_one_half() -> None:
    made = decisions("scanner = 'X'")
    heavy = replace(made, patient=np.repeat(np.arange(200), 10))
    assert describe_failures(heavy, np.random.default_rng(1)).rows[0][4] == 1000


def test_few_failures_are_not_described() -> None:
    assert describe(decisions(n=60)).notes[0].startswith("Failures are too few to be described")


def test_without_metadata_nothing_is_described() -> None:
    made = decisions()
    assert "no column" in describe(replace(made, columns=made.columns.select("study"))).notes[0]


def test_the_same_seed_gives_the_same_words() -> None:
    assert describe(decisions("age >= 60")) == describe(decisions("age >= 60"))
