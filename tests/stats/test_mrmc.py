"""Obuchowski and Rockette's analysis against MRMCaov's figures (Van Dyke), against DeLong's, and its own laws."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from fiducial.stats.mrmc import (
    Components,
    Design,
    arm_mean,
    components,
    difference,
    difference_unpaired,
    omnibus,
)
from fiducial.stats.reader_metrics import CellEstimates, Covariance, estimate_cells
from fiducial.stats.reader_power import Pilot, Plan, fewest_cases, power
from fiducial.stats.roc import auroc, compare_paired, delong

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class VanDyke:
    """114 cases, 5 readers, 2 treatments; a reader's ratings from 1 to 5."""

    def __init__(self, folder: Path) -> None:
        rows = pl.read_csv(folder / "reference" / "VanDyke.csv").sort("treatment", "reader", "case")
        self.rating = rows["rating"].to_numpy().reshape(2, 5, 114).astype(float)
        self.truth = rows["truth"].to_numpy()[:114].astype(bool)

    def analysed(
        self, covariance: Covariance = Covariance.JACKKNIFE, metric: str = "auroc"
    ) -> tuple[Floats, Floats, Components]:
        given = self.rating if metric == "auroc" else (self.rating >= 3).astype(float)
        cells = estimate_cells(metric, self.truth, given.reshape(10, 114), covariance=covariance)
        values, matrix = cells.values.reshape(2, 5), cells.covariance.reshape(2, 5, 2, 5)
        return values, matrix, components(values, matrix)


@pytest.fixture(scope="module")
def van_dyke(real_data: Path) -> VanDyke:
    return VanDyke(real_data)


# MRMCaov 0.3.0 on its data set VanDyke (Smith and Hillis 2020, doi:10.1117/12.2549075), as ORACLES.md prints it.
PRINTED = {
    "jackknife": (0.0008022883, 0.0003466137, 0.0003440748, 0.0002390284, 4.456319, 15.25967, 0.05166569),
    "delong": (0.0007921325, 0.0003420090, 0.0003395265, 0.0002358497, 4.484854, 15.06611, 0.05123303),
    "unbiased": (0.0007883925, 0.0003416706, 0.0003390650, 0.0002356148, 4.489614, 15.03418, 0.0511618),
}


@pytest.mark.real
def test_every_readers_area_is_that_of_mrmcaov(van_dyke: VanDyke) -> None:
    values, _, found = van_dyke.analysed()
    assert values[0] == pytest.approx([0.9196457, 0.8587762, 0.9038647, 0.9731079, 0.8297907], abs=5e-8)
    assert values[1] == pytest.approx([0.9478261, 0.9053140, 0.9217391, 0.9993559, 0.9299517], abs=5e-8)
    assert (found.ms_arm, found.ms_arm_reader) == pytest.approx((0.004796171, 0.0005510306), rel=2e-7)


@pytest.mark.real
@pytest.mark.parametrize("covariance", Covariance)
def test_components_and_the_test_of_treatments_are_those_of_mrmcaov(van_dyke: VanDyke, covariance: Covariance) -> None:
    _, _, found = van_dyke.analysed(covariance)
    test = omnibus(found)
    assert test is not None
    given = (found.error, found.cov1, found.cov2, found.cov3, test.statistic, test.freedom[1], test.p)
    assert given == pytest.approx(PRINTED[covariance], rel=2e-6)


@pytest.mark.real
def test_the_difference_and_its_interval_are_those_of_mrmcaov(van_dyke: VanDyke) -> None:
    values, _, found = van_dyke.analysed()
    apart = difference(values, found, design=Design.RANDOM)
    assert apart.interval is not None
    told = (apart.value, apart.error, apart.interval.low, apart.interval.high)
    assert told == pytest.approx((-0.04380032, 0.02074862, -0.0879594986, 0.0003588544), abs=5e-9)


@pytest.mark.real
@pytest.mark.parametrize(
    ("arm", "printed"), [(0, (0.8970370, 0.8252236, 0.9688505)), (1, (0.9408374, 0.8941378, 0.9875369))]
)
def test_the_mean_of_a_treatment_is_that_of_mrmcaov(
    van_dyke: VanDyke, arm: int, printed: tuple[float, float, float]
) -> None:
    values, matrix, _ = van_dyke.analysed()
    mean = arm_mean(values[arm], matrix[arm, :, arm], design=Design.RANDOM)
    assert mean.interval is not None
    assert (mean.value, mean.interval.low, mean.interval.high) == pytest.approx(printed, abs=5e-8)


@pytest.mark.real
def test_fixed_readers_and_fixed_cases_are_those_of_mrmcaov(van_dyke: VanDyke) -> None:
    found = van_dyke.analysed()[2]
    readers, cases = (omnibus(found, design) for design in (Design.FIXED_READERS, Design.FIXED_CASES))
    assert readers is not None
    assert (readers.statistic, readers.p) == pytest.approx((5.475953, 0.01927984), rel=2e-7)
    assert cases is not None
    assert (cases.statistic, *cases.freedom, cases.p) == pytest.approx((8.704, 1, 4, 0.04195875), rel=1e-6)


