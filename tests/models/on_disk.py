"""Small bundles on disk, packed and sealed, and the damage that tests do to them."""

from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

from fiducial.models.keyholders.environment import Environment
from fiducial.models.packing import pack_bundle
from fiducial.models.sealing import seal_bundle

FILES: Mapping[str, bytes] = {
    "bundle.toml": b"schema = 1\n",
    "claims/fracture.toml": b"[claim]\n",
    "graphs/one.onnx": bytes(range(256)),
}
KEY, OTHER_KEY = "0f" * 32, "1e" * 32
HOLDER, OTHER = Environment("FIDUCIAL_TEST_KEY"), Environment("FIDUCIAL_OTHER_KEY")
FRAME = 512  # bytes: a small bundle in a few frames


def folder_of(place: Path, files: Mapping[str, bytes] = FILES) -> Path:
    for name, content in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return place


def packed_in(place: Path, files: Mapping[str, bytes] = FILES) -> Path:
    return pack_bundle(folder_of(place / "folder", files), place / "model.fidu")


def sealed_in(place: Path) -> Path:
    return seal_bundle(packed_in(place), HOLDER, place / "sealed.fidu", frame_size=FRAME)


def zip_of(place: Path, *names: str, compression: int = 0) -> Path:
    """A zip that somebody else made, with a manifest and some names."""
    path = place / "other.fidu"
    with ZipFile(path, "w", compression) as archive:
        for name in ("bundle.toml", *names):
            archive.writestr(name, b"x" * 100)
    return path


def flipped(content: bytes, position: int, bit: int = 0) -> bytes:
    """The same bytes with one bit changed."""
    changed = bytearray(content)
    changed[position] ^= 1 << bit
    return bytes(changed)
