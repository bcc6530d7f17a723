"""Pipelines and rules that are changed while the service runs: tried before they hold, and recorded where they held."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.completing import Completing
from fiducial.serve.queue.reading import read_result
from fiducial.serve.settings.opening import open_settings
from fiducial.serve.studies import read_study_row
from fiducial.serve.work.choosing import change_setting, roll_back_setting
from fiducial.serve.work.worker import Employment, Worker, open_worker
from pipelines.making import ALONE, DECISION, ONE_RULE, write_pipeline
from serve.making import radiograph

OTHER = DECISION.replace('name = "small"', 'name = "other"').replace("value = 0.6", "value = 0.9999")


@pytest.fixture
def worker(pipeline: Path, tmp_path: Path) -> Iterator[Worker]:
    opened = open_worker(Employment("here", str(tmp_path / "store.sqlite"), tmp_path, pipeline))
    yield opened
    opened.database.close()


def decided(worker: Worker, study: str) -> dict[str, object]:
    """What is decided about a fresh study now."""
    worker.settings.refresh()
    Archive(worker.database, worker.told.folder).keep(radiograph(f"{study}.1.1", study=study), "test")
    Completing(worker.database, worker.queue).complete(study)
    worker.turn()
    result = read_result(worker.database, f"{study}/1")
    assert result is not None
    return result


def change(worker: Worker, name: str, value: str) -> None:
    with open_settings(worker.told.store) as revisions:
        change_setting(revisions, name, value, author="Dr Roe", reason="a trial")


def conclusion(result: dict[str, object]) -> object:
    return result["parts"][0]["conclusions"].get("is-bright")  # type: ignore[index]


def test_other_rules_hold_from_the_next_study_on_with_their_own_thresholds(worker: Worker) -> None:
    before = decided(worker, "1.1")
    change(worker, "rules", OTHER)
    after = decided(worker, "1.2")
    assert (conclusion(before), conclusion(after)) == (True, False)
    assert after["parts"][0]["decision"]["decision"]["name"] == "other"  # type: ignore[index]


def test_a_result_names_the_revision_of_the_rules_that_it_was_decided_by(worker: Worker) -> None:
    first = decided(worker, "1.1")["settings"]["rules"]  # type: ignore[index]
    change(worker, "rules", OTHER)
    assert decided(worker, "1.2")["settings"]["rules"] > first  # type: ignore[index]


def test_another_pipeline_holds_from_the_next_study_on(worker: Worker, tmp_path: Path) -> None:
    decided(worker, "1.1")
    change(worker, "pipeline", str(write_pipeline(tmp_path / "other", ALONE, ONE_RULE)))
    after = decided(worker, "1.2")
    assert after["pipeline"]["name"] == "alone"  # type: ignore[index]
    assert set(after["pipeline"]["models"]) == {"bright"}  # type: ignore[index]


def test_rules_that_read_what_no_model_gives_are_refused_and_nothing_changes(worker: Worker) -> None:
    wrong = DECISION.replace('scores = ["bright"', 'scores = ["dark", "bright"')
    with pytest.raises(UnusableInput, match="no model gives 'dark'"):
        change(worker, "rules", wrong)
    assert decided(worker, "1.1")["parts"][0]["decision"]["decision"]["name"] == "small"  # type: ignore[index]


def test_a_pipeline_that_is_not_there_is_refused(worker: Worker, tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="nowhere"):
        change(worker, "pipeline", str(tmp_path / "nowhere.toml"))


def test_the_same_again_is_told(worker: Worker) -> None:
    with pytest.raises(WrongUsage, match="it is so already"):
        change(worker, "rules", DECISION)


def test_rules_of_before_come_back_by_one_command(worker: Worker) -> None:
    with open_settings(worker.told.store) as revisions:
        first = revisions.current()["rules"].revision
        change_setting(revisions, "rules", OTHER, author="a", reason="b")
        roll_back_setting(revisions, "rules", first, author="c")
    assert decided(worker, "1.2")["parts"][0]["decision"]["decision"]["name"] == "small"  # type: ignore[index]


def test_models_that_changed_behind_the_store_are_not_used(tmp_path: Path) -> None:
    place = write_pipeline(tmp_path / "p")
    first = open_worker(Employment("here", str(tmp_path / "store.sqlite"), tmp_path, place))
    first.database.close()
    place.write_text(place.read_text().replace('version = "2"', 'version = "3"'))
    second = open_worker(Employment("there", str(tmp_path / "store.sqlite"), tmp_path, place))
    with pytest.raises(UnusableInput, match="has changed since it was chosen"):
        second.tuned.by(second.settings.snapshot())
    second.database.close()


def test_a_study_that_no_pipeline_could_be_opened_for_stands_where_the_worst_would(tmp_path: Path) -> None:
    place = write_pipeline(tmp_path / "p")
    worker = open_worker(Employment("here", str(tmp_path / "store.sqlite"), tmp_path, place))
    change(worker, "pipeline", str(write_pipeline(tmp_path / "other", ALONE, ONE_RULE)))
    (tmp_path / "other" / "pipeline.toml").unlink()
    worker.settings.refresh()
    Archive(worker.database, tmp_path).keep(radiograph(), "test")
    Completing(worker.database, worker.queue).complete("1.2.3")
    worker.turn()
    row = read_study_row(worker.database, "1.2.3")
    assert row is not None
    assert (row.state, row.urgency, row.certain) == ("failed", "minutes", False)
    worker.database.close()


def test_a_study_that_does_not_enter_any_more_leaves_the_place_that_it_had(worker: Worker) -> None:
    decided(worker, "1.1")
    entry = '[entry]\nmodality = ["CT"]\n\n[[models]]'
    alone = write_pipeline(worker.told.folder / "other", ALONE.replace("[[models]]", entry, 1), ONE_RULE)
    change(worker, "pipeline", str(alone))
    Archive(worker.database, worker.told.folder).keep(radiograph("1.1.1.2", study="1.1", grey=10), "test")
    Completing(worker.database, worker.queue).complete("1.1")
    worker.settings.refresh()
    worker.turn()
    row = read_study_row(worker.database, "1.1")
    assert row is not None
    assert (row.state, row.urgency, row.place) == ("outside", None, None)


def test_the_catalogue_has_the_thresholds_of_the_rules_that_hold(worker: Worker) -> None:
    decided(worker, "1.1")
    change(worker, "pipeline", str(write_pipeline(worker.told.folder / "other", ALONE, ONE_RULE)))
    with open_settings(worker.told.store) as revisions:
        assert "threshold.bright" not in revisions.current()


def test_a_threshold_of_a_score_lies_from_0_to_1(worker: Worker) -> None:
    with (
        open_settings(worker.told.store) as revisions,
        pytest.raises(WrongUsage, match=r"threshold\.bright must lie from 0 to 1, got 60"),
    ):
        change_setting(revisions, "threshold.bright", "60", author="a", reason="percent")
