"""The long simulations run at all: a few repetitions of each, with bounds that only a broken test would pass."""

from functools import partial

import numpy as np

from fiducial.align.gates import PairVerdict
from fiducial.stats.intervals import wilson
from proofs.align_cases import Outcome, phantom_outcomes
from proofs.align_thresholds import thresholds_page
from proofs.alignment import proofs_page, summary
from proofs.coverage import Proof
from proofs.nothing import hospital
from proofs.null_checks import check_proofs, spoken
from proofs.null_compare import comparison_proofs
from proofs.null_ladder import ladder_proofs
from proofs.null_shortcuts import shortcut_proofs
from proofs.readers import interval_proofs, reader_proofs, share_proofs
from proofs.relevance import relevance_proofs, worklist_proofs


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
    proofs = [
        *check_proofs(runs=4),
        *ladder_proofs(runs=2, slow=2),
        *shortcut_proofs(runs=2),
        *comparison_proofs(runs=2),
        *reader_proofs(runs=2),
        *interval_proofs(runs=2),
        *share_proofs(runs=2),
    ]
    assert len(proofs) > 40
    assert len({proof.what for proof in proofs}) == len(proofs)
    assert all(0 <= proof.hits <= proof.runs for proof in proofs)


def test_relevance_is_simulated_and_the_worklist_meets_theory() -> None:
    proofs = relevance_proofs(runs=2, slow=1)
    assert len({proof.what for proof in proofs}) == len(proofs) > 20
    assert all(abs(one.apart) < 0.2 for one in worklist_proofs(20_000))


def test_a_pair_of_every_kind_ends_as_it_should_and_fills_both_pages() -> None:
    told: list[str] = []
    outcomes = list(phantom_outcomes(runs=1, told=told.append))
    assert [one.kind for one in outcomes if one.is_verified is not one.is_true] == []
    assert max(abs(one.error) for one in outcomes if one.error is not None) < 1
    pages = [*proofs_page(outcomes, [], []), *thresholds_page(outcomes)]
    assert all(any(line.startswith(f"| {kind} |") for line in pages) for kind in told)


def test_an_impostor_let_through_and_a_true_pair_lost_are_told() -> None:
    verified = Outcome(
        "a", is_real=False, is_true=False, verdict=PairVerdict.VERIFIED, reasons=(), gates=(), error=None
    )
    lost = Outcome("b", is_real=False, is_true=True, verdict=PairVerdict.DROPPED, reasons=(), gates=(), error=0.1)
    assert all(line.endswith("**no**.") for line in summary([verified, lost]))
