"""What one pane of the reader asks the server for."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from fiducial.phantoms.ct_series import write_ct_series
from fiducial.scans.volume import Volume
from fiducial.serve.database.opening import Database
from fiducial.serve.studies import read_images
from fiducial.serve.web.app import make_app
from fiducial.serve.web.state import Service
from pipelines.making import PIPELINE, write_pipeline
from serve.making import STUDY, answer, radiograph, service_of

PANE = f"/studies/{STUDY}/reader/1.2.3.1.1"


def _slices(volume: Volume, folder: Path) -> Iterator[Path]:
    return (path for path in write_ct_series(volume, folder / "ct").rglob("*") if path.is_file())


def picture(client: TestClient, path: str) -> npt.NDArray[np.uint8]:
    reply = client.get(f"{PANE}/{path}")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "image/png"), reply.text
    return np.asarray(Image.open(BytesIO(reply.content)))


def test_a_pane_knows_slices_windows_boxes_and_marks(client: TestClient) -> None:
    told = client.get(f"{PANE}/pane").json()
    assert (told["slices"], told["rows"], told["columns"]) == (1, 16, 16)
    assert told["windows"][0]["width"] > 0
    assert {box["finding"] for box in told["boxes"]} == {"spot"}
    assert {"kind": "mask", "model": "mask", "finding": "bright", "label": "bright (mask)"} in told["overlays"]


def test_boxes_that_a_rule_counted_are_told_apart(client: TestClient) -> None:
    boxes = client.get(f"{PANE}/pane").json()["boxes"]
    assert all(box["counts"] == (box["score"] >= 0.5) for box in boxes)


def test_a_slice_is_drawn_in_the_window_that_is_asked_for(client: TestClient) -> None:
    assert picture(client, "slices/0.png?center=200&width=100")[3, 3] == 127
    assert picture(client, "slices/0.png?center=50&width=100")[3, 3] == 255


@pytest.mark.parametrize("kind", ["kind=mask&model=mask&finding=bright", "kind=heat&model=first&finding=bright"])
def test_marks_lie_over_the_image(client: TestClient, kind: str) -> None:
    assert picture(client, f"overlays/0.png?{kind}").shape == (16, 16, 4)


def test_what_a_model_was_given_can_be_looked_at(client: TestClient) -> None:
    assert picture(client, "prepared/0.png?model=first").ndim == 2
    models = {one["name"]: one["preparation"] for one in client.get(f"{PANE}/pane").json()["models"]}
    assert models["first"].startswith("window (windows ")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("slices/5.png?center=1&width=1", 404),
        ("slices/0.png", 422),
        ("overlays/0.png?kind=mask&model=none&finding=bright", 422),
        ("prepared/0.png?model=none", 404),
        ("prepared/0.png?model=first&channel=9", 404),
    ],
)
def test_what_is_not_there_is_refused(client: TestClient, path: str, status: int) -> None:
    assert client.get(f"{PANE}/{path}").status_code == status


def test_a_part_of_another_study_is_not_shown(client: TestClient) -> None:
    assert client.get("/studies/1.7/reader/1.2.3.1.1/pane").status_code == 404


def test_pixels_stay_in_the_browser_of_who_looks(client: TestClient) -> None:
    assert client.get(f"{PANE}/slices/0.png?center=1&width=1").headers["cache-control"].startswith("private")


def test_no_mark_is_drawn_where_no_model_was_asked(database: Database, tmp_path: Path) -> None:
    heads = write_pipeline(tmp_path / "heads", text=f"{PIPELINE}\n[entry]\nbody_part = ['HEAD']\n")
    service = service_of(database, tmp_path / "data", heads)
    answer(service, radiograph())
    client = TestClient(make_app(service))
    assert "<b>Outside the claim.</b>" in client.get(f"/studies/{STUDY}/reader").text
    told = client.get(f"{PANE}/pane").json()
    assert (told["slices"], told["boxes"], told["overlays"], told["models"]) == (1, [], [], [])


def test_a_series_opens_with_the_window_and_the_sides_of_its_headers(
    client: TestClient, served: Service, tmp_path: Path
) -> None:
    volume = Volume(np.full((4, 8, 8), -600, np.int16), np.diag([5.0, 2.0, 1.0, 1.0])[[2, 1, 0, 3]])
    studies = {
        served.archive.keep(BytesIO(path.read_bytes()), "test").study for path in sorted(_slices(volume, tmp_path))
    }
    (study,) = studies
    (series,) = {row.series for row in read_images(served.database, study)}
    told = client.get(f"/studies/{study}/reader/{series}/pane").json()
    assert (told["slices"], told["unit"], told["aspect"]) == (4, "HU", 2.0)
    assert "Lung" in [one["name"] for one in told["windows"]]
    reply = client.get(f"/studies/{study}/reader/{series}/slices/2.png?center=-600&width=1500")
    assert np.asarray(Image.open(BytesIO(reply.content)))[0, 0] == 127
