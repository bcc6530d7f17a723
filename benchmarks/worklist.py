"""The worklist over a hundred thousand studies, and a slice: what a reader waits for."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from fastapi.testclient import TestClient

from benchmarks.timing import Row, best_of
from fiducial.claims.catalogue.entry import Urgency
from fiducial.models.contract import Shown, Study
from fiducial.scans.scan import Scan
from fiducial.serve.database.opening import Database, open_database
from fiducial.serve.database.schema import STUDIES
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.completing import Completing
from fiducial.serve.queue.queue import Queue
from fiducial.serve.settings.declared import Catalogue
from fiducial.serve.settings.live import LiveSettings
from fiducial.serve.settings.revisions import Revisions
from fiducial.serve.studies import StudyState
from fiducial.serve.viewing.drawing import grey_png
from fiducial.serve.viewing.seen import Seen
from fiducial.serve.viewing.windows import Window
from fiducial.serve.web.app import make_app
from fiducial.serve.web.state import Service

STUDIES_THERE = 100_000
_ASKED = {
    "opens": {"show": "unread"},
    "page 1,000": {"show": "unread", "page": "1000"},
    "all of them": {"show": "all"},
    "filter: failed": {"state": "failed"},
    "filter: MR within minutes": {"modality": "MR", "urgency": "minutes"},
    "search: a name": {"text": "roe 77777"},
    "search: nothing found": {"text": "nobody"},
}


def worklist() -> Iterator[Row]:
    """Whole answers of the server, without the browser: SQLite, 100,000 studies, nine in ten reviewed by nobody."""
    with _filled() as client:
        for what, fields in _ASKED.items():
            seconds = best_of(partial(client.post, "/worklist/search", data=fields))
            yield Row(f"worklist of {STUDIES_THERE:,}, {what}", seconds, "", None, "under 0.3 s")
    for what, rows, columns in (("slice", 512, 512), ("radiograph", 2500, 2048)):
        seen = _seen(rows, columns)
        for side in (1024, 4096):
            seconds = best_of(partial(_drawn, seen, side))
            yield Row(f"{what} {rows} x {columns} as PNG of at most {side}", seconds, "", None, "under 0.05 s")


def _drawn(seen: Seen, side: int) -> bytes:
    return grey_png(seen.grey(0, Window("", 500, 800)), side)


def _seen(rows: int, columns: int) -> Seen:
    """Noise, of which a PNG is as large as it can be."""
    scan = Scan(np.random.default_rng(0).normal(500, 90, (1, rows, columns)).astype(np.int16), None, {})
    return Seen(Shown(Study("noise", ()), lambda: scan))


@contextmanager
def _filled() -> Iterator[TestClient]:
    with TemporaryDirectory() as folder:
        database = open_database(Path(folder) / "store.sqlite")
        _fill(database)
        queue, revisions = Queue(database), Revisions(database, Catalogue())
        revisions.begin()
        completing = Completing(database, queue, "none")
        service = Service(
            "none", database, queue, Archive(database, Path(folder)), completing, revisions, LiveSettings(revisions)
        )
        yield TestClient(make_app(service))
        database.close()


def _fill(database: Database) -> None:
    generator = np.random.default_rng(0)
    states = [StudyState.DECIDED] * 17 + [StudyState.FAILED, StudyState.OUTSIDE, StudyState.RECEIVING]
    rows = [
        {
            "uid": f"1.2.{number}", "revision": 1, "received": 1e9 + number, "changed": 1e9 + number, "complete": True,
            "images": 1, "patient_id": f"P{number // 2}", "patient_name": f"Roe {number}^Ann", "description": "Chest",
            "modality": ("CT", "DX", "MR")[number % 3], "source": "bench", "state": states[number % 20],
            "urgency": tuple(Urgency)[number % 4], "certain": True, "why": "opacity 0.91 over 0.80, rule opacity",
            "place": None if number % 20 == 19 else float(generator.random() * 16), "due": 1e9 + number,
            "review": "accepted" if number % 10 == 0 else None,
        }
        for number in range(STUDIES_THERE)
    ]  # fmt: skip
    with database.writing(durable=False) as connection:
        connection.execute(STUDIES.insert(), rows)


if __name__ == "__main__":
    for one in worklist():
        print(one.markdown())
