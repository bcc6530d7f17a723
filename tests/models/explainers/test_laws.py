"""Every explainer obeys the laws; how sharply it sees differs."""

from pathlib import Path

import numpy as np
import pytest

from fiducial import plugins
from fiducial.errors import UnusableInput
from fiducial.models.contract import Shown, Study
from fiducial.models.explainers.contract import Explainer
from fiducial.models.explainers.occlusion import Occlusion
from fiducial.models.explainers.rise import Rise
from fiducial.scans.scan import Scan
from models.explainers.laws import driven_by_what_is_bright, obeys_the_laws, shown

# The spot is 4% of the image. A pixel of the map is 2 x 2, a patch of occlusion 7 x 10, a cell of RISE 6 x 9.
SHARES = {"cam": 0.85, "occlusion": 0.4, "rise": 0.08}


@pytest.mark.parametrize("name", SHARES)
def test_the_spot_that_drives_the_score_has_the_energy(name: str, tmp_path: Path) -> None:
    explainer = plugins.load("explainers", name)
    obeys_the_laws(explainer(), tmp_path / "bundle", energy=SHARES[name])


def test_every_built_in_explainer_is_held_to_the_laws() -> None:
    assert set(plugins.names("explainers")) == set(SHARES)


@pytest.mark.parametrize("explainer", [Occlusion(), Rise(masks=8)])
def test_a_study_that_cannot_be_read_keeps_its_reason(explainer: Explainer, tmp_path: Path) -> None:
    def absent() -> Scan:
        raise UnusableInput("no such file")

    model = driven_by_what_is_bright(tmp_path)
    with pytest.raises(UnusableInput, match="no such file"):
        explainer.saliency(model, Shown(Study("a", ()), absent), "bright", np.random.default_rng(0))


def test_another_seed_draws_other_masks(tmp_path: Path) -> None:
    model = driven_by_what_is_bright(tmp_path)
    one, other = (Rise(masks=20).saliency(model, shown(), "bright", np.random.default_rng(seed)) for seed in (0, 1))
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("explainer", [Occlusion(patches=2), Rise(masks=4)])
def test_a_finding_that_the_model_does_not_score_is_told(explainer: Explainer, tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="gave no score for dark"):
        explainer.saliency(driven_by_what_is_bright(tmp_path), shown(), "dark", np.random.default_rng(0))
