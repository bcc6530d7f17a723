"""A graph is stopped from outside, and not for good."""

from pathlib import Path
from threading import Thread
from time import sleep

import numpy as np
import pytest
from PIL import Image

import fiducial as fd
from fiducial.errors import UnusableInput
from fiducial.models.contract import Answer, Shown, Study
from fiducial.models.reading import shown_clean
from fiducial.models.stopping import Brake, braked
from models.making import write_bundle
from pipelines.making import write_slow

FOREVER = 10**12


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    Image.fromarray(np.full((8, 8), 60, np.uint8)).save(tmp_path / "a.png")
    return shown_clean(Study("a", (tmp_path / "a.png",)))


def test_a_run_that_would_take_weeks_ends_when_the_brake_is_pulled(tmp_path: Path, shown: Shown) -> None:
    brake, told = Brake(), list[Answer]()
    model = braked(fd.open_model(write_slow(tmp_path / "slow", FOREVER)), brake)
    asking = Thread(target=lambda: told.extend(model.answer([shown])), daemon=True)
    asking.start()
    sleep(0.1)
    brake.pull()
    asking.join(30)
    assert not asking.is_alive()
    assert "terminate" in str(told[0].reason)


def test_nothing_starts_after_the_brake_was_pulled(tmp_path: Path, shown: Shown) -> None:
    brake = Brake()
    brake.pull()
    assert braked(fd.open_model(write_bundle(tmp_path / "b")), brake).answer([shown])[0].reason
    with pytest.raises(UnusableInput, match="before it began"):
        brake.started()


def test_a_brake_changes_no_answer(tmp_path: Path, shown: Shown) -> None:
    model = fd.open_model(write_bundle(tmp_path / "b"))
    assert braked(model, Brake()).answer([shown])[0].scores == model.answer([shown])[0].scores


def test_one_brake_stops_one_question_alone(tmp_path: Path, shown: Shown) -> None:
    model, pulled = fd.open_model(write_bundle(tmp_path / "b")), Brake()
    pulled.pull()
    assert braked(model, pulled).answer([shown])[0].reason
    assert braked(model, Brake()).answer([shown])[0].reason is None
