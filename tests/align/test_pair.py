"""The laws of a pair: what moves, what mirrors, and what must not matter."""

from dataclasses import replace

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from align.small import CONTRAST, COUCH, FIELD, OPTIONS, PLAIN, fixed, found, moving, placed
from fiducial.align.pair import SCHEMA, Alignment, align_pair
from fiducial.errors import UnusableInput
from fiducial.phantoms.build import Build
from fiducial.phantoms.ct import Field, scan
from fiducial.scans.volume import Volume


def numbers(alignment: Alignment) -> list[float]:
    return [gate.value for gate in alignment.gates]


def shift_of(alignment: Alignment) -> tuple[float, float, float]:
    assert alignment.shift is not None
    return alignment.shift


def cut(volume: Volume, first: int, last: int | None = None) -> Volume:
    """Some slices, each where it was."""
    return placed(replace(volume, array=volume.array[first:last]), by=(0, 0, first * volume.affine[2, 0]))


def test_the_ordinary_pair_is_verified_where_it_lies() -> None:
    assert found().verdict == "verified"
    assert found().reasons == found().words == ()
    assert shift_of(found()) == pytest.approx((8, -5, COUCH), abs=3.5)
    assert shift_of(found())[2] == pytest.approx(COUCH, abs=1)


def test_the_breath_is_what_air_moved_further_than_bone() -> None:
    deep = fixed(replace(CONTRAST, breath=25.0))
    aligned = align_pair(moving(), deep, OPTIONS)
    assert aligned.verdict == "verified"
    assert shift_of(aligned)[2] == pytest.approx(COUCH, abs=1)
    assert aligned.breathing is not None
    assert 12 < aligned.breathing < 30


def test_the_height_of_the_couch_changes_the_shift_alone() -> None:
    higher = align_pair(moving(), placed(fixed(), by=(30, -20, 333.3)), OPTIONS)
    assert np.subtract(shift_of(higher), shift_of(found())) == pytest.approx((30, -20, 333.3), abs=1e-6)
    assert numbers(higher) == pytest.approx(numbers(found()), abs=1e-6)
    assert higher.verdict == found().verdict


def test_the_number_of_threads_changes_nothing() -> None:
    with threadpool_limits(1):
        alone = numbers(align_pair(moving(), fixed(), OPTIONS))
    with threadpool_limits(2):
        assert numbers(align_pair(moving(), fixed(), OPTIONS)) == alone


def test_exchanging_moving_and_fixed_turns_the_shift_round() -> None:
    back = align_pair(fixed(), moving(), OPTIONS)
    assert back.verdict == "verified"
    assert shift_of(back)[2] == pytest.approx(-shift_of(found())[2], abs=0.1)
    assert shift_of(back)[:2] == pytest.approx(tuple(-one for one in shift_of(found())[:2]), abs=0.5)


@pytest.mark.parametrize("count", [5, 20])
def test_slices_cut_off_at_the_feet_leave_the_shift_as_it_is(count: int) -> None:
    shorter = align_pair(cut(moving(), count), fixed(), OPTIONS)
    assert shift_of(shorter)[2] == pytest.approx(shift_of(found())[2], abs=0.3)


@pytest.mark.parametrize("count", [5, 20])
def test_slices_that_lie_elsewhere_move_the_shift_by_as_many(count: int) -> None:
    elsewhere = replace(moving(), array=moving().array[count:])
    aligned = align_pair(elsewhere, fixed(), OPTIONS)
    assert shift_of(aligned)[2] == pytest.approx(shift_of(found())[2] + count * FIELD.spacing[0], abs=0.3)


def test_the_order_of_the_axes_in_the_file_changes_nothing() -> None:
    array, affine = fixed().array[::-1].transpose(0, 2, 1), fixed().affine[:, [0, 2, 1, 3]].copy()
    affine[:, 3] += affine[:, 0] * (len(array) - 1)
    affine[:, 0] *= -1
    other = align_pair(moving(), Volume(array, affine), OPTIONS)
    assert shift_of(other) == pytest.approx(shift_of(found()), abs=1e-6)
    assert numbers(other) == pytest.approx(numbers(found()), abs=1e-6)


def test_a_tilted_gantry_changes_little() -> None:
    """Rows that lie further back the higher the slice, as a tilted gantry writes them."""
    sheared = fixed().affine.copy()
    sheared[1, 0] = 0.2 * FIELD.spacing[0]
    array = np.stack([np.roll(plane, -round(0.2 * 3 * number / 6), 0) for number, plane in enumerate(fixed().array)])
    aligned = align_pair(moving(), Volume(array, sheared), OPTIONS)
    assert shift_of(aligned)[2] == pytest.approx(COUCH, abs=1.5)
    assert aligned.verdict == "verified"


