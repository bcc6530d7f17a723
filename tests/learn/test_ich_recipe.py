"""The recipe ich-ct, as it ships."""

from pathlib import Path

import polars as pl
import pytest

from fiducial.cohort.layouts.rsna_ich import SUBTYPES
from fiducial.cohort.table import Cohort
from fiducial.learn import recipe as recipes
from fiducial.learn.members import parse_member
from fiducial.learn.networks.classifier import Classifier
from fiducial.learn.networks.freezing import freeze, groups
from fiducial.learn.recipe import Recipe, read_recipe
from proofs.ich_heads import Heads, small_recipe

SHIPPED = Path(recipes.__file__).parent / "recipes" / "ich-ct.toml"


@pytest.fixture(scope="module")
def shipped() -> Recipe:
    return read_recipe(SHIPPED).recipe


def test_it_is_about_the_six_labels_of_its_layout(shipped: Recipe) -> None:
    assert shipped.recipe.findings == SUBTYPES


def test_its_three_windows_are_brain_blood_and_bone(shipped: Recipe) -> None:
    assert shipped.preparation[0] == {"step": "window", "windows": [[40, 80], [80, 200], [600, 2800]]}


def test_its_second_phase_learns_from_the_middle_on_and_slower_towards_the_input(shipped: Recipe) -> None:
    network, (_, deep) = Classifier(shipped.network.backbones, 3, 6), shipped.phases
    freeze(network, deep)
    rates = [float(str(group["lr"])) for group in groups(network, deep)]
    assert rates == sorted(rates, reverse=True)
    assert len(set(rates)) > 3
    named = dict(network.backbones[0].named_parameters())
    assert [named[f"body.blocks.{stage}.0.bn1.weight"].requires_grad for stage in (2, 3)] == [False, True]


def test_its_members_take_their_settings(shipped: Recipe) -> None:
    for section in shipped.augment:
        parse_member("augmenters", section, where="augment")
    samplers = [parse_member("samplers", one.sampler, where=one.name) for one in shipped.phases if one.sampler]
    assert [one.name for one in samplers] == ["balanced", "balanced"]


def test_its_scores_are_for_an_emergency_room(shipped: Recipe) -> None:
    told = {finding: shipped.export.deployed(finding) or 0 for finding in shipped.recipe.findings}
    assert 0.01 <= told.pop("any") <= 0.05
    assert all(0 < share < 0.03 for share in told.values())


@pytest.mark.parametrize("skull", [True, False])
def test_the_proof_makes_it_smaller_and_leaves_its_choices(shipped: Recipe, skull: bool) -> None:  # noqa: FBT001  (a case)
    heads = Heads(Path("home"), Cohort(pl.DataFrame(), None, Path()), Cohort(pl.DataFrame(), None, Path()))
    small = small_recipe(heads, skull=skull).recipe
    assert small.export == shipped.export
    assert (small.preparation[0]["step"] == "skull-strip") is not skull
    assert small.audit is not None
    assert small.audit.masks == "heads/truth/masks.csv"
