"""What is fitted sees the training split alone."""

from pathlib import Path

import numpy as np
import pytest

from fiducial.cohort.table import read_cohort
from fiducial.errors import UnusableInput
from fiducial.learn.fitting import fit_preparation
from fiducial.learn.rows import TrainingRows
from fiducial.models.reading import read_study
from learn import made

OPEN = ({"step": "clip", "low": 0, "high": 255}, {"step": "normalise", "mean": "fit"})


def rows(folder: Path) -> TrainingRows:
    return TrainingRows.of(read_cohort(folder / "cohort.csv"), ("square",))


def test_mean_and_std_are_those_of_the_training_pixels(tmp_path: Path) -> None:
    made.write(tmp_path)
    found = fit_preparation(OPEN, rows(tmp_path), where="here")[1]
    pixels = np.stack([read_study(one).array for one in rows(tmp_path).only("train").images()]).astype(float)
    assert found["mean"] == pytest.approx([pixels.mean()], abs=1e-5)
    assert found["std"] == pytest.approx([pixels.std()], abs=1e-5)


def test_pixels_of_tune_and_test_change_nothing(tmp_path: Path) -> None:
    made.write(tmp_path)
    before = fit_preparation(OPEN, rows(tmp_path), where="here")
    for number in range(24, 44):
        (tmp_path / f"s{number}.png").write_bytes((tmp_path / "s1.png").read_bytes())
    assert fit_preparation(OPEN, rows(tmp_path), where="here") == before


def test_a_given_mean_is_left_as_it_is(tmp_path: Path) -> None:
    made.write(tmp_path)
    given = ({"step": "normalise", "mean": [0.5], "std": [0.2]},)
    assert fit_preparation(given, rows(tmp_path), where="here") == given


def test_fitting_the_mean_and_giving_the_std_is_refused(tmp_path: Path) -> None:
    made.write(tmp_path)
    with pytest.raises(UnusableInput, match="fits both or neither"):
        fit_preparation(({"step": "normalise", "mean": "fit", "std": [1.0]},), rows(tmp_path), where="here")
