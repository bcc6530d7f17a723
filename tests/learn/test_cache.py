"""Pictures are prepared once, and what is read is what was written."""

from pathlib import Path

import numpy as np
import pytest

from fiducial.cohort.table import read_cohort
from fiducial.errors import CannotJudge, UnusableInput
from fiducial.learn.cache import Cache, Preparing, open_cache
from fiducial.learn.rows import TrainingRows
from fiducial.models.reading import read_study
from fiducial.scans.conditions.stress import parse_stress
from fiducial.scans.preparation.preparing import parse_steps, prepare
from learn import made

SMALL = ({"step": "resize", "rows": 8, "columns": 8},)


@pytest.fixture
def rows(tmp_path: Path) -> TrainingRows:
    made.write(tmp_path)
    return TrainingRows.of(read_cohort(tmp_path / "cohort.csv"), ("square",))


def opened(rows: TrainingRows, folder: Path, rows_high: int = 8) -> Cache:
    steps = parse_steps([{**SMALL[0], "rows": rows_high}], where="here")
    return open_cache(rows.images(), Preparing(steps), folder)


def test_a_cached_picture_is_what_the_bundle_would_be_shown(rows: TrainingRows, tmp_path: Path) -> None:
    study = rows.images()[3]
    expected = prepare(read_study(study), parse_steps(SMALL, where="here")).pixels[:, 0]
    np.testing.assert_array_equal(opened(rows, tmp_path / "cache").read(study.study), expected)


def test_images_are_not_decoded_again(rows: TrainingRows, tmp_path: Path) -> None:
    home = opened(rows, tmp_path / "cache").folder
    written = (home / "pixels.f32").stat().st_mtime_ns
    assert opened(rows, tmp_path / "cache").folder == home
    assert (home / "pixels.f32").stat().st_mtime_ns == written


def test_another_preparation_or_another_file_is_another_cache(rows: TrainingRows, tmp_path: Path) -> None:
    first = opened(rows, tmp_path / "cache").folder
    assert opened(rows, tmp_path / "cache", 9).folder != first
    (tmp_path / "s0.png").write_bytes((tmp_path / "s1.png").read_bytes())
    assert opened(rows, tmp_path / "cache").folder != first


def test_an_image_that_cannot_be_read_is_listed_and_the_others_go_on(rows: TrainingRows, tmp_path: Path) -> None:
    (tmp_path / "s4.png").write_bytes(b"\x89PNG and nothing")
    cache = opened(rows, tmp_path / "cache")
    assert list(cache.failed) == ["s4"]
    assert len(cache.places) == 35


def test_a_picture_that_changed_on_disk_is_refused_by_its_study(rows: TrainingRows, tmp_path: Path) -> None:
    cache = opened(rows, tmp_path / "cache")
    with (cache.folder / "pixels.f32").open("r+b") as stream:
        stream.seek(2 * 8 * 8 * 4)
        stream.write(b"\xff\xff")
    assert cache.read("s1") is not None
    with pytest.raises(UnusableInput, match=r"s2: its picture .* is no longer what was written"):
        cache.read("s2")


def test_a_cache_that_was_cut_off_is_refused(rows: TrainingRows, tmp_path: Path) -> None:
    pixels = opened(rows, tmp_path / "cache").folder / "pixels.f32"
    pixels.write_bytes(pixels.read_bytes()[:-8])
    with pytest.raises(UnusableInput, match="is cut off"):
        opened(rows, tmp_path / "cache")


def test_a_condition_has_a_cache_of_its_own(rows: TrainingRows, tmp_path: Path) -> None:
    steps = parse_steps(SMALL, where="here")
    clean = open_cache(rows.images(), Preparing(steps), tmp_path / "cache").read("s1")
    turned = open_cache(rows.images(), Preparing(steps, parse_stress("rotation:5")), tmp_path / "cache").read("s1")
    assert np.abs(clean - turned).max() > 1


def test_no_image_at_all_is_told(rows: TrainingRows, tmp_path: Path) -> None:
    for path in tmp_path.glob("*.png"):
        path.unlink()
    with pytest.raises(CannotJudge, match="s0: "):
        opened(rows, tmp_path / "cache")
