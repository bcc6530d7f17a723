"""``fiducial explain`` as a stranger meets it."""

import json
from pathlib import Path

from PIL import Image

from audit.probes.making import write_case
from cli.conftest import Run


def test_pictures_are_written_for_the_studies_that_can_be_read(fiducial: Run, tmp_path: Path) -> None:
    write_case(tmp_path)
    first, second = sorted(tmp_path.glob("*.dcm"))[:2]
    second.write_bytes(b"no image")
    done = fiducial(
        "explain", "bundle", "cohort.csv", "--out", "why", "--study", first.stem, "--study", second.stem, "--json"
    )
    told = json.loads(done.stdout)
    assert done.returncode == 5
    assert [one["study"] for one in told["failed"]] == [second.stem]
    assert told["pictures"] == [{"study": first.stem, "path": "0001.png"}]
    with Image.open(tmp_path / "why" / "0001.png") as picture:
        assert picture.size[0] > 800


def test_an_unknown_study_is_answered_with_the_nearest(fiducial: Run, tmp_path: Path) -> None:
    write_case(tmp_path)
    done = fiducial("explain", "bundle", "cohort.csv", "--out", "why", "--study", "PH-A-00011")
    assert done.returncode == 2
    assert "Did you mean 'PH-A-0001_1'" in done.stderr
