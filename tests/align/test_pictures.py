"""The contact sheet shows both scans at one place, the curves and every gate."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from align.small import COUCH, OPTIONS, fixed, found, moving, placed
from fiducial.align.pair import align_pair
from fiducial.align.pictures import pair_sheet, save_sheet
from fiducial.align.words import REASONS
from fiducial.report.pair_sheet import PairSheet, View, draw_pair_sheet
from fiducial.scans.volume import Volume


def sheet() -> PairSheet:
    return pair_sheet("0001, p", found(), moving(), fixed())


def alike(view: View) -> float:
    both = ~(np.isnan(view.fixed) | np.isnan(view.moved))
    return float(np.corrcoef(view.fixed[both], view.moved[both])[0, 1])


def test_the_cuts_show_the_same_anatomy_at_one_place() -> None:
    assert [view.name.split()[0] for view in sheet().views] == ["axial", "coronal", "sagittal"]
    assert all(alike(view) > 0.85 for view in sheet().views)
    lost = pair_sheet("x", replace(found(), shift=(8.0, -5.0, COUCH + 90)), moving(), fixed())
    assert alike(lost.views[1]) < 0.8


def test_the_overlap_is_drawn_where_both_have_data() -> None:
    coronal = sheet().views[1]
    assert coronal.overlap is not None
    first, last = coronal.overlap
    assert last - first > 300
    assert not np.isnan(coronal.moved[int(first) + 2 : int(last) - 2]).all(axis=1).any()
    assert not np.isnan(coronal.fixed[int(first) + 2 : int(last) - 2]).all(axis=1).any()


@pytest.mark.parametrize(("axis", "letter"), [(0, "H"), (1, "P"), (2, "L")])
def test_each_side_bears_its_letter(axis: int, letter: str) -> None:
    """Half of the scan is made bright where the affine says head, back or left."""
    assert (np.diag(fixed().affine[:3, [2, 1, 0]]) > 0).all()  # arrays run to the left, to the back and to the head
    bright = np.full_like(fixed().array, -1000)
    np.moveaxis(bright, axis, 0)[bright.shape[axis] // 2 :] = 1000
    views = pair_sheet("x", found(), moving(), replace(fixed(), array=bright)).views
    for view in (one for one in views if letter in one.sides):
        left, right, top, bottom = (
            np.nanmean(half) for half in (*np.array_split(view.fixed, 2, 1), *np.array_split(view.fixed, 2, 0))
        )
        assert view.sides[int(np.argmax([left, right, top, bottom]))] == letter


def test_head_is_up() -> None:
    coronal = sheet().views[1]
    rows = np.flatnonzero(~np.isnan(coronal.fixed).all(axis=1))
    moved = np.flatnonzero(~np.isnan(coronal.moved).all(axis=1))
    assert rows[0] < moved[0]  # the fixed scan reaches further up


def test_the_best_and_the_second_place_are_marked() -> None:
    drawn = sheet()
    assert drawn.best is not None
    assert drawn.best[0] == pytest.approx(COUCH, abs=1)
    assert drawn.second is not None
    assert drawn.second[1] < drawn.best[1]


def test_every_gate_stands_on_the_sheet_with_its_bound() -> None:
    assert [line.name for line in sheet().gates] == [gate.name for gate in found().gates]
    assert {line.bound.split()[1] for line in sheet().gates} == {"least", "most"}


def test_a_sheet_is_written_for_a_pair_without_a_place(tmp_path: Path) -> None:
    short = replace(moving(), array=moving().array[60:78])
    save_sheet("0002", align_pair(short, fixed(), OPTIONS), short, fixed(), tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as image:
        assert image.width > 1000


def padded(volume: Volume, below: int) -> Volume:
    """More slices at the feet that hold nothing, as a reformat has them."""
    array = np.concatenate([np.full((below, *volume.array.shape[1:]), -1024, np.int16), volume.array])
    return placed(replace(volume, array=array), by=(0, 0, -below * volume.affine[2, 0]))


def test_what_a_file_is_padded_with_is_no_overlap() -> None:
    other = padded(fixed(), 30)
    drawn = pair_sheet("0004", align_pair(moving(), other, OPTIONS), moving(), other).views[1]
    coronal = sheet().views[1]
    assert drawn.overlap is not None
    assert coronal.overlap is not None
    assert np.diff(drawn.overlap) == pytest.approx(np.diff(coronal.overlap), abs=1.5)


def test_the_places_of_a_single_layer_lie_on_the_curve_that_decides() -> None:
    layers = []
    for one in (moving(), fixed()):
        at = one.array.shape[1] // 2 + 8
        layers.append(replace(one, array=one.array[:, at : at + 1]))
    drawn = pair_sheet("0005", align_pair(layers[0], layers[1], OPTIONS), layers[0], layers[1])
    assert drawn.best is not None
    decides = next(one for one in drawn.curves if one.name == "mean of tissues")
    assert np.nanmax(decides.value) >= drawn.best[1]
    assert np.interp(drawn.best[0], decides.shift[::-1], decides.value[::-1]) == pytest.approx(drawn.best[1], abs=0.02)


def test_a_title_with_many_reasons_stays_on_the_sheet() -> None:
    figure = draw_pair_sheet(replace(sheet(), title=f"0006: dropped; {', '.join(REASONS)}"))
    figure.draw_without_rendering()
    title = next(one for one in figure.texts if one.get_text().startswith("0006"))
    assert title.get_window_extent().x1 <= figure.bbox.x1


def test_a_single_layer_is_seen_from_all_sides() -> None:
    at = fixed().array.shape[1] // 2
    layer = replace(fixed(), array=fixed().array[:, at : at + 1])
    drawn = pair_sheet("0003", align_pair(moving(), layer, OPTIONS), moving(), layer)
    assert all(not np.isnan(view.fixed).all() for view in drawn.views)
