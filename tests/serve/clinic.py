"""A pipeline as it stands in a clinic: every bundle sealed, its key in a file that its owner alone reads."""

import socket
from pathlib import Path

import fiducial as fd
from pipelines.making import PIPELINE, write_pipeline

BUNDLES = ("first", "second", "spots", "mask")


def write_sealed(folder: Path) -> Path:
    """As ``write_pipeline``; the plain bundles are gone."""
    made = write_pipeline(folder)
    holder = fd.write_new_key(folder / "key")
    text = PIPELINE
    for name in BUNDLES:
        fd.seal_bundle(fd.pack_bundle(folder / name, folder / f"{name}.plain.fidu"), holder, folder / f"{name}.fidu")
        (folder / f"{name}.plain.fidu").unlink()
        text = text.replace(f'bundle = "{name}"', f'bundle = "{name}.fidu"\nkey = "file:{folder / "key"}"')
    made.write_text(text)
    return made


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        found: int = door.getsockname()[1]
        return found
