"""Options from TOML: each key does something, and a key that nobody knows is told."""

from pathlib import Path
from typing import Any

import pytest

from align.small import OPTIONS, fixed, found, moving
from fiducial.align.options import AlignOptions, read_align_options
from fiducial.align.pair import align_pair
from fiducial.errors import UnusableInput
from fiducial.scans.volume import Volume

# For each key a value that the ordinary pair cannot keep, and the reason that it then has.
UNKEPT: dict[str, tuple[float, str]] = {
    "overlap_mm": (331.0, "overlap-too-short"),
    "overlap_share": (0.99, "overlap-too-short"),
    "from_boundary_mm": (400.0, "best-at-the-boundary"),
    "second_peak": (0.01, "two-places-fit"),
    "bone_correlation": (0.9999, "bones-differ"),
    "contour_mm": (1e-9, "outline-disagrees"),
    "parts_mm": (1e-9, "parts-disagree"),
    "inliers": (1.0, "slices-find-no-like"),
    "body_dice": (1.0, "bodies-differ"),
    "bone_dice": (1.0, "bones-do-not-overlap"),
}


def test_every_key_is_tried() -> None:
    tried = {*UNKEPT, "cell", "slope", "slope_mm", "frame_mm", "doubt", "segmenter", "organ_dice"}
    assert tried == set(AlignOptions.model_fields)


@pytest.mark.parametrize("key", UNKEPT)
def test_a_bound_that_cannot_be_kept_is_missed_with_its_reason(key: str) -> None:
    value, reason = UNKEPT[key]
    asked = align_pair(moving(), fixed(), OPTIONS.model_copy(update={key: value}))
    assert reason in asked.reasons
    assert next(gate.floor for gate in asked.gates if gate.reason == reason and not gate.passed) == value


def test_the_bound_of_the_slope_is_the_wider_of_two() -> None:
    asked = align_pair(moving(), fixed(), OPTIONS.model_copy(update={"slope": 1e-6, "slope_mm": 1e-6}))
    assert "spacing-differs" in asked.reasons
    assert align_pair(moving(), fixed(), OPTIONS.model_copy(update={"slope": 1e-6})).verdict == "verified"


def test_the_doubt_makes_a_near_miss_a_matter_for_review() -> None:
    near = {"bone_correlation": 1.05 * found().gates[4].value}
    assert found().gates[4].name == "bone_correlation"
    assert align_pair(moving(), fixed(), OPTIONS.model_copy(update=near)).verdict == "review"
    assert align_pair(moving(), fixed(), OPTIONS.model_copy(update={**near, "doubt": 0.0})).verdict == "dropped"


def test_the_frame_may_be_trusted_less() -> None:
    one, other = (Volume(each.array, each.affine, {"FrameOfReferenceUID": "1"}) for each in (moving(), fixed()))
    assert align_pair(one, other, OPTIONS).verdict == "review"
    assert align_pair(one, other, OPTIONS.model_copy(update={"frame_mm": 200.0})).verdict == "verified"


def test_the_cell_is_the_grid() -> None:
    coarse = align_pair(moving(), fixed(), AlignOptions(cell=(6, 12, 12)))
    assert coarse.overlay.fixed.array.shape[0] == found().overlay.fixed.array.shape[0] // 2
    assert coarse.overlay.cell == (6, 12, 12)


def test_what_a_file_does_not_set_keeps_its_default(tmp_path: Path) -> None:
    path = tmp_path / "options.toml"
    path.write_text("[align]\noverlap_mm = 80\ncell = [2, 3, 3]\n")
    options = read_align_options(path)
    assert options == AlignOptions(overlap_mm=80, cell=(2, 3, 3))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[align]\noverlap = 80", "align.overlap: unknown key. Did you mean 'overlap_mm'"),
        ("[aline]\noverlap_mm = 80", "aline: unknown key. Did you mean 'align'"),
        ("[align]\noverlap_mm = 'far'", "align.overlap_mm: .*number.*; got 'far'"),
        ("[align]\noverlap_mm = -1", "align.overlap_mm: .*greater than 0"),
        ("[align]\ninliers = 3", "align.inliers: .*less than or equal to 1"),
        ("[align]\ncell = [0, 4, 4]", "align.cell.0: .*greater than"),
        ("[align]\nbone_correlation = 2", "align.bone_correlation: .*less than or equal to 1"),
        ("[align\n", "is not valid TOML"),
    ],
)
def test_a_mistake_is_told_with_its_key(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "options.toml"
    path.write_text(text)
    with pytest.raises(UnusableInput, match=told):
        read_align_options(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="there is no such file"):
        read_align_options(tmp_path / "options.toml")


def test_options_are_not_changed_by_accident() -> None:
    options: Any = AlignOptions()
    with pytest.raises(ValueError, match="frozen"):
        options.overlap_mm = 1
