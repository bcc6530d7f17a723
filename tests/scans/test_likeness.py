"""Published implementations, laws and refusals of the image metrics."""

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.scans.likeness import CT_RANGE, METRICS, MS_WEIGHTS, Window, metric, prepare, region

SOFT = Window(-160, 240)
NAMES = list(METRICS)
LOCAL = ["ssim", "ms-ssim"]
Plane = npt.NDArray[np.float64]


def plane(seed: int, shape: tuple[int, int] = (180, 190)) -> Plane:
    """Tissue-like blobs with noise, in HU."""
    rng = np.random.default_rng(seed)
    return ndimage.gaussian_filter(rng.normal(0, 900, shape), 4) + rng.normal(0, 18, shape)


def disc(shape: tuple[int, int] = (180, 190)) -> npt.NDArray[np.bool_]:
    y, x = np.indices(shape)
    return (y - 90) ** 2 + (x - 80) ** 2 < 50**2


def published_ssim(first: Plane, second: Plane, window: Window) -> tuple[float, Plane]:
    """The score and the map of scikit-image."""
    clipped = [np.clip(one, window.low, window.high) - window.low for one in (first, second)]
    options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "full": True}
    score, full = structural_similarity(  # type: ignore[no-untyped-call]  # scikit-image's
        *clipped, data_range=window.width, **options
    )
    return float(score), full


@pytest.mark.parametrize("window", [SOFT, CT_RANGE], ids=str)
def test_ssim_is_that_of_scikit_image(window: Window) -> None:
    assert METRICS["ssim"](plane(1), plane(2), window=window) == pytest.approx(
        published_ssim(plane(1), plane(2), window)[0], abs=2e-6
    )


def test_ssim_inside_a_mask_is_the_mean_of_scikit_images_map_where_windows_lie_inside_both() -> None:
    first, second, mask = plane(1), plane(2), disc()
    _, full = published_ssim(first, second, SOFT)
    place = region(first.shape, mask, SOFT, scales=1)
    [scale] = place.scales
    inner = ndimage.binary_erosion(mask, np.ones((11, 11), dtype=np.bool_))[place.crop]
    only = type(scale)(scale.mask, scale.coverage, inner)
    made = type(place)(place.mask, SOFT, place.crop, (only,))
    found = METRICS["ssim"].score(made, prepare(first, place), prepare(second, place))
    assert found == pytest.approx(full[place.crop][inner].mean(), abs=2e-6)


def test_psnr_is_that_of_scikit_image() -> None:
    clipped = [np.clip(plane(one), -160, 240) for one in (1, 2)]
    expected = peak_signal_noise_ratio(*clipped, data_range=400)  # type: ignore[no-untyped-call]  # scikit-image's
    assert METRICS["psnr"](plane(1), plane(2), window=SOFT) == pytest.approx(expected, abs=1e-4)


def test_mae_is_in_hu() -> None:
    assert METRICS["mae"](np.zeros((4, 4)), np.full((4, 4), 30.0)) == pytest.approx(30, abs=1e-3)


def test_ncc_is_pearsons_correlation() -> None:
    expected = np.corrcoef(plane(1).ravel(), plane(1).ravel() + plane(2).ravel())[0, 1]
    assert METRICS["ncc"](plane(1), plane(1) + plane(2), window=Window(-9e3, 9e3)) == pytest.approx(expected, abs=1e-4)


def test_an_image_of_one_value_correlates_with_nothing() -> None:
    assert METRICS["ncc"](plane(1), np.full((180, 190), -1000.0)) == 0


def test_ms_ssim_reads_luminance_at_the_coarsest_scale_alone() -> None:
    # Two flat images agree in contrast and structure everywhere; only luminance is left, once, with the last weight.
    x, y = 0.25, 0.75
    luminance = (2 * x * y + 1e-4) / (x * x + y * y + 1e-4)
    dark, bright = (np.full((180, 190), -160 + 400 * one) for one in (x, y))
    assert METRICS["ms-ssim"](dark, bright, window=SOFT) == pytest.approx(luminance ** MS_WEIGHTS[-1], abs=1e-5)


def test_ms_ssim_agrees_with_a_plain_writing_of_the_formula() -> None:
    assert METRICS["ms-ssim"](plane(1), plane(1) + plane(2), window=SOFT) == pytest.approx(
        plainly_ms_ssim(SOFT.unit(plane(1)).astype(float), SOFT.unit(plane(1) + plane(2)).astype(float)), abs=1e-4
    )


