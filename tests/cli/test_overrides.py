"""``fiducial overrides``."""

from pathlib import Path

from cli.conftest import Run
from fiducial.rules.overrides import read_overrides
from fiducial.serve.database.opening import open_database
from fiducial.serve.overrides import Reviews, Said
from pipelines.making import write_pipeline
from serve.making import STUDY, answer, radiograph, service_of


def test_what_readers_set_right_becomes_a_table(fiducial: Run, tmp_path: Path) -> None:
    database = open_database(tmp_path / "data" / "store.sqlite")
    service = service_of(database, tmp_path / "data", write_pipeline(tmp_path / "pipeline"))
    answer(service, radiograph())
    said = Said(1, "1.2.3.1.1", "rule(is-bright)", to=False, reason="artefact")
    Reviews(database).override(STUDY, said, "Dr Roe")
    database.close()
    done = fiducial("overrides", "out.csv", "--data", "data")
    assert (done.returncode, done.stderr.strip()) == (0, "out.csv: 1 overrides. Not a medical device.")
    assert read_overrides(tmp_path / "out.csv")["reader"].to_list() == ["Dr Roe"]


def test_without_a_store_it_says_where_one_is_made(fiducial: Run) -> None:
    done = fiducial("overrides", "out.csv")
    assert (done.returncode, "`fiducial serve` makes one" in done.stderr) == (4, True)


def test_a_table_of_another_kind_is_refused(fiducial: Run) -> None:
    assert fiducial("overrides", "out.xlsx").returncode != 0
