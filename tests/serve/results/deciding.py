"""Studies that were decided by a real pipeline in this process, as an output is given them."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset

from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.completing import Completing
from fiducial.serve.results.contract import Made
from fiducial.serve.results.given import Given
from fiducial.serve.results.making import make_output, read_given
from fiducial.serve.studies import read_study_row
from fiducial.serve.work.worker import Employment, Worker, open_worker


def decide(pipeline: Path, folder: Path, images: Iterable[BytesIO]) -> Given:
    """What a worker decides about images of one study."""
    worker = open_worker(Employment("here", str(folder / "store.sqlite"), folder, pipeline))
    study = ask(worker, images)
    row = read_study_row(worker.database, study)
    assert row is not None
    given = read_given(worker.database, folder, row)
    worker.database.close()
    return given


def ask(worker: Worker, images: Iterable[BytesIO]) -> str:
    """Let a worker decide about images of one study; gives its UID."""
    archive = Archive(worker.database, worker.told.folder)
    (study,) = {archive.keep(one, "test").study for one in images}
    Completing(worker.database, worker.queue).complete(study)
    worker.turn()
    return study


def changed(given: Given, **part: Any) -> Given:  # noqa: ANN401  (whatever a document holds)
    """The same study with another word in the document of its first part."""
    first, *others = given.document["parts"]
    return replace(given, document=dict(given.document) | {"parts": [first | part, *others]})


def read(made: Made) -> Dataset:
    """As a viewer reads it."""
    return dcmread(BytesIO(made.content))


def one(kind: str, given: Given) -> Dataset:
    """The only file of a kind."""
    (made,) = make_output(kind, given)
    return read(made)


def edited(image: BytesIO, edit: Callable[[Dataset], object]) -> BytesIO:
    """A file with another header."""
    dataset = dcmread(image)
    edit(dataset)
    written = BytesIO()
    dcmwrite(written, dataset, enforce_file_format=True)
    written.seek(0)
    return written
