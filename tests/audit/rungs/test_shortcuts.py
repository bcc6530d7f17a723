"""The shortcuts rung: horses whose reason is known, look by look."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import polars as pl
import pytest

from audit.clever_hans.horses import Horse, emptied, hans, similarity, without
from fiducial.audit.ladder import judged
from fiducial.audit.rungs.shortcuts import Shortcuts
from fiducial.claims.evidence import Figure, RungResult, Verdict


def judge(horse: Horse) -> RungResult:
    return judged(Shortcuts(), horse.case)


@cache
def honest() -> RungResult:
    return judge(hans())


@cache
def marked() -> RungResult:
    return judge(hans(reads_the_marker=0.8))


def look(found: RungResult, name: str) -> str:
    """``holds: ...``, what the notes say of one look."""
    return next(note.removeprefix(f"{name} ") for note in found.notes if note.startswith(f"{name} "))


def figure(found: RungResult, name: str, subgroup: str, condition: str = "clean") -> Figure:
    return next(o for o in found.figures if (o.name, o.subgroup, o.condition) == (name, subgroup, condition))


def test_a_model_that_reads_the_disease_holds() -> None:
    assert honest().verdict is Verdict.HOLDS
    assert honest().cases == ()
    assert honest().alarms == ()


def test_a_model_that_reads_the_marker_fails_for_that_reason() -> None:
    assert marked().verdict is Verdict.FAILS
    assert "lies in marker" in marked().sentence
    assert figure(marked(), "flips", "healthy", "marker-added:1").value > 0.8
    assert any(alarm.startswith("marker-removed:1 alone turns") for alarm in marked().alarms)


def test_three_looks_see_the_marker_and_the_features_do_not() -> None:
    told = {name: look(marked(), name).split(":")[0] for name in ("saliency", "masking", "features", "confounders")}
    assert told == {"saliency": "fails", "masking": "fails", "features": "holds", "confounders": "fails"}


def test_the_gallery_shows_right_decisions_with_a_wrong_reason() -> None:
    assert marked().gallery == "Right for the wrong reason"
    assert all((case.score >= 0.5) is case.truth for case in marked().cases)
    assert "of the saliency lies in marker; called healthy under marker-removed:1" in marked().cases[0].why


def test_saliency_that_random_weights_would_show_is_not_taken_for_evidence() -> None:
    horse = hans(reads_the_marker=0.8)
    edges = replace(horse, measurements=similarity(horse.columns["study"], 0.9, np.random.default_rng(0)))
    found = judge(edges)
    assert look(found, "saliency").startswith("not shown: Not shown: the saliency of cam looks 0.90")
    assert not any("saliency" in case.why for case in found.cases)


def test_saliency_that_nobody_checked_is_not_taken_for_evidence() -> None:
    assert look(judge(emptied(hans(), "measurements")), "saliency").startswith("not shown")


def test_a_check_of_one_method_counts_before_that_of_all() -> None:
    horse = hans()
    of_cam = similarity(horse.columns["study"], 0.9, np.random.default_rng(0)).with_columns(
        name=pl.lit("saliency-similarity-randomised:cam")
    )
    found = judge(replace(horse, measurements=pl.concat([horse.measurements, of_cam])))
    assert look(found, "saliency").startswith("not shown")


def test_energy_without_the_area_of_its_region_says_nothing() -> None:
    horse = hans(reads_the_marker=0.8)
    blank = horse.attributions.with_columns(area=pl.lit(None, dtype=pl.Float64))
    assert look(judge(replace(horse, attributions=blank)), "saliency").startswith("not shown")


def test_a_border_that_is_as_bright_as_it_is_large_is_no_shortcut() -> None:
    excess = figure(honest(), "excess_energy", "border, cam, positive calls").interval
    assert excess
    assert excess.high < 0


def test_features_that_know_the_site_are_a_warning_and_no_failure() -> None:
    found = judge(hans(knows_the_site=2.0))
    assert look(found, "features").startswith("undecided")
    assert any("Warning: the features carry the site of the healthy" in note for note in found.notes)


def test_features_that_know_a_site_that_goes_with_label_and_score_fail() -> None:
    found = judge(at_two_hospitals(hans(knows_the_site=0.0), uses=True))
    assert look(found, "features").startswith("fails")
    assert found.verdict is Verdict.FAILS


def test_features_that_know_a_linked_site_that_the_score_ignores_do_not_fail() -> None:
    assert look(judge(at_two_hospitals(hans(), uses=False)), "features").startswith("undecided")


def at_two_hospitals(horse: Horse, *, uses: bool) -> Horse:
    """Hospital A has most of the ill, and the features tell it; the score follows or does not."""
    rng = np.random.default_rng(3)
    at_a = rng.random(horse.truth.size) < np.where(horse.truth, 0.7, 0.3)
    columns = horse.columns | {"site": np.where(at_a, "A", "B")}
    told = horse.features.with_columns(f0=pl.col("f0") + 2.5 * pl.Series(at_a))
    score = np.clip(horse.score * 0.7 + 0.25 * at_a, 0, 1) if uses else horse.score
    return replace(horse, columns=columns, features=told, score=score)


@pytest.mark.parametrize("stratum", ["hardware", "screws:0-1-9"])
def test_a_stratum_that_label_features_and_score_share_fails_by_its_name(stratum: str) -> None:
    found = judge(with_hardware(hans(), stratum, uses=True))
    column = stratum.partition(":")[0]
    assert look(found, "features").startswith(f"fails: The features tell the {column} of the ")
    assert any(f"the model may be reading the {column} instead" in alarm for alarm in found.alarms)


def test_a_stratum_that_the_score_ignores_is_a_warning() -> None:
    found = judge(with_hardware(hans(), "hardware", uses=False))
    assert look(found, "features").startswith("holds")  # the floor is about site and scanner, which they do not know
    assert any("Warning: the features carry the hardware of the healthy" in note for note in found.notes)


def test_many_strata_do_not_hide_the_one_that_is_read() -> None:
    horse, rng = with_hardware(hans(), "hardware", uses=True), np.random.default_rng(5)
    lots = {f"lot{number}": rng.choice(["a", "b"], 400) for number in range(7)}
    found = judge(replace(horse, columns=horse.columns | lots, evidence={"strata": ["hardware", *lots]}))
    assert look(found, "features").startswith("fails: The features tell the hardware")


def test_a_stratum_alone_shows_nothing_of_the_site() -> None:
    horse = with_hardware(hans(), "hardware", uses=False)
    nowhere = {name: column for name, column in horse.columns.items() if name != "site"}
    assert look(judge(replace(horse, columns=nowhere)), "features").startswith("not shown")


def with_hardware(horse: Horse, stratum: str, *, uses: bool) -> Horse:
    """Metal in seven of ten ill and three of ten healthy; the features tell it, the score follows or does not."""
    told = at_two_hospitals(horse, uses=uses)
    metal = told.columns["site"] == "A"
    columns = horse.columns | {"hardware": np.where(metal, "yes", "no"), "screws": np.where(metal, 4, 0)}
    return replace(told, columns=columns, evidence={"strata": [stratum]})


@pytest.mark.parametrize(
    ("look_name", "poorer"),
    [
        ("saliency", lambda: emptied(hans(), "attributions")),
        ("features", lambda: emptied(hans(), "features")),
        ("masking", lambda: replace(hans(), under={})),
        ("confounders", lambda: replace(hans(), under={})),
    ],
)
def test_a_look_without_evidence_is_not_shown_and_holds_the_rung_up(
    look_name: str, poorer: Callable[[], Horse]
) -> None:
    found = judge(poorer())
    assert look(found, look_name).startswith("not shown: missing")
    assert found.verdict is Verdict.NOT_SHOWN
    assert found.missing


@pytest.mark.parametrize(("gone", "look_name"), [("mask-corners:2", "masking"), ("marker-added:1", "confounders")])
def test_a_condition_that_was_not_tried_holds_its_look_up(gone: str, look_name: str) -> None:
    assert look(judge(without(hans(), gone)), look_name).startswith("not shown")


def test_a_claim_names_its_own_confounders_and_masks() -> None:
    horse = without(hans(), "mask-corners:2", "marker-added:1", "marker-removed:1")
    tube = horse.under["mask-border:3"]
    own = {"confounders": ["tube-removed"], "must_not_matter": ["mask-border", "mask-outside-body"]}
    found = judge(replace(horse, under=horse.under | {"tube-removed:1": tube}, evidence=own))
    assert found.verdict is Verdict.HOLDS
    assert figure(found, "flips", "ill", "tube-removed:1").value == 0


def test_without_floors_a_marker_reader_fails_and_an_honest_model_shows_nothing() -> None:
    assert judge(replace(hans(reads_the_marker=0.8), floors={})).verdict is Verdict.FAILS
    assert judge(replace(hans(), floors={})).verdict is Verdict.NOT_SHOWN


def test_a_model_that_does_not_need_the_lesion_misses_its_floor() -> None:
    horse = hans()
    found = judge(replace(horse, under=horse.under | {"mask-region-lesion:1": horse.score}))
    assert look(found, "masking").startswith("fails")


def test_a_model_exactly_at_its_floor_seldom_fails() -> None:
    assert sum(at_the_floor(seed) for seed in range(30)) <= 4


def at_the_floor(seed: int) -> bool:
    """One decision in ten turns under every mask and confounder, as ``shortcut_effect`` allows."""
    rng, horse = np.random.default_rng(seed + 1000), emptied(hans(200, seed=seed), "features", "attributions")
    turned = {
        name: np.where(rng.random(200) < 0.1, 1 - horse.score, horse.score)
        for name in horse.under
        if "lesion" not in name
    }
    return judge(replace(horse, under=horse.under | turned)).verdict is Verdict.FAILS


def test_saliency_that_is_nowhere_in_the_border_of_any_image_has_an_interval() -> None:
    horse = hans()
    nothing = horse.attributions.with_columns(
        energy=pl.when(pl.col("region") == "border").then(0.0).otherwise("energy"),
        area=pl.when(pl.col("region") == "border").then(0.2919393218322427).otherwise("area"),
    )
    found = judge(replace(horse, attributions=nothing))
    border = next(one for one in found.figures if one.name == "excess_energy" and one.subgroup.startswith("border"))
    assert border.interval is not None
    assert -0.2920 < border.interval.low <= border.value < border.interval.high < 0.1
