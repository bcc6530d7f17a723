"""A package of somebody else's, installed for the length of one test: what a plugin of ours would look like to us."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fiducial import plugins


@contextmanager
def installed(folder: Path, kind: str, name: str, code: str) -> Iterator[None]:
    """``code`` as the module ``outsider`` with the class ``Member``, declared under an entry point as pip writes it."""
    (folder / "outsider.py").write_text(code)
    told = folder / "outsider-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: outsider\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text(f"[fiducial.{kind}]\n{name} = outsider:Member\n")
    with pytest.MonkeyPatch.context() as here:
        here.syspath_prepend(folder)
        here.delitem(sys.modules, "outsider", raising=False)
        plugins._declared.cache_clear()
        try:
            yield
        finally:
            here.undo()
            plugins._declared.cache_clear()
