"""What else a reader should know of a study before looking at it."""

from pathlib import Path

from fiducial.rules.deciding import decide
from fiducial.rules.facts import Facts, Given
from fiducial.rules.file import rules_of
from fiducial.serve.database.opening import Database
from fiducial.serve.web.state import Service
from fiducial.serve.work.examining import warnings_of
from fiducial.serve.work.worker import Employment, open_worker

RULES = """
[decision]
name = "d"
version = "1"
[inputs]
scores = ["blur", "bleed"]
[[rules]]
name = "poor-quality"
when = "score(blur) >= 0.5"
[[rules]]
name = "sharp"
when = "score(blur) < 0.5"
[[rules]]
name = "told-later"
when = "score(bleed) >= 0.5"
urgency = "hours"
[[rules]]
name = "bleeding"
when = "score(bleed) >= 0.5"
conclusion = true
"""


def test_what_only_warns_is_a_flag_and_what_concludes_or_is_urgent_is_none() -> None:
    facts = Facts("s", {"blur": Given(0.9), "bleed": Given(0.9)})
    assert warnings_of(decide(rules_of(RULES), facts)) == ["poor-quality"]


def test_a_worker_that_ends_in_order_takes_its_sign_of_life_along(served: Service, database: Database) -> None:
    assert served.tuned is not None
    told = Employment("w", database.address, served.archive.folder, Path(served.tuned.pipeline.where))
    worker, sign = open_worker(told), served.archive.folder / "heartbeats" / "w.json"
    with worker._alive():
        assert sign.exists()
    worker.database.close()
    assert not sign.exists()
