"""What is asked: which conditions, and which studies."""

import polars as pl
import pytest

from fiducial.audit.probes.plan import ProbePlan, drawn, modality_of, stresses_of
from fiducial.claims.claim import Claim
from fiducial.cohort.table import Cohort, read_cohort
from fiducial.errors import UnusableInput, WrongUsage

CLAIM = Claim.model_validate({"claim": {"name": "c", "finding": "x", "threshold": {"value": 0.5}}})


def cohort(ill: int, healthy: int, **columns: object) -> Cohort:
    n = ill + healthy
    rows = {"study": [f"s{i}" for i in range(n)], "label.x": [1] * ill + [0] * healthy, **columns}
    return read_cohort(pl.DataFrame(rows))


def asked(plan: ProbePlan, modality: str = "CT") -> list[str]:
    return [str(stress) for stress in stresses_of(plan, cohort(1, 1, **{"tag.Modality": [modality] * 2}))]


def test_a_bare_name_is_all_five_severities_and_nothing_comes_twice() -> None:
    found = asked(ProbePlan(conditions=("jpeg", "jpeg:2", "jpeg:1+flip:2")))
    assert found == ["jpeg:1", "jpeg:2", "jpeg:3", "jpeg:4", "jpeg:5", "jpeg:1+flip:2"]


def test_without_names_everything_that_fits_the_modality_is_asked() -> None:
    every = asked(ProbePlan())
    assert {"ct-noise:5", "jpeg:1"} <= set(every)
    assert not [name for name in every if name.startswith(("xray", "mr", "marker"))]


def test_an_unknown_condition_is_answered_with_the_nearest() -> None:
    with pytest.raises(WrongUsage, match="Did you mean 'jpeg'"):
        asked(ProbePlan(conditions=("jpg:1",)))


def test_a_condition_for_other_images_is_refused() -> None:
    with pytest.raises(WrongUsage, match=r"ct-window is for images of CT; the cohort's are DX"):
        asked(ProbePlan(conditions=("jpeg:1+ct-window:2",)), "DX")
    assert stresses_of(ProbePlan(conditions=("ct-window:2",)), cohort(1, 1))  # nothing says what these images are


def test_a_severity_of_six_is_refused() -> None:
    with pytest.raises(WrongUsage, match="severity of 1 to 5, got 'jpeg:6'"):
        asked(ProbePlan(conditions=("flip:1+jpeg:6",)))


def test_the_modality_is_the_commonest_or_none() -> None:
    assert modality_of(cohort(1, 2, **{"tag.Modality": ["CR", "DX", "DX"]})) == "DX"
    assert modality_of(cohort(1, 2, **{"tag.Modality": [None, None, None]})) is None
    assert modality_of(cohort(1, 2)) is None


@pytest.mark.parametrize(("ill", "healthy", "kept"), [(50, 50, 10), (4, 96, 4), (97, 3, 17), (2, 2, 2)])
def test_as_many_ill_as_healthy_are_drawn_as_far_as_there_are(ill: int, healthy: int, kept: int) -> None:
    found = drawn(cohort(ill, healthy), CLAIM.model_copy(update={"evidence": ALL}), ProbePlan(most=20))
    assert sum(int(name[1:]) < ill for name in found) == kept
    assert len(found) == min(20, ill + healthy)


ALL = CLAIM.evidence.model_copy(update={"internal": "all"})


def test_one_seed_draws_the_same_studies_and_another_others() -> None:
    many = cohort(100, 100)
    first, again, other = (drawn(many, CLAIM, ProbePlan(most=20, seed=seed)) for seed in (3, 3, 4))
    assert first == again != other


def test_only_labelled_rows_that_are_judged_are_drawn() -> None:
    split = ["test", "train", "external", "test"]
    found = drawn(cohort(2, 2, split=split, **{"label.x": [1, 1, 0, None]}), CLAIM, ProbePlan())
    assert found == ["s0", "s2"]


def test_a_cohort_with_nothing_to_judge_is_refused_in_words() -> None:
    with pytest.raises(UnusableInput, match="no row that is judged has a label for 'x'"):
        drawn(cohort(2, 2, split=["train"] * 4), CLAIM, ProbePlan())


def test_one_study_is_too_few() -> None:
    with pytest.raises(WrongUsage, match="at least 2 studies must be asked, got 1"):
        drawn(cohort(2, 2), CLAIM, ProbePlan(most=1))