def plainly_ms_ssim(x: Plane, y: Plane) -> float:
    product = 1.0
    for level, weight in enumerate(MS_WEIGHTS):

        def local(of: Plane) -> Plane:
            return np.asarray(ndimage.gaussian_filter(of, 1.5, truncate=5 / 1.5))

        cs = (2 * (local(x * y) - local(x) * local(y)) + 9e-4) / (
            local(x * x) - local(x) ** 2 + local(y * y) - local(y) ** 2 + 9e-4
        )
        light = (2 * local(x) * local(y) + 1e-4) / (local(x) ** 2 + local(y) ** 2 + 1e-4)
        read = (cs * light if level == len(MS_WEIGHTS) - 1 else cs)[5:-5, 5:-5]
        product *= max(0.0, float(read.mean())) ** weight
        x, y = (halved(one) for one in (x, y))
    return product


def halved(one: Plane) -> Plane:
    even = np.pad(one, [(0, side % 2) for side in one.shape], mode="edge")
    return np.asarray(even.reshape(even.shape[0] // 2, 2, even.shape[1] // 2, 2).mean(axis=(1, 3)))


def test_a_small_image_is_compared_at_fewer_scales() -> None:
    small = plane(1, (64, 64))
    assert len(region(small.shape, None, SOFT).scales) == 3
    assert METRICS["ms-ssim"](small, small, window=SOFT) == pytest.approx(1)


@pytest.mark.parametrize("name", NAMES)
def test_an_image_is_most_like_itself(name: str) -> None:
    one = METRICS[name]
    assert one(plane(1), plane(1), disc(), SOFT) == pytest.approx(one.best, abs=1e-6)
    assert one.higher_is_better == (one.best > one(plane(1), plane(2), disc(), SOFT))


@pytest.mark.parametrize("name", NAMES)
def test_every_metric_is_symmetric(name: str) -> None:
    one = METRICS[name]
    assert one(plane(1), plane(2), disc()) == pytest.approx(one(plane(2), plane(1), disc()), rel=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_mask_of_everything_is_no_mask(name: str) -> None:
    one, whole = METRICS[name], np.ones((180, 190), dtype=np.bool_)
    assert one(plane(1), plane(2), whole, SOFT) == one(plane(1), plane(2), None, SOFT)


@pytest.mark.parametrize("name", NAMES)
@given(seed=st.integers(0, 2**31), row=st.integers(0, 160), column=st.integers(0, 170), size=st.integers(1, 20))
@settings(max_examples=15)
def test_what_lies_outside_the_mask_does_not_matter(name: str, seed: int, row: int, column: int, size: int) -> None:
    mask = disc()
    mask[row : row + size, column : column + size] = True
    other = np.where(mask, plane(2), np.random.default_rng(seed).uniform(-2000, 4000, mask.shape))
    one = METRICS[name]
    assert one(plane(1), other, mask, SOFT) == pytest.approx(one(plane(1), plane(2), mask, SOFT), abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_what_lies_inside_the_mask_matters(name: str) -> None:
    other = np.where(disc(), plane(2), plane(1))
    assert METRICS[name](plane(1), other, disc()) != pytest.approx(METRICS[name].best, abs=1e-3)


@pytest.mark.parametrize("name", NAMES)
def test_cropping_to_the_mask_changes_nothing(name: str) -> None:
    mask = np.zeros((400, 380), dtype=np.bool_)
    mask[201:263, 170:231] = True
    first, second = plane(1, mask.shape), plane(2, mask.shape)
    whole = mask | (np.indices(mask.shape).sum(axis=0) == 0)  # one far pixel: the crop is nearly the whole frame
    near, far = (METRICS[name](first, second, one, SOFT) for one in (mask, whole))
    assert near == pytest.approx(far, rel=0.02)


def test_two_shapes_are_refused() -> None:
    with pytest.raises(UnusableInput, match="resample"):
        METRICS["mae"](plane(1), plane(1, (64, 64)))


def test_an_empty_mask_is_refused() -> None:
    with pytest.raises(UnusableInput, match="empty"):
        METRICS["mae"](plane(1), plane(1), np.zeros((180, 190), dtype=np.bool_))


def test_a_mask_of_another_shape_is_refused() -> None:
    with pytest.raises(UnusableInput, match="one grid"):
        METRICS["mae"](plane(1), plane(1), np.ones((4, 4), dtype=np.bool_))


@pytest.mark.parametrize("name", LOCAL)
def test_an_image_smaller_than_a_window_is_refused(name: str) -> None:
    with pytest.raises(UnusableInput, match="local window"):
        METRICS[name](np.zeros((10, 30)), np.zeros((10, 30)))


@pytest.mark.parametrize(("low", "high"), [(240, -160), (40, 40), (-math.inf, 240), (-160, math.inf), (math.nan, 240)])
def test_a_window_that_is_none_is_refused(low: float, high: float) -> None:
    with pytest.raises(WrongUsage, match="lower to a higher"):
        Window(low, high)


@pytest.mark.parametrize("name", ["sim", "SSIM"])
def test_an_unknown_metric_is_answered_with_the_nearest(name: str) -> None:
    with pytest.raises(WrongUsage, match="Did you mean 'ssim'"):
        metric(name)
