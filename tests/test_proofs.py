"""The long simulations run at all: a few repetitions of each, with bounds that only a broken test would pass."""

from functools import partial

import numpy as np

from fiducial.stats.intervals import wilson
from proofs.coverage import Proof
from proofs.nothing import hospital
from proofs.null_checks import check_proofs, spoken
from proofs.null_ladder import ladder_proofs


def test_a_row_holds_where_its_interval_includes_what_it_should_be_or_lies_on_the_good_side() -> None:
    rare, often = Proof("", 0.05, 4, 100, at_most=True), Proof("", 0.05, 20, 100, at_most=True)
    assert (rare.holds, often.holds) == (True, False)
    assert (Proof("", 0.95, 92, 100).holds, Proof("", 0.95, 80, 100).holds) == (True, False)
    assert rare.markdown() == f"|  | at most 0.05 | 0.040 ({wilson(4, 100).low:.3f}-0.098) | 100 | yes |"


def test_a_hospital_in_which_nothing_is_wrong_is_seldom_spoken_of() -> None:
    make = partial(hospital, patients=60, most=2)
    told = [spoken(make(np.random.default_rng(run))) for run in range(30)]
    assert sum("single-predictors" in said for said in told) <= 6
    assert sum("unreadable-files" in said for said in told) <= 6


def test_every_simulation_runs() -> None:
    proofs = [*check_proofs(runs=4), *ladder_proofs(runs=2, slow=2)]
    assert len(proofs) > 40
    assert len({proof.what for proof in proofs}) == len(proofs)
    assert all(0 <= proof.hits <= proof.runs for proof in proofs)
