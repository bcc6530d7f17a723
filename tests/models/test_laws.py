"""Every model obeys the laws: bundles of every task, a server, a function, a finished table."""

from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl
import pytest

import fiducial as fd
from fiducial.scans.scan import Scan
from models.kinds import OF_IMAGES, OF_VOLUMES
from models.laws import obeys_the_laws, works_in_processes
from models.making import CLASSIFIER, bright_graph, write_bundle
from models.pictures import GREYS, images, volumes
from models.server import serving


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    images(tmp_path).write_csv(tmp_path / "cohort.csv")
    return tmp_path / "cohort.csv"


@pytest.fixture
def stacks(tmp_path: Path) -> Path:
    volumes(tmp_path).write_csv(tmp_path / "cohort.csv")
    return tmp_path / "cohort.csv"


def brightness(scan: Scan) -> Mapping[str, float]:
    return {"bright": float(scan.array.mean()) / 255}


@pytest.mark.parametrize("kind", OF_IMAGES.values(), ids=OF_IMAGES)
def test_a_bundle_of_images(kind: Callable[[Path], Path], pictures: Path, tmp_path: Path) -> None:
    bundle = kind(tmp_path / "bundle")
    obeys_the_laws(fd.open_model(bundle), pictures)
    assert set(works_in_processes(bundle, pictures, tmp_path).failed) == {"s2"}


@pytest.mark.parametrize("kind", OF_VOLUMES.values(), ids=OF_VOLUMES)
def test_a_bundle_of_volumes(kind: Callable[[Path], Path], stacks: Path, tmp_path: Path) -> None:
    bundle = kind(tmp_path / "bundle")
    obeys_the_laws(fd.open_model(bundle), stacks)
    assert set(works_in_processes(bundle, stacks, tmp_path).failed) == {"s2"}


def test_a_bundle_whose_graph_is_on_a_server(pictures: Path, tmp_path: Path) -> None:
    with serving(bright_graph()) as url:
        text = CLASSIFIER.replace('file = "model.onnx"', f'url = "{url}"\ninput = "image"')
        bundle = write_bundle(tmp_path / "bundle", text)
        obeys_the_laws(fd.open_model(bundle), pictures)
        works_in_processes(bundle, pictures, tmp_path)


def test_a_function(pictures: Path, tmp_path: Path) -> None:
    model = fd.CallableModel("mean", ("bright",), brightness)
    obeys_the_laws(model, pictures)
    assert set(works_in_processes(model, pictures, tmp_path).failed) == {"s2"}


def test_a_finished_table(pictures: Path, tmp_path: Path) -> None:
    told = pl.DataFrame({"study": [f"s{n}" for n in (0, 1, 3, 4)], "score": [GREYS[n] / 100 for n in (0, 1, 3, 4)]})
    model = fd.TableModel.read(told, finding="bright")
    obeys_the_laws(model, pictures)
    assert works_in_processes(model, pictures, tmp_path).failed == {"s2": "the predictions table has no row for it"}
