"""Support in a bundle: statistics from its file, a reason in the answer, features only where they are needed."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

import fiducial as fd
from fiducial.errors import UnusableInput
from fiducial.models.contract import Answer
from fiducial.models.support.conformal import fit_conformal
from fiducial.models.support.distance import fit_distance
from fiducial.models.support.vectors import vector_of
from models.laws import asked
from models.making import CLASSIFIER, write_bundle


def npz(arrays: dict[str, Any]) -> bytes:
    content = io.BytesIO()
    np.savez(content, **arrays)
    return content.getvalue()


def supported(folder: Path, arrays: dict[str, Any], kind: str, level: float = 0.1, more: str = "") -> Path:
    text = f'{CLASSIFIER}\n[support]\nkind = "{kind}"\nfile = "support.npz"\nlevel = {level}\n{more}'
    return write_bundle(folder / "bundle", text, support__npz=npz(arrays))


def cohort(folder: Path, **greys: int) -> Path:
    for name, grey in greys.items():
        Image.fromarray(np.full((6, 8), grey, np.uint8)).save(folder / f"{name}.png")
    table = pl.DataFrame({"study": list(greys), "path": [f"{name}.png" for name in greys]})
    table.write_csv(folder / "cohort.csv")
    return folder / "cohort.csv"


def dim_pictures(seed: int, count: int) -> np.ndarray:
    """What the bundle makes of flat pictures of grey 30 to 50."""
    grey = np.random.default_rng(seed).uniform(0.3, 0.5, count)
    pictures = [np.full((1, 1, 6, 8), one, np.float32) for one in grey]
    return np.stack([vector_of(p, np.array([p.mean(), 1 - p.mean()], np.float32)) for p in pictures])


def answers(bundle: Path, table: Path) -> list[Answer]:
    return fd.open_model(bundle).answer(asked(table))


@pytest.mark.parametrize("kind", ["mahalanobis", "nearest"])
def test_a_picture_unlike_the_training_data_is_abstained_with_its_score(kind: str, tmp_path: Path) -> None:
    arrays = fit_distance(kind, dim_pictures(1, 50), dim_pictures(2, 30))
    inside, outside = answers(supported(tmp_path, arrays, kind), cohort(tmp_path, dim=40, white=100))
    assert (inside.abstained, inside.reason, inside.features) == (False, None, None)
    assert outside.abstained
    assert "farther from the training data" in str(outside.reason)
    assert outside.scores["bright"] == pytest.approx(1 / (1 + np.exp(-4)), abs=0.01)


def test_a_score_that_fits_both_classes_is_abstained_in_its_row_alone(tmp_path: Path) -> None:
    score = np.r_[np.linspace(0.4, 1, 20), np.linspace(0, 0.6, 20)]
    bundle = supported(
        tmp_path, fit_conformal({"bright": score > 2} | {"bright": np.arange(40) < 20}, {"bright": score}), "conformal"
    )
    found = fd.predict(bundle, cohort(tmp_path, grey=50, white=100), tmp_path / "p.csv").predictions
    assert found["abstained"].to_list() == [True, False]
    assert "fits both classes" in found["reason"][0]
    assert found["score"].null_count() == 0


def test_input_checks_stand_before_the_distance(tmp_path: Path) -> None:
    arrays = fit_distance("nearest", dim_pictures(1, 50), dim_pictures(2, 30))
    bundle = supported(tmp_path, arrays, "nearest", more="[support.inputs]\nrows = [10, 20]\n")
    inside, both = answers(bundle, cohort(tmp_path, dim=40, white=100))
    assert inside.reason == "has 6 rows; the bundle takes 10 to 20"
    assert str(both.reason).startswith("has 6 rows; the bundle takes 10 to 20; lies farther")


REFUSALS = [
    ("nearest", {"held_out": np.zeros(99)}, "holds no array 'centre'"),
    ("conformal", {"dark.present": np.zeros(99)}, "holds no array 'bright.present'"),
    ("nearest", fit_distance("nearest", np.eye(3), np.eye(3)), "needs 9; hold more out"),
]


@pytest.mark.parametrize(("kind", "arrays", "told"), REFUSALS)
def test_statistics_that_cannot_serve_are_refused_when_the_model_opens(
    kind: str, arrays: dict[str, Any], told: str, tmp_path: Path
) -> None:
    with pytest.raises(UnusableInput, match=f"support.npz: .*{told}"):
        fd.open_model(supported(tmp_path, arrays, kind))


def test_a_file_that_is_no_npz_is_refused(tmp_path: Path) -> None:
    bundle = supported(tmp_path, {}, "nearest")
    (bundle / "support.npz").write_bytes(b"PK, but no archive")
    with pytest.raises(UnusableInput, match=r"is no \.npz of support statistics"):
        fd.open_model(bundle)
