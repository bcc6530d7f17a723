"""Corrections for many looks agree with statsmodels, which is slower as it collects garbage at every call."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from fiducial.audit.gaps import benjamini_hochberg, holm


@settings(max_examples=5)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.integers(0, 20))
def test_corrections_are_those_of_statsmodels(p_values: list[float], unseen: int) -> None:
    padded, m = [*p_values, *[1.0] * unseen], len(p_values)
    for ours, theirs in ((holm, "holm"), (benjamini_hochberg, "fdr_bh")):
        expected = np.asarray(multipletests(padded, method=theirs)[1])[:m]
        assert ours(p_values, m + unseen) == pytest.approx(expected, abs=1e-9)
