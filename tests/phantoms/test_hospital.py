"""Hospitals: prevalence met, one to three images a patient, scanners by their odds."""

import numpy as np
import pytest

from fiducial.phantoms.acquisition import Acquisition
from fiducial.phantoms.hospital import Hospital
from fiducial.phantoms.patient import Population
from fiducial.phantoms.scanner import Scanner

BED, WALL = Scanner("Maker", "Bed", "CR", "AP", matrix=64), Scanner("Maker", "Wall", matrix=64)


@pytest.fixture(scope="module")
def drawn() -> list[Acquisition]:
    scanners = ((BED, 1.0, 0.0), (WALL, 0.0, 1.0))
    return Hospital("Test", 50, scanners, population=Population(prevalence=0.3)).draw(np.random.default_rng(1))


def test_the_prevalence_is_met(drawn: list[Acquisition]) -> None:
    assert len({one.patient.id for one in drawn if one.patient.ill}) == 15


def test_a_patient_has_one_to_three_images_under_their_own_names(drawn: list[Acquisition]) -> None:
    _, counts = np.unique([one.patient.id for one in drawn], return_counts=True)
    assert set(counts) == {1, 2, 3}
    assert len({one.name for one in drawn}) == len(drawn)


def test_the_scanner_goes_by_its_odds_given_the_label(drawn: list[Acquisition]) -> None:
    assert all((one.scanner == BED) == one.patient.ill for one in drawn)


def test_two_images_of_a_patient_differ(drawn: list[Acquisition]) -> None:
    second = next(one for one in drawn if one.number == 2)
    first = next(one for one in drawn if one.patient == second.patient)
    assert not np.array_equal(first.pixels(), second.pixels())


def test_the_same_acquisition_gives_the_same_pixels(drawn: list[Acquisition]) -> None:
    assert np.array_equal(drawn[0].pixels(), drawn[0].pixels())