@pytest.mark.real
@pytest.mark.parametrize("covariance", Covariance)
def test_sensitivity_is_that_of_mrmcaov(van_dyke: VanDyke, covariance: Covariance) -> None:
    values, _, found = van_dyke.analysed(covariance, "sensitivity")
    test = omnibus(found)
    assert test is not None
    assert values.mean(axis=1) == pytest.approx([0.8222222, 0.92], abs=5e-8)
    assert (test.statistic, test.freedom[1], test.p) == pytest.approx((6.689493, 15.71732, 0.02008822), rel=5e-7)


@pytest.mark.real
def test_power_is_that_of_rjafroc(van_dyke: VanDyke) -> None:
    """Values of RJafroc's tests on the same data (dpc10ster/RJafroc, tests/testthat/test-SsSampleSizeRoc.R)."""
    pilot, effect = Pilot(van_dyke.analysed()[2], 114), 0.043800322
    assert power(pilot, Plan(effect), 10, 165) == pytest.approx(0.80541995, abs=1e-8)
    assert power(pilot, Plan(effect), 6, 111) == pytest.approx(0.5526116, abs=5e-8)
    assert power(pilot, Plan(effect, Design.FIXED_READERS), 10, 131) == pytest.approx(0.80091813, abs=1e-8)
    assert power(pilot, Plan(effect, Design.FIXED_CASES), 10, 53) == pytest.approx(0.80496663, abs=1e-8)
    assert fewest_cases(pilot, Plan(effect), 6) == 251


def made(cells: int = 4, cases: int = 60, seed: int = 0, levels: int = 7) -> tuple[Bools, Floats]:
    """Ratings with many ties; readers agree somewhat."""
    rng = np.random.default_rng(seed)
    truth = np.arange(cases) % 3 == 0
    latent = truth + rng.normal(size=cases) + 0.8 * rng.normal(size=(cells, cases))
    return truth, np.round(latent * levels / 6)


@pytest.mark.parametrize("patients", [None, 25])
def test_delong_of_cells_is_delong_of_models(patients: int | None) -> None:
    truth, values = made()
    patient = None if patients is None else np.random.default_rng(1).integers(0, patients, truth.size)
    cells = estimate_cells("auroc", truth, values, covariance=Covariance.DELONG, patient=patient)
    expected = delong(truth, values, patient)
    np.testing.assert_allclose(cells.values, expected.areas)
    np.testing.assert_allclose(cells.covariance, expected.covariance, atol=1e-15)


def test_one_fixed_reader_is_delongs_paired_test() -> None:
    truth, values = made(2)
    cells = estimate_cells("auroc", truth, values, covariance=Covariance.DELONG)
    found = components(cells.values.reshape(2, 1), cells.covariance.reshape(2, 1, 2, 1))
    apart = difference(cells.values.reshape(2, 1), found, design=Design.FIXED_READERS)
    expected = compare_paired(truth, values[0], values[1])
    assert (apart.value, apart.p) == pytest.approx((expected.difference, expected.p))


@pytest.mark.parametrize("patients", [None, 25])
def test_the_closed_jackknife_is_the_loop(patients: int | None) -> None:
    truth, values = made(3)
    values[0, :9] = np.nan
    values[1, 40:50] = np.nan
    patient = None if patients is None else np.random.default_rng(1).integers(0, patients, truth.size)
    closed, loop = (estimate_cells(metric, truth, values, patient=patient) for metric in ("auroc", auroc))
    np.testing.assert_allclose(closed.values, loop.values)
    np.testing.assert_allclose(closed.covariance, loop.covariance, atol=1e-15)


def test_the_jackknife_of_a_share_is_the_loop_over_its_cases() -> None:
    truth, values = made(3)
    calls = (values > 1).astype(float)
    closed = estimate_cells("sensitivity", truth, calls)
    loop = estimate_cells(lambda _, called: float(called.mean()), truth[truth], calls[:, truth])
    np.testing.assert_allclose(closed.covariance, loop.covariance, atol=1e-15)


def by_hand(truth: Bools, one: Floats, other: Floats) -> float:
    """Gallas' covariance in so many words: the product of areas minus its mean over pairs that share no case."""
    pairs = []
    for values in (one, other):
        ill, healthy = np.flatnonzero(truth & ~np.isnan(values)), np.flatnonzero(~truth & ~np.isnan(values))
        pairs.append({(i, j): (values[i] > values[j]) + 0.5 * (values[i] == values[j]) for i in ill for j in healthy})
    apart = [a * b for (i, j), a in pairs[0].items() for (k, m), b in pairs[1].items() if i != k and j != m]
    areas = [float(np.mean(list(kernel.values()))) for kernel in pairs]
    return areas[0] * areas[1] - float(np.mean(apart))


