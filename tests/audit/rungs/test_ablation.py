"""The ablation rung: who pays for a skull that is stripped, and for eight bits."""

from dataclasses import replace

import numpy as np
import pytest

from audit.clever_hans.horses import Horse, hans
from fiducial.audit.ladder import judged
from fiducial.audit.rungs.ablation import Ablation, hu_of_a_grey_level
from fiducial.claims.evidence import Figure, RungResult, Verdict


def judge(horse: Horse) -> RungResult:
    return judged(Ablation(), horse.case)


def bleeds(superficial_loss: float, seed: int = 0, n: int = 600) -> Horse:
    """Half of the bleeds lie deep, half against the skull; stripping it costs the latter a share of the right calls."""
    horse, rng = hans(n, seed=seed), np.random.default_rng(seed + 1000)
    subtype = np.where(rng.random(n) < 0.5, "deep", "superficial")
    lost = (subtype == "superficial") & horse.truth & (rng.random(n) < superficial_loss)
    return replace(
        horse,
        columns=horse.columns | {"subtype": subtype},
        under={"skull-strip:1": np.where(lost, 0.3, horse.score)},
        floors={"ablation_loss": 0.05},
        evidence={"strata": ["subtype"]},
    )


def figure(found: RungResult, name: str, subgroup: str) -> Figure:
    return next(one for one in found.figures if (one.name, one.subgroup) == (name, subgroup))


def low(figure: Figure) -> float:
    assert figure.interval
    return figure.interval.low


def test_what_the_average_hides_fails_in_the_stratum_that_pays() -> None:
    found = judge(bleeds(0.25))
    assert found.verdict is Verdict.FAILS
    assert "skull-strip:1 costs subtype=superficial 0.2" in found.sentence
    assert "and subtype=deep 0.00" in found.sentence


def test_the_loss_of_one_stratum_beyond_the_rest_is_told() -> None:
    found = judge(bleeds(0.25))
    assert low(figure(found, "sensitivity_loss_beyond_the_rest", "subtype=superficial")) > 0.1
    assert any(note.startswith("Under skull-strip:1 subtype=superficial loses sensitivity") for note in found.notes)


def test_a_model_that_needs_no_skull_holds() -> None:
    found = judge(bleeds(0.0))
    assert found.verdict is Verdict.HOLDS
    assert not any(" loses " in note for note in found.notes)


def test_confidence_may_fall_where_no_decision_does() -> None:
    horse = bleeds(0.0)
    found = judge(replace(horse, under={"ct-eight-bit:4": 0.5 + 0.5 * (horse.score - 0.5)}))
    assert figure(found, "sensitivity_loss", "all").value == 0
    assert low(figure(found, "confidence_drop", "all")) > 0.1
    assert any("0.31 HU at a window of 80" in note for note in found.notes)


def test_without_its_floor_nothing_holds() -> None:
    assert judge(replace(bleeds(0.0), floors={})).verdict is Verdict.NOT_SHOWN


def test_without_an_ablation_nothing_is_shown() -> None:
    found = judge(replace(bleeds(0.0), under={"mask-border:3": hans(600).score}))
    assert found.verdict is Verdict.NOT_SHOWN
    assert "skull-strip" in found.sentence


def test_strata_that_lose_alike_are_seldom_called_unlike() -> None:
    told = 0
    for seed in range(25):
        horse, rng = bleeds(0.0, seed, 200), np.random.default_rng(seed)
        lost = rng.random(200) < 0.1
        found = judge(replace(horse, under={"skull-strip:1": np.where(lost, 1 - horse.score, horse.score)}))
        told += any(" loses " in note for note in found.notes)
    assert told <= 4


@pytest.mark.parametrize(("width", "hu"), [(80, 0.31), (200, 0.78), (2800, 10.98)])
def test_a_grey_level_spans_what_it_should(width: float, hu: float) -> None:
    assert hu_of_a_grey_level(width) == pytest.approx(hu, abs=5e-3)