def test_another_spacing_of_the_slices_changes_little() -> None:
    field = Field((160, 62, 80), (2.5, 6.0, 6.0), FIELD.above)
    aligned = align_pair(moving(PLAIN, field), fixed(), OPTIONS)
    assert aligned.verdict == "verified"
    assert shift_of(aligned)[2] == pytest.approx(COUCH, abs=1)


def test_another_field_of_view_and_matrix_change_little() -> None:
    field = replace(FIELD, shape=(130, 96, 104), spacing=(3.0, 4.5, 4.5), middle=(25.0, -10.0))
    aligned = align_pair(moving(PLAIN, field), fixed(), OPTIONS)
    assert aligned.verdict == "verified"
    assert shift_of(aligned)[2] == pytest.approx(COUCH, abs=1)


def test_the_same_frame_of_reference_that_the_pixels_contradict_is_for_review() -> None:
    framed = [replace(one, header={"FrameOfReferenceUID": "1.2"}) for one in (moving(), fixed())]
    asked = align_pair(framed[0], framed[1], OPTIONS)
    assert (asked.verdict, asked.reasons) == ("review", ("frame-of-reference-disagrees",))
    assert asked.words[0].startswith("The headers share a frame of reference")


def test_the_same_frame_of_reference_that_the_pixels_confirm_is_verified() -> None:
    framed = [
        replace(one, header={"FrameOfReferenceUID": "1.2"}) for one in (moving(), placed(fixed(), by=(0, 0, -COUCH)))
    ]
    assert align_pair(framed[0], framed[1], OPTIONS).verdict == "verified"


def test_a_pair_without_any_bone_is_dropped_and_its_numbers_are_told() -> None:
    soft = [replace(one, array=np.minimum(one.array, 250)) for one in (moving(), fixed())]
    alignment = align_pair(soft[0], soft[1], OPTIONS)
    assert alignment.verdict == "dropped"
    assert "bones-differ" in alignment.reasons
    parts = next(gate for gate in alignment.document()["gates"] if gate["name"] == "parts_mm")
    assert (parts["value"], parts["passed"]) == (None, False)


def test_a_scan_shorter_than_the_overlap_asked_for_is_dropped() -> None:
    short = cut(moving(), 60, 78)
    alignment = align_pair(short, fixed(), OPTIONS)
    assert (alignment.verdict, alignment.reasons) == ("dropped", ("overlap-too-short",))
    assert (alignment.shift, alignment.document()["shift_mm"]) == (None, None)
    assert alignment.gates[0].value == 54


def test_a_single_slice_is_refused() -> None:
    with pytest.raises(UnusableInput, match=r"the moving scan covers 3 mm .* give the whole series"):
        align_pair(cut(moving(), 60, 61), fixed(), OPTIONS)


def test_the_document_has_the_keys_that_were_promised() -> None:
    document = found().document()
    assert document["schema"] == SCHEMA == "fiducial.pair/1"
    assert {"verdict", "reasons", "shift_mm", "shift_xyz_mm", "overlap_mm", "gates"} <= document.keys()
    assert document["shift_mm"] == document["shift_xyz_mm"][2]
    for gate in document["gates"]:
        assert set(gate) == {"name", "value", "floor", "passed", "why"}


def test_a_coronal_layer_is_for_review_at_best() -> None:
    layers = []
    for one in (moving(), fixed(replace(CONTRAST, back=0.0))):
        at = one.array.shape[1] // 2 + 8
        layers.append(placed(replace(one, array=one.array[:, at : at + 1]), by=(0, at * FIELD.spacing[1], 0)))
    alignment = align_pair(layers[0], layers[1], OPTIONS)
    assert "one-layer" in alignment.reasons
    assert alignment.verdict in {"review", "dropped"}
    assert shift_of(alignment)[2] == pytest.approx(COUCH, abs=3)


def test_two_people_are_never_verified() -> None:
    stranger = scan(Build.draw(np.random.default_rng(5)), CONTRAST, FIELD, np.random.default_rng(6))
    assert align_pair(moving(), stranger, OPTIONS).verdict == "dropped"


def test_a_scan_of_air_is_dropped() -> None:
    air = replace(fixed(), array=np.full_like(fixed().array, -1000))
    alignment = align_pair(moving(), air, OPTIONS)
    assert alignment.verdict == "dropped"
    assert "bodies-differ" in alignment.reasons