def test_the_unbiased_covariance_is_the_sum_over_all_pairs_also_where_readers_share_few_cases() -> None:
    truth, values = made(3, 15)
    values[0, :5] = np.nan
    values[2, 9:] = np.nan
    found = estimate_cells("auroc", truth, values, covariance=Covariance.UNBIASED).covariance
    expected = [[by_hand(truth, one, other) for other in values] for one in values]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_readers_who_share_no_case_have_no_covariance() -> None:
    truth, values = made(2, 60)
    values[0, :30] = np.nan
    values[1, 30:] = np.nan
    for covariance in Covariance:
        found = estimate_cells("auroc", truth, values, covariance=covariance).covariance
        assert found[0, 1] == pytest.approx(0, abs=1e-15)


def analysed(values: Floats, cells: CellEstimates, design: Design) -> tuple[float, float]:
    shaped = cells.values.reshape(values.shape[0], -1)
    found = components(shaped, cells.covariance.reshape(*shaped.shape, *shaped.shape))
    estimate = difference(shaped, found, design=design)
    return estimate.value, estimate.error


@given(st.integers(0, 10_000), st.sampled_from(Design), st.sampled_from(Covariance))
def test_the_order_of_readers_and_cases_says_nothing(seed: int, design: Design, covariance: Covariance) -> None:
    truth, values = made(6, 40, seed)
    rng = np.random.default_rng(seed)
    readers, cases = rng.permutation(3), rng.permutation(truth.size)
    shuffled = values.reshape(2, 3, -1)[:, readers][:, :, cases].reshape(6, -1)
    one = analysed(np.empty(2), estimate_cells("auroc", truth, values, covariance=covariance), design)
    other = analysed(np.empty(2), estimate_cells("auroc", truth[cases], shuffled, covariance=covariance), design)
    assert one == pytest.approx(other, abs=1e-12)


@given(st.integers(0, 10_000), st.sampled_from(Covariance))
def test_any_rising_transform_of_ratings_changes_nothing(seed: int, covariance: Covariance) -> None:
    truth, values = made(2, 30, seed)
    one, other = (estimate_cells("auroc", truth, x, covariance=covariance).covariance for x in (values, np.exp(values)))
    np.testing.assert_allclose(one, other, atol=1e-12)


def test_where_nothing_varies_there_is_no_interval_and_no_p() -> None:
    truth, _ = made()
    perfect = np.tile(truth.astype(float), (4, 1))
    cells = estimate_cells("auroc", truth, perfect)
    values = cells.values.reshape(2, 2)
    found = components(values, cells.covariance.reshape(2, 2, 2, 2))
    assert difference(values, found, design=Design.RANDOM).interval is None
    assert omnibus(found) is None


def test_other_readers_in_each_arm_are_compared_as_two_groups() -> None:
    """With independent cases the variance is the sum of both means' (Welch)."""
    truth, values = made(6, 90)
    values[:3, :45] = np.nan
    values[3:, 45:] = np.nan
    cells = estimate_cells("auroc", truth, values)
    groups = cells.values[:3], cells.values[3:]
    apart = difference_unpaired(groups, cells.covariance, design=Design.RANDOM)
    means = [
        arm_mean(group, block, design=Design.RANDOM)
        for group, block in zip(groups, (cells.covariance[:3, :3], cells.covariance[3:, 3:]), strict=True)
    ]
    assert apart.error**2 == pytest.approx(means[0].error ** 2 + means[1].error ** 2)
    assert min(one.freedom for one in means) <= apart.freedom <= sum(one.freedom for one in means)


def test_one_reader_says_nothing_about_others() -> None:
    truth, values = made(2)
    cells = estimate_cells("auroc", truth, values)
    found = components(cells.values.reshape(2, 1), cells.covariance.reshape(2, 1, 2, 1))
    with pytest.raises(ValueError, match="one reader says nothing about other readers"):
        omnibus(found)
    assert omnibus(found, Design.FIXED_READERS) is not None


@pytest.mark.parametrize(
    ("metric", "covariance", "patients", "told"),
    [
        ("auc", Covariance.JACKKNIFE, None, "no metric is called 'auc'"),
        (auroc, Covariance.DELONG, None, "goes through the jackknife"),
        ("auroc", Covariance.UNBIASED, 20, "takes cases for independent"),
    ],
)
def test_what_cannot_be_estimated_is_refused(
    metric: str, covariance: Covariance, patients: int | None, told: str
) -> None:
    truth, values = made()
    patient = None if patients is None else np.arange(truth.size) % patients
    with pytest.raises(ValueError, match=told):
        estimate_cells(metric, truth, values, covariance=covariance, patient=patient)


def test_one_ill_case_is_too_few() -> None:
    truth, values = made()
    values[2, np.flatnonzero(truth)[1:]] = np.nan
    with pytest.raises(ValueError, match="needs two ill cases in every arm; cell 2 has 1"):
        estimate_cells("auroc", truth, values)


def test_the_interval_of_a_share_stays_between_0_and_1_and_leans_towards_the_middle() -> None:
    truth, values = made(5, 45)
    cells = estimate_cells("auroc", truth, values + 1.5 * truth)
    mean = arm_mean(cells.values, cells.covariance, design=Design.RANDOM)
    share = mean.share_interval()
    assert share is not None
    assert mean.interval is not None
    assert mean.interval.high > share.high
    assert mean.interval.low > share.low
    assert share.high < 1
