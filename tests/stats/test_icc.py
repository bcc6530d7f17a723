"""Intraclass correlation: the table of Shrout and Fleiss in all six forms, and the edges."""

import numpy as np
import pytest

from fiducial.stats.icc import Form, intraclass_correlation

# Shrout and Fleiss 1979, table 2: six targets, four judges.
JUDGES = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float)
PUBLISHED = {
    Form.ONE_WAY: 0.1657, Form.RANDOM_READERS: 0.2898, Form.THESE_READERS: 0.7148,
    Form.ONE_WAY_MEAN: 0.4428, Form.RANDOM_READERS_MEAN: 0.6201, Form.THESE_READERS_MEAN: 0.9093,
}  # fmt: skip
# R's psych::ICC on the same table
ENDS = {
    Form.ONE_WAY: (-0.133, 0.72), Form.RANDOM_READERS: (0.019, 0.76), Form.THESE_READERS: (0.342, 0.95),
    Form.ONE_WAY_MEAN: (-0.884, 0.91), Form.RANDOM_READERS_MEAN: (0.071, 0.93), Form.THESE_READERS_MEAN: (0.676, 0.99),
}  # fmt: skip


@pytest.mark.parametrize("form", Form)
def test_the_table_of_shrout_and_fleiss(form: Form) -> None:
    found = intraclass_correlation(JUDGES, form)
    assert found.value == pytest.approx(PUBLISHED[form], abs=5e-5)
    low, high = ENDS[form]
    assert found.interval.low == pytest.approx(low, abs=5e-4)
    assert found.interval.high == pytest.approx(high, abs=6e-3)
    assert (found.cases, found.readers) == (6, 4)


def test_readers_who_agree_to_the_digit_are_no_certainty() -> None:
    same = np.repeat(np.arange(10.0)[:, np.newaxis], 3, axis=1)
    for form in Form:
        found = intraclass_correlation(same, form)
        assert found.value == 1
        assert 0 < found.interval.low < 1


def test_a_reader_who_is_always_higher_matters_where_readers_are_drawn() -> None:
    shifted = np.stack([np.arange(10.0), np.arange(10.0) + 3], axis=1)
    assert intraclass_correlation(shifted, Form.THESE_READERS).value == 1
    found = intraclass_correlation(shifted, Form.RANDOM_READERS)
    assert found.interval.low < found.value < 0.9


def test_missing_ratings_are_sent_to_alpha() -> None:
    holes = JUDGES.copy()
    holes[0, 0] = np.nan
    with pytest.raises(ValueError, match=r"1 ratings are missing.*Krippendorff's alpha"):
        intraclass_correlation(holes)


def test_one_case_or_one_reader_is_refused() -> None:
    for poor in (JUDGES[:1], JUDGES[:, :1]):
        with pytest.raises(ValueError, match="need two cases and two readers"):
            intraclass_correlation(poor)


def test_ratings_that_are_all_alike_correlate_with_nothing() -> None:
    with pytest.raises(ValueError, match="all ratings are alike"):
        intraclass_correlation(np.ones((4, 3)))
