"""The picture of a saliency map: both panels, the boxes, the notice."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fiducial.errors import UnusableInput
from fiducial.report.overlay import Overlay, save_overlay


def overlay(heat: np.ndarray | None = None, **more: object) -> Overlay:
    hot = np.zeros((60, 80), np.float32)
    hot[10:20, 50:70] = 1.0
    grey = np.full((60, 80), 90, np.uint8)
    return Overlay(grey, hot if heat is None else heat, "s1: opacity 0.87 (cam)", **more)  # type: ignore[arg-type]  # by name


def drawn(one: Overlay, folder: Path) -> np.ndarray:
    save_overlay(one, folder / "a.png")
    with Image.open(folder / "a.png") as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def coloured(pixels: np.ndarray) -> np.ndarray:
    """Columns of pixels that are no grey."""
    return np.flatnonzero((np.ptp(pixels, axis=2) > 40).any(axis=0))


def panels(pixels: np.ndarray) -> np.ndarray:
    """Which columns show the image, (columns,)."""
    return np.asarray((np.abs(pixels - 90).max(axis=2) <= 3).sum(axis=0) > 50)


def test_the_left_panel_is_plain_and_the_right_one_is_covered(tmp_path: Path) -> None:
    found = drawn(overlay(), tmp_path)
    assert found.shape[1] == 880
    assert coloured(found).min() > 440
    assert panels(found)[[100, 500]].all()


def test_the_colour_lies_where_the_saliency_is(tmp_path: Path) -> None:
    columns = coloured(drawn(overlay(), tmp_path))
    shown = np.flatnonzero(panels(drawn(overlay(np.zeros((60, 80), np.float32)), tmp_path)))
    left, right = shown[shown > 440].min(), shown.max()
    place = (columns - left) / (right - left)
    assert place.min() == pytest.approx(50 / 80, abs=0.03)
    assert place.max() == pytest.approx(70 / 80, abs=0.03)


def test_a_map_without_anything_for_the_finding_covers_nothing(tmp_path: Path) -> None:
    assert coloured(drawn(overlay(-np.ones((60, 80), np.float32)), tmp_path)).size == 0


def test_boxes_of_readers_are_drawn_in_both_panels(tmp_path: Path) -> None:
    columns = coloured(drawn(overlay(np.zeros((60, 80), np.float32), boxes=[(10, 10, 30, 30)]), tmp_path))
    assert columns.min() < 440 < columns.max()


def test_the_same_overlay_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        save_overlay(overlay(), tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnusableInput, match="file"):
        save_overlay(overlay(), tmp_path / "file" / "a.png")
