"""Where the body lies and how wide the borders are is told where it goes with the label or with the site."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fiducial as fd
from cohort.checks.making import cohort_of, severities
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.geometry import Geometry

N = 200
DRAW = np.random.default_rng(7)
LABEL = DRAW.random(N) < 0.4
SITE = np.where(DRAW.random(N) < 0.5, "A", "B")


def found_for(rows: dict[str, list[Any]] | None = None, **files: list[Any]) -> list[Finding]:
    given = {"patient": [f"p{i}" for i in range(N)], "label.mass": LABEL.astype(int).tolist(), "site": SITE.tolist()}
    plain = {
        "study": [f"s{i}" for i in range(N)],
        "path": [f"{i}.png" for i in range(N)],
        "body_row": DRAW.normal(0.5, 0.1, N).tolist(),
        "field_width": [350.0] * N,
    }
    return list(Geometry().examine(cohort_of(given | (rows or {}), plain | files)))


def test_a_position_that_goes_with_nothing_is_no_finding() -> None:
    assert not found_for()


def test_a_border_that_goes_with_the_label_gives_it_away() -> None:
    [finding] = found_for(border_black=np.where(LABEL, 0.02, 0.0).tolist())
    assert finding.severity is Severity.ERROR
    assert finding.message.startswith("The width of a black border alone predicts mass with AUROC 1.00")


def test_a_field_of_view_that_goes_with_the_site_is_a_warning() -> None:
    [finding] = found_for(field_width=np.where(SITE == "A", 350.0, 400.0).tolist())
    assert finding.severity is Severity.WARNING
    assert finding.message.startswith("The geometry of the image tells the site (AUROC against all others): site ")
    assert "by the width of the field of view in mm 1.00" in finding.message


def test_two_scanners_are_told_apart_as_sites_are() -> None:
    scanner = np.where(SITE == "A", "old", "new").tolist()
    found = found_for({"site": ["A"] * N, "scanner": scanner}, body_row=np.where(SITE == "A", 0.4, 0.6).tolist())
    assert ["tells the scanner" in one.message for one in found] == [True]


def test_a_table_of_files_that_were_never_measured_is_a_note() -> None:
    found = list(
        Geometry().examine(cohort_of({"label.mass": LABEL.astype(int).tolist()}, {"study": ["s0"], "path": ["a"]}))
    )
    assert severities(found) == [Severity.NOTE]
    assert found[0].message.startswith("Not checked: no geometry was measured")


@pytest.mark.real
def test_the_maker_shows_in_the_field_of_view_of_the_siim_slices(real_data: Path) -> None:
    folder = real_data / "ct_slices_siim"
    columns = {"label.contrast": "contrast_label", "patient": "patient_id", "scanner": "manufacturer"}
    cohort = fd.build_cohort(fd.Source(folder / "dicom", fd.Unit.IMAGE, folder / "metadata.csv", columns, 1)).cohort
    assert cohort.files is not None
    fields = cohort.files["field_width"]
    assert fields.null_count() == 0
    assert 200 < float(fields.min()) < float(fields.max()) <= 500.1  # type: ignore[arg-type]  # a Float64 column
