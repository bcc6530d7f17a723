"""Whatever is wrong with one thing of a good study, the command line says it: a code, the file, no traceback."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import fiducial as fd
from audit.studies import make_study
from cli.conftest import CLAIM, Run
from fiducial.errors import FiducialError

KNOWN = {0, 1, 2, 3, 4}


SPOIL: dict[str, tuple[str, Callable[[pl.DataFrame], pl.DataFrame], str]] = {
    "a score above 1": ("predictions.csv", lambda f: _put(f, "score", 7, 1.5), "predictions.csv: row 9: score"),
    "a score of nan": ("predictions.csv", lambda f: _put(f, "score", 7, float("nan")), "predictions.csv: row 9: score"),
    "an unknown column": ("predictions.csv", lambda f: f.with_columns(secnds=1), "unknown column 'secnds'"),
    "a repeated key": ("predictions.csv", lambda f: pl.concat([f, f.head(1)]), "predictions.csv: row 402: repeats"),
    "a stranger": ("predictions.csv", lambda f: _put(f, "study", 7, "stranger"), "'stranger'"),
    "a label of 2": ("cohort.csv", lambda f: _put(f, "label.x", 7, 2), "cohort.csv: row 9: label.x must be 0, 1"),
    "a repeated study": ("cohort.csv", lambda f: pl.concat([f, f.head(1)]), "cohort.csv: row 402: repeats study"),
    "an odd split": ("cohort.csv", lambda f: _put(f, "split", 7, "tets"), "cohort.csv: row 9: split must be one of"),
    "an empty study": ("cohort.csv", lambda f: _put(f, "study", 7, None), "cohort.csv: row 9: study is empty"),
    "no label": ("cohort.csv", lambda f: f.drop("label.x"), "no column 'label.x'"),
    "no rows": ("cohort.csv", lambda f: f.head(0), "cohort.csv"),
}


def _put(frame: pl.DataFrame, column: str, row: int, value: object) -> pl.DataFrame:
    values: list[object] = frame[column].to_list()
    values[row] = value
    return frame.with_columns(pl.Series(column, values, dtype=frame[column].dtype, strict=False))


@pytest.mark.parametrize("fault", SPOIL)
def test_one_fault_in_a_good_study_is_told_with_its_place(fault: str, fiducial: Run, tmp_path: Path) -> None:
    name, spoil, told = SPOIL[fault]
    study = make_study(400)
    tables = {"cohort.csv": study.cohort, "predictions.csv": study.predictions}
    tables[name] = spoil(tables[name])
    for file, frame in tables.items():
        frame.write_csv(tmp_path / file)
    (tmp_path / "claim.toml").write_text(CLAIM)
    done = fiducial("audit", tmp_path / "claim.toml", "--out", tmp_path / "report", "--json")
    assert (done.returncode, done.stdout) == (4, "")
    assert told in done.stderr
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({"label.x": np.zeros(400, dtype=int)}, "undecided"),
        ({"patient": ["p"] * 400}, "undecided"),
        ({"site": ["only"] * 400}, "holds"),
    ],
)
def test_thin_data_end_in_a_verdict_that_does_not_flatter(
    values: dict[str, object], verdict: str, fiducial: Run, tmp_path: Path
) -> None:
    study = make_study(400)
    study.columns |= values
    study.cohort.write_csv(tmp_path / "cohort.csv")
    study.predictions.write_csv(tmp_path / "predictions.csv")
    (tmp_path / "claim.toml").write_text(CLAIM)
    done = fiducial("audit", tmp_path / "claim.toml", "--json")
    assert done.returncode in KNOWN
    assert json.loads(done.stdout)["verdict"] == verdict


cell = st.one_of(
    st.none(),
    st.sampled_from(
        ["0", "1", "0.5", "-1", "2", "nan", "inf", "a", "", " ", "2024-01-01", "1e400", "train", "test", "é"]
    ),
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=4),
)
columns = st.sets(
    st.sampled_from(
        ["study", "patient", "score", "label", "label.x", "split", "site", "age", "sex", "acquired", "odd"]
    ),
    min_size=1,
)


@given(data=st.data(), names=columns, rows=st.integers(0, 6))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_table_is_audited_or_refused_in_words(
    data: st.DataObject, names: set[str], rows: int, tmp_path: Path
) -> None:
    frame = pl.DataFrame(
        {name: data.draw(st.lists(cell, min_size=rows, max_size=rows)) for name in sorted(names)},
        schema=dict.fromkeys(sorted(names), pl.String),
    )
    path = tmp_path / "scores.csv"
    frame.write_csv(path)
    try:
        draft = fd.draft_claim(path)
        fd.climb(draft.claim, cohort=draft.cohort, resamples=100)
    except FiducialError as told:
        assert len(str(told)) > 20  # noqa: PT017  (refusing is one of two good ends)


@given(data=st.data(), names=columns, rows=st.integers(0, 6))
@settings(max_examples=60, deadline=None)
def test_any_cohort_is_checked_or_refused_in_words(data: st.DataObject, names: set[str], rows: int) -> None:
    frame = pl.DataFrame(
        {name: data.draw(st.lists(cell, min_size=rows, max_size=rows)) for name in sorted(names)},
        schema=dict.fromkeys(sorted(names), pl.String),
    )
    try:
        fd.check_cohort(frame)
    except FiducialError as told:
        assert len(str(told)) > 20  # noqa: PT017
