"""A bundle that is damaged: no service starts with it, and none that runs changes over to it."""

from pathlib import Path

import pytest

import fiducial as fd
from fiducial.errors import UnusableInput
from fiducial.serve.service import ServiceOptions, open_service
from fiducial.serve.settings.opening import open_settings
from fiducial.serve.work.choosing import change_setting
from fiducial.serve.work.worker import Employment, open_worker
from pipelines.making import ALONE, ONE_RULE, write_pipeline


def flipped(folder: Path) -> Path:
    """A packed bundle of which one bit is another."""
    made = write_pipeline(folder, ALONE.replace('"first"', '"first.fidu"'), ONE_RULE)
    bundle = fd.pack_bundle(folder / "first", folder / "first.fidu")
    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 1
    bundle.write_bytes(bytes(content))
    return made


def cut_off(folder: Path) -> Path:
    made = flipped(folder)
    bundle = folder / "first.fidu"
    bundle.write_bytes(bundle.read_bytes()[:-200])
    return made


def lacking(folder: Path) -> Path:
    """A bundle as a folder without its weights."""
    made = write_pipeline(folder, ALONE, ONE_RULE)
    for weights in (folder / "first").glob("*.onnx"):
        weights.unlink()
    return made


DAMAGED = pytest.mark.parametrize("damaged", [flipped, cut_off, lacking])


@DAMAGED
def test_no_service_starts_with_a_damaged_bundle_and_the_file_is_named(damaged: object, tmp_path: Path) -> None:
    made = damaged(tmp_path / "p")  # type: ignore[operator]  # one of the three above
    with pytest.raises(UnusableInput, match="first"), open_service(made, ServiceOptions(tmp_path / "data")):
        pass
    assert not (tmp_path / "data" / "store.sqlite").exists()


@DAMAGED
def test_a_damaged_bundle_is_refused_as_a_setting_and_the_old_goes_on(damaged: object, tmp_path: Path) -> None:
    place = write_pipeline(tmp_path / "good")
    worker = open_worker(Employment("here", str(tmp_path / "store.sqlite"), tmp_path, place))
    made = damaged(tmp_path / "bad")  # type: ignore[operator]  # as above
    with open_settings(worker.told.store) as revisions, pytest.raises(UnusableInput, match="first"):
        change_setting(revisions, "pipeline", str(made), author="Dr Roe", reason="new models")
    worker.settings.refresh()
    assert worker.tuned.by(worker.settings.snapshot())[0].name == "small"
    worker.database.close()
