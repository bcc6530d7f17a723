"""What of a study is decided about, and what else a reader should know before looking at it."""

from pathlib import Path

import pytest

from fiducial.rules.deciding import decide
from fiducial.rules.facts import Facts, Given
from fiducial.rules.file import rules_of
from fiducial.serve.database.opening import Database
from fiducial.serve.studies import ImageRow, StudyState
from fiducial.serve.web.state import Service
from fiducial.serve.work.examining import Examined, parts_of, warnings_of
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


def image(sop: str, modality: str, series: str = "1.1") -> ImageRow:
    return ImageRow(sop, series, modality, f"{sop}.dcm", "sha256:0")


def test_slices_are_one_part_a_series_and_radiographs_one_each() -> None:
    images = [image("1", "CT"), image("2", "CT"), image("3", "DX", "1.2"), image("4", "DX", "1.2")]
    assert [(one.study, len(one.paths)) for one in parts_of(images, Path("data"))] == [("1.1", 2), ("3", 1), ("4", 1)]


@pytest.mark.parametrize("modality", ["SR", "KO", "PR", "SEG", "RTSTRUCT"])
def test_a_report_of_dose_beside_a_scan_is_not_decided_about(modality: str) -> None:
    images = [image("1", "CT"), image("9", modality, "1.9")]
    assert [one.study for one in parts_of(images, Path("data"))] == ["1.1"]


def test_a_study_of_documents_alone_is_outside_and_says_why() -> None:
    found = Examined("1", 1, None, {}, ())  # type: ignore[arg-type]  # no pipeline is asked
    assert (found.state, found.reason) == (StudyState.OUTSIDE, "holds documents and no image")
