"""Scanners and markers: whole grey scale, noise where photons are few, letters where they belong."""

from dataclasses import replace

import numpy as np
import pytest

from fiducial.errors import WrongUsage
from fiducial.phantoms.marker import Marker, burn
from fiducial.phantoms.scanner import Scanner

SCANNER = Scanner("Maker", "Model", bits=10)
WEDGE = np.tile(np.linspace(0, 6, 60), (60, 1))


def acquire(scanner: Scanner, seed: int = 1) -> np.ndarray:
    return scanner.acquire(WEDGE, 1.0, np.random.default_rng(seed))


def test_pixels_fill_the_stored_bits_and_no_more() -> None:
    pixels = acquire(SCANNER)
    assert pixels.dtype == np.uint16
    assert (pixels.min(), pixels.max()) == (0, 1023)


def test_the_same_seed_gives_the_same_pixels_and_another_seed_others() -> None:
    assert np.array_equal(acquire(SCANNER, 1), acquire(SCANNER, 1))
    assert not np.array_equal(acquire(SCANNER, 1), acquire(SCANNER, 2))


def test_fewer_photons_mean_more_noise() -> None:
    rough, fine = (acquire(replace(SCANNER, photons=n))[:, 30].std() for n in (1_000.0, 100_000.0))
    assert rough > 5 * fine


def test_spacing_times_matrix_is_the_field() -> None:
    assert SCANNER.spacing * SCANNER.matrix == pytest.approx(370, abs=0.02)


def test_a_marker_stays_within_the_upper_eighth_and_leaves_the_original_alone() -> None:
    blank = np.zeros((148, 148), np.uint16)
    marked = burn(blank, "AP", 9)
    assert not blank.any()
    assert marked[:18].max() == 9
    assert not marked[18:].any()


@pytest.mark.parametrize("text", ["", "Q", "AQ"])
def test_letters_that_no_marker_has_are_refused(text: str) -> None:
    with pytest.raises(WrongUsage, match="A, L, P, R"):
        burn(np.zeros((80, 80), np.uint16), text, 9)


def test_a_marker_follows_its_odds() -> None:
    always_in_ill = Marker("R", in_ill=1.0, in_healthy=0.0)
    rng = np.random.default_rng(0)
    assert (always_in_ill.draw(rng, ill=True), always_in_ill.draw(rng, ill=False)) == ("R", "")
