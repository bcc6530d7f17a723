"""Slices in words: a planted one is named, chance is not, and what is counted was not seen by the tree."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from fiducial.audit.gaps import holm
from fiducial.audit.slices import WORTH, Searched, Slice, find_slices
from fiducial.stats.clusters import numbered


def made(wrong_in: str = "", rate: float = 0.6, n: int = 2000, seed: int = 0) -> tuple[pl.DataFrame, NDArray[np.bool_]]:
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
    return columns, rng.random(n) < np.where(inside, rate, 0.1)


def search(given: tuple[pl.DataFrame, NDArray[np.bool_]], patient: NDArray[np.int64] | None = None) -> Searched:
    columns, wrong = given
    people = np.arange(wrong.size) if patient is None else patient
    return find_slices(columns, wrong, people, np.random.default_rng(1))


def worst(given: tuple[pl.DataFrame, NDArray[np.bool_]]) -> Slice:
    return search(given).slices[0]


def called(found: Searched) -> bool:
    p = [one.shares.p_beyond() for one in found.slices]
    return bool(p) and holm(p, len(p)).min() < 0.05


@pytest.mark.parametrize(
    ("planted", "words"),
    [
        ("scanner = 'X'", "scanner = X"),
        ("scanner != 'X'", "scanner is not X"),
        ("age >= 60", "age >= 60"),
        ("age < 40", "age <= 39"),
        ("age >= 40 AND age < 60", "age from 40 to 59"),
        ("dose IS NULL", "dose is missing"),
        ("dose IS NOT NULL", "dose is not missing"),
        ("acquired >= '2021-01-01'::date", "acquired >= 2021-01-01"),
    ],
)
def test_a_planted_slice_is_named(planted: str, words: str) -> None:
    found = search(made(planted))
    assert words in found.slices[0].words
    assert called(found)


def test_two_conditions_are_named_together() -> None:
    words = worst(made("scanner = 'X' AND age >= 60")).words
    assert "scanner = X" in words
    assert "age >= " in words


def test_a_slice_is_counted_against_the_rest() -> None:
    shares = worst(made("scanner = 'X'", rate=1.0)).shares
    assert shares.inside == 1.0
    assert shares.outside == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize("worth", [WORTH, 0.0])
def test_chance_is_seldom_called(worth: float) -> None:
    found = (
        find_slices(*made(seed=seed, n=600), np.arange(600), np.random.default_rng(seed), worth=worth)
        for seed in range(60)
    )
    assert sum(map(called, found)) <= 6


def test_what_is_counted_was_not_seen_by_the_tree() -> None:
    found = worst(made("scanner = 'X'"))
    assert sum(found.shares.trials) == int(found.counted.sum()) == 1000


def test_images_of_one_patient_stay_in_one_half() -> None:
    patient = np.repeat(np.arange(200), 10)
    counted = search(made("scanner = 'X'"), patient).slices[0].counted
    assert set(np.bincount(numbered(patient)[0], counted).tolist()) == {0, 10}


def test_few_failures_are_not_described() -> None:
    assert (search(made(n=60)).reason or "").endswith("are too few for a search (10 in each half are needed)")


def test_without_metadata_nothing_is_searched() -> None:
    columns, wrong = made()
    assert "no column" in (search((columns.select("study"), wrong)).reason or "")


def test_the_same_seed_gives_the_same_slices() -> None:
    one, other = (search(made("age >= 60")).slices for _ in range(2))
    assert [(found.words, found.shares) for found in one] == [(found.words, found.shares) for found in other]
