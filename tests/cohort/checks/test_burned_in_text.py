"""Markers that go with a label are told, also where only one site does it; tags that contradict, too."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from cohort.checks.making import cohort_of, paths, severities
from fiducial.cohort.build import build_cohort
from fiducial.cohort.checks.burned_in_text import BurnedInText
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.layouts.contract import Source, Unit
from fiducial.phantoms.hidden_faults import Planted, write_hospitals_with_hidden_faults

N = 400
LABEL = np.random.default_rng(4).random(N) < 0.4


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return write_hospitals_with_hidden_faults(tmp_path_factory.mktemp("hospitals"), seed=3, patients=60)


def found_for(places: list[str], rows: dict[str, list[Any]] | None = None, **files: list[Any]) -> list[Finding]:
    n = len(places)
    given: dict[str, list[Any]] = {
        "path": [f"{i}.png" for i in range(n)],
        "study": [f"s{i}" for i in range(n)],
        "overlay_boxes": [int(bool(place)) for place in places],
        "overlay_places": places,
        **files,
    }
    return list(BurnedInText().examine(cohort_of(rows or {"age": [1] * n}, given)))


def test_slices_that_were_not_searched_are_told_and_not_counted_as_clear() -> None:
    thumbnail = bytes(1024)
    marked, passed_by = found_for(["top left", "", ""], overlay_boxes=[1, 0, None], thumbnail=[thumbnail] * 3)
    assert "1 of 2 images (50.0%)" in marked.message
    assert passed_by.message.startswith("1 slice of CT, MR or PET, not searched for letters")


def test_a_cohort_of_slices_alone_is_not_told_to_read_its_images_and_keeps_its_overlays() -> None:
    thumbnails = [bytes(1024)] * 2
    planes, passed_by = found_for(["", ""], overlay_planes=[1, 0], overlay_boxes=[None] * 2, thumbnail=thumbnails)
    assert planes.message.startswith("1 file has DICOM overlays")
    assert passed_by.message.startswith("2 slices of CT, MR or PET, not searched for letters")


def test_a_slice_that_was_not_searched_and_says_that_it_bears_text_is_a_warning() -> None:
    tags = {"tag.BurnedInAnnotation": ["YES", "NO"]}
    annotated, _ = found_for(["", ""], tags, overlay_boxes=[None] * 2, thumbnail=[bytes(1024)] * 2)
    assert (annotated.severity, paths(annotated)) == (Severity.WARNING, ["0.png"])


def labelled(**more: list[Any]) -> dict[str, list[Any]]:
    return {"patient": [f"p{i}" for i in range(N)], "label.mass": LABEL.astype(int).tolist(), **more}


def test_marked_images_are_counted_with_their_places() -> None:
    [finding] = found_for(["top left", "top left, right", "", ""])
    assert finding.severity is Severity.NOTE
    assert "2 of 4 images (50.0%)" in finding.message
    assert "top left in 2, right in 1" in finding.message
    assert paths(finding) == ["0.png", "1.png"]


def test_a_marker_on_the_ill_is_an_error() -> None:
    found = found_for(["top left" if ill else "" for ill in LABEL], labelled())
    assert severities(found)[0] is Severity.ERROR
    assert found[0].message.startswith("Whether a marker shows predicts mass with AUROC 1.00")
    assert f"{LABEL.sum()} of {LABEL.sum()} marked rows bear it, 0 of " in found[0].message


def test_a_marker_whose_place_goes_with_the_label_is_an_error() -> None:
    found = found_for(["top left" if ill else "top right" for ill in LABEL[:-1]] + [""], labelled())
    assert found[0].message.startswith("Where a marker lies predicts mass")


def test_markers_without_regard_to_the_label_are_only_counted() -> None:
    chance = np.random.default_rng(5).random(N) < 0.5
    assert severities(found_for(["top left" if marked else "" for marked in chance], labelled())) == [Severity.NOTE]


def test_what_one_of_several_sites_does_is_told_of_that_site() -> None:
    site = np.array(["A"] * 100 + ["B"] * 300)
    chance = np.random.default_rng(6).random(N) < 0.5
    marked = np.where(site == "A", LABEL, chance)
    found = found_for(["right" if one else "" for one in marked], labelled(site=site.tolist()))
    assert any(
        one.severity is Severity.ERROR and one.message.startswith("Whether a marker shows at A predicts mass")
        for one in found
    )
    assert not any(" at B " in one.message for one in found)


def test_a_header_that_denies_text_and_one_that_invents_it_are_named() -> None:
    tags = {"tag.BurnedInAnnotation": ["NO", "NO", "yes"]}
    denied, invented = found_for(["top left", "", ""], tags)[:2]
    assert (paths(denied), denied.severity) == (["0.png"], Severity.NOTE)
    assert (paths(invented), invented.severity) == (["2.png"], Severity.WARNING)
    assert "1 of 2 images show letters" in denied.message


def test_overlay_planes_are_named() -> None:
    [finding] = found_for(["", ""], overlay_planes=[2, 0])
    assert "1 file has DICOM overlays" in finding.message


def test_without_pixels_a_note_says_so() -> None:
    assert severities(list(BurnedInText().examine(cohort_of({"age": [1]})))) == [Severity.NOTE]


def test_the_marker_of_alder_is_found_on_every_image_that_has_one(planted: Planted) -> None:
    cohort = build_cohort(Source(planted.folder, Unit.IMAGE, planted.labels)).cohort
    assert cohort.files is not None
    marked = cohort.files.filter(pl.col("overlay_boxes") > 0)["path"].to_list()
    assert set(marked) == set(planted.truth.filter(pl.col("marker").is_not_null())["path"])
    told = [one for one in BurnedInText().examine(cohort) if " at Alder predicts opacity" in one.message]
    assert [one.severity for one in told] == [Severity.WARNING]  # 24 patients; with more it is an error


@pytest.mark.real
def test_most_chests_show_a_marker_and_few_limbs_do(real_data: Path) -> None:
    cohort = build_cohort(Source(real_data / "cxr_nih14", unit=Unit.IMAGE)).cohort
    *_, counted = BurnedInText().examine(cohort)
    assert counted.figure is not None
    assert counted.figure.value > 0.55
