"""The page of pairs and the contact sheet, from plain data."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from fiducial.report.pair_sheet import Curve, GateLine, PairSheet, View, draw_pair_sheet, save_pair_sheet
from fiducial.report.pairs import PairCard, save_pairs_page

GATE = {"name": "overlap_mm", "value": 41.239, "bound": "at least 60", "passed": False, "why": "less is any body"}
VERIFIED = PairCard("0001", "p1", "verified", (), -172.62, 210.4, (), "pairs/0001/sheet.png")
DROPPED = PairCard("0002", "<p2>", "dropped", ("Too short.",), 3.0, 41.2, (GATE,), "pairs/0002/sheet.png")
FAILED = PairCard("0003", "p3", "failed", ("a.nii: is cut off.",), None, None, (), None)


def page(folder: Path, *cards: PairCard) -> str:
    save_pairs_page(list(cards), folder / "index.html")
    return (folder / "index.html").read_text(encoding="utf-8")


def test_in_and_out_are_counted(tmp_path: Path) -> None:
    text = page(tmp_path, VERIFIED, DROPPED, FAILED, VERIFIED)
    assert "4 pairs in, 2 out" in text
    assert "2 verified, 0 for review, 1 dropped, 1 that could not be read or used" in text


def test_one_pair_is_one_pair(tmp_path: Path) -> None:
    text = page(tmp_path, VERIFIED)
    assert "1 pair in, 1 out" in text
    assert "could not be read" not in text


def test_those_that_did_not_pass_come_first(tmp_path: Path) -> None:
    text = page(tmp_path, VERIFIED, DROPPED, FAILED)
    assert text.index("a.nii: is cut off.") < text.index("Too short.") < text.index("-172.6")


def test_each_pair_has_its_picture_its_numbers_and_its_reason(tmp_path: Path) -> None:
    text = page(tmp_path, DROPPED)
    assert 'src="pairs/0002/sheet.png"' in text
    assert '<td>41.2</td><td class="bound">at least 60</td><td>no</td><td>less is any body</td>' in text
    assert text.count("Too short.") == 2


def test_names_are_text_and_no_markup(tmp_path: Path) -> None:
    assert "&lt;p2&gt;" in page(tmp_path, DROPPED)


def test_a_pair_that_failed_has_no_picture(tmp_path: Path) -> None:
    assert "<img" not in page(tmp_path, FAILED)


def test_a_number_that_could_not_be_measured_is_none(tmp_path: Path) -> None:
    assert "<td>none</td>" in page(tmp_path, replace(DROPPED, gates=({**GATE, "value": None},)))


def test_what_was_odd_about_the_files_is_told(tmp_path: Path) -> None:
    assert "scout.dcm: left out, is a localizer." in page(
        tmp_path, replace(VERIFIED, notes=("moving: scout.dcm: left out, is a localizer.",))
    )


def test_the_page_says_that_it_is_no_medical_device(tmp_path: Path) -> None:
    assert "medical device" in page(tmp_path, VERIFIED)


PLANE = np.linspace(-200, 400, 48 * 40).reshape(48, 40)
SHEET = PairSheet(
    "0001, p1: verified",
    "verified",
    "moved by -172.6 mm",
    tuple(
        View(name, PLANE, PLANE[::-1], "RLAP", (5.0, 30.0) if name != "axial" else None)
        for name in ("axial", "coronal")
    ),
    (Curve("bone", np.arange(10.0), np.linspace(0, 1, 10)),),
    (3.0, 0.9),
    (7.0, 0.4),
    np.eye(12, dtype=np.float32),
    (1.0, 0.0),
    (GateLine("overlap_mm", "210", "at least 60", passed=True), GateLine("slope", "0.2", "at most 0.03", passed=False)),
)


def words(figure: Any) -> set[str]:  # noqa: ANN401  (a figure or a part of one, whose types are partly unknown)
    found = {text.get_text() for axes in figure.axes for text in axes.texts}
    found |= {axes.get_title() for axes in figure.axes} | {axes.get_xlabel() for axes in figure.axes}
    for axes in figure.axes:
        found |= {cell.get_text().get_text() for table in axes.tables for cell in table.get_celld().values()}
        legend = axes.get_legend()
        found |= {text.get_text() for text in legend.get_texts()} if legend else set()
    return found


def drawn(sheet: PairSheet) -> set[str]:
    figure = draw_pair_sheet(sheet)
    return words(figure) | {word for part in figure.subfigs for word in words(part)}


def test_the_sheet_shows_both_scans_the_checkerboard_the_curve_the_ridge_and_the_gates() -> None:
    found = drawn(SHEET)
    assert {"fixed, axial", "moving, moved there", "checkerboard of both", "fixed, coronal", "moving, coronal"} <= found
    assert {"best: 3.0 mm, 0.90", "second: 0.40", "slope 1.00", "which slices look alike"} <= found
    assert {"R", "L", "A", "P"} <= found
    assert {"overlap_mm", "at least 60", "kept", "at most 0.03", "missed"} <= found


def test_a_sheet_without_a_place_is_drawn_too(tmp_path: Path) -> None:
    empty = replace(SHEET, verdict="dropped", curves=(), best=None, second=None, ridge=None, line=None, gates=())
    save_pair_sheet(empty, tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as image:
        assert image.format == "PNG"


def test_every_verdict_has_its_colour() -> None:
    for verdict in ("verified", "dropped", "review"):
        assert "kept" in drawn(replace(SHEET, verdict=verdict))
