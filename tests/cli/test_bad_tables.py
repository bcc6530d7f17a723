"""Whatever a table holds, the command line ends with a sentence and a known exit code, never with a traceback."""

from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import fiducial as fd
from fiducial.errors import FiducialError

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
