"""Hospitals that differ in their pixels are told apart; a step that takes the difference away is named."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import fiducial as fd
from cohort.checks.making import cohort_of
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.site_signature import SiteSignature
from fiducial.cohort.signature import signatures_of
from fiducial.cohort.table import Cohort
from fiducial.scans.scan import Array, Scan

N = 60
Judge = Callable[[Callable[[np.random.Generator, int], Array]], Finding]


def body(draw: np.random.Generator, noise: float = 4.0) -> Array:
    """A bright ellipse of random place and size on a dark ground, with noise."""
    y, x = np.mgrid[:96, :96]
    middle, size = draw.normal(48, 2, 2), draw.uniform(22, 30, 2)
    inside = ((y - middle[0]) / size[0]) ** 2 + ((x - middle[1]) / size[1]) ** 2 < 1
    pixels: Array = np.clip(40 + 140 * inside + draw.normal(0, noise, y.shape), 0, 255)
    return pixels


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Write images of two sites, read them as a cohort, and give the one finding."""

    def judged(image: Callable[[np.random.Generator, int], Array]) -> Finding:
        sites = [i % 2 for i in range(N)]
        for i, site in enumerate(sites):
            pixels = image(np.random.default_rng([17, i]), site)
            Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / f"{i}.png")
        rows = {"path": [f"{i}.png" for i in range(N)], "site": ["AB"[site] for site in sites]}
        files = {"study": [f"s{i}" for i in range(N)], "path": rows["path"]}
        given = cohort_of(rows, files)
        [finding] = SiteSignature().examine(Cohort(given.rows, given.files, tmp_path))
        return finding

    return judged


def test_sites_whose_images_are_alike_are_a_note(judge: Judge) -> None:
    finding = judge(lambda draw, _: body(draw))
    assert finding.severity is Severity.NOTE
    assert "is not clear in the pixels" in finding.message


def test_a_signature_in_the_noise_stays_after_every_step(judge: Judge) -> None:
    finding = judge(lambda draw, site: body(draw, noise=2.0 + 6 * site))
    assert finding.severity is Severity.WARNING
    assert "stays in the pixels after every step" in finding.message
    assert finding.figure is not None
    assert finding.figure.value > 0.9


def test_a_signature_at_the_border_is_gone_after_the_crop(judge: Judge) -> None:
    def bordered(draw: np.random.Generator, site: int) -> Array:
        pixels = body(draw)
        pixels[-2:] = 0 if site else 40
        return pixels

    finding = judge(bordered)
    assert finding.severity is Severity.NOTE
    assert "is gone once they are cropped" in finding.message


def test_images_that_are_gone_since_are_told_not_silent(tmp_path: Path) -> None:
    rows = {"path": [f"{i}.png" for i in range(N)], "site": ["AB"[i % 2] for i in range(N)]}
    given = cohort_of(rows, {"study": [f"s{i}" for i in range(N)], "path": rows["path"]})
    [finding] = SiteSignature().examine(Cohort(given.rows, given.files, tmp_path))
    assert finding.message.startswith("Not checked")


@pytest.mark.parametrize("array", [np.zeros((1, 1, 1)), np.zeros((1, 300, 2)), np.full((1, 5, 5), 7, dtype=np.uint16)])
def test_features_of_an_empty_image_are_finite(array: Array) -> None:
    for features in signatures_of(Scan(array, None, {})).values():
        assert np.isfinite(features).all()


@pytest.mark.real
def test_the_maker_is_told_from_the_pixels_of_the_siim_slices(real_data: Path) -> None:
    folder = real_data / "ct_slices_siim"
    columns = {"label.contrast": "contrast_label", "patient": "patient_id", "scanner": "manufacturer"}
    cohort = fd.build_cohort(fd.Source(folder / "dicom", fd.Unit.IMAGE, folder / "metadata.csv", columns, 1)).cohort
    [finding] = [one for one in SiteSignature().examine(cohort) if "scanner" in one.message]
    assert finding.severity is Severity.WARNING
    assert "raw 1.00 (1.00-1.00)" in finding.message
    assert "(52 images, 29 patients)" in finding.message
