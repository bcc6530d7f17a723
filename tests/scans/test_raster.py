"""PNG and JPEG: upright, whole, and not larger than is safe."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fiducial.errors import UnusableInput
from fiducial.scans.read import read_scan
from fiducial.scans.scan import Array

RAMP = np.arange(24, dtype=np.uint8).reshape(4, 6)


def saved(path: Path, pixels: Array = RAMP, exif: Image.Exif | None = None) -> Path:
    Image.fromarray(pixels).save(path, exif=exif or Image.Exif())
    return path


def test_grey_pixels_come_back_as_they_were(tmp_path: Path) -> None:
    scan = read_scan(saved(tmp_path / "a.png"))
    assert scan.array.tolist() == [RAMP.tolist()]


def test_sixteen_bits_stay_sixteen_bits(tmp_path: Path) -> None:
    deep = RAMP.astype(np.uint16) * 1000
    assert read_scan(saved(tmp_path / "a.png", deep)).array.tolist() == [deep.tolist()]


def test_colour_has_a_last_axis(tmp_path: Path) -> None:
    assert read_scan(saved(tmp_path / "a.png", np.zeros((4, 6, 3), np.uint8))).array.shape == (1, 4, 6, 3)


def test_transparency_is_dropped(tmp_path: Path) -> None:
    assert read_scan(saved(tmp_path / "a.png", np.zeros((4, 6, 4), np.uint8))).array.shape == (1, 4, 6, 3)


def test_an_image_lying_on_its_side_is_turned_as_exif_says(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise
    path = saved(tmp_path / "a.png", exif=exif)
    assert read_scan(path).array[0].tolist() == np.rot90(RAMP, -1).tolist()


@pytest.mark.parametrize("compression", [None, "tiff_lzw"])
def test_a_tiff_lying_on_its_side_is_turned_too(tmp_path: Path, compression: str | None) -> None:
    Image.fromarray(RAMP).save(tmp_path / "a.tif", tiffinfo={0x0112: 6}, compression=compression)
    assert read_scan(tmp_path / "a.tif").array[0].tolist() == np.rot90(RAMP, -1).tolist()


def test_pages_are_slices(tmp_path: Path) -> None:
    page = Image.fromarray(RAMP)
    page.save(tmp_path / "a.tif", save_all=True, append_images=[page, page])
    assert read_scan(tmp_path / "a.tif").array.shape == (3, 4, 6)


def test_the_content_decides_and_not_the_name(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.png")
    assert read_scan(path.rename(tmp_path / "a.dcm")).array.shape == (1, 4, 6)


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_a_cut_off_image_is_refused(tmp_path: Path, suffix: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64), dtype=np.uint8)
    path = saved(tmp_path / f"a{suffix}", noise)
    path.write_bytes(path.read_bytes()[:-700])
    with pytest.raises(UnusableInput, match=r"is cut off .* copy the file again"):
        read_scan(path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    with pytest.raises(UnusableInput, match="is empty"):
        read_scan(tmp_path / "a.png")


def test_another_format_under_the_name_of_an_image_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"PK\x03\x04 and so on")
    with pytest.raises(UnusableInput, match="is no image of the formats PNG, JPEG, BMP, TIFF"):
        read_scan(tmp_path / "a.png")


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="no such file"):
        read_scan(tmp_path / "a.png")


def test_an_image_as_large_as_a_decompression_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20)
    with pytest.raises(UnusableInput, match="too large to be opened safely"):
        read_scan(path)


@pytest.mark.real
def test_the_truncated_fracture_images_are_refused(real_data: Path) -> None:
    paths = list((real_data / "fracture_fracatlas" / "truncated").iterdir())
    assert len(paths) == 8
    for path in paths:
        with pytest.raises(UnusableInput, match="is cut off"):
            read_scan(path)
