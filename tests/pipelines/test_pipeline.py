"""One study in memory: what is asked, fused and decided, and what silence does."""

from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, NoReturn, cast

import numpy as np
import polars as pl
import pytest
from PIL import Image

import fiducial as fd
from fiducial.batch.deadlines import Late
from fiducial.errors import UnusableInput
from fiducial.models.contract import Shown, Study
from fiducial.models.reading import shown_clean
from fiducial.models.rows import PREDICTIONS_SCHEMA, frame
from fiducial.pipelines.pictures import save_picture
from fiducial.pipelines.pipeline import Pipeline
from fiducial.pipelines.result import StudyResult
from fiducial.predictions.fusion.fuse import fuse_scores
from fiducial.report.boxed import COLOURS
from fiducial.rules.facts import Box, Facts, Found, Given, Marked
from fiducial.scans.scan import Scan
from models.kinds import manifest, not_a_number
from models.making import CLASSIFIER, write_bundle
from pipelines.making import ALONE, ONE_RULE, PIPELINE, slow_graph, write_pipeline, write_slow

if TYPE_CHECKING:
    from fiducial.pipelines.fusing import Group


@pytest.fixture
def found(small: Pipeline, bright: Study) -> StudyResult:
    return small.run(bright)


def test_a_bright_picture_is_decided(found: StudyResult) -> None:
    assert found.conclusions == {"is-bright": True, "frontal": True, "spot-in-bright": True}
    assert found.failed is None


def test_every_member_and_ensemble_has_its_row(found: StudyResult) -> None:
    rows = [(row["model"], row["finding"]) for row in found.rows["predictions"]]
    assert rows == [
        ("first", "bright"),
        ("mask", "bright"),
        ("second", "bright"),
        ("spots", "spot"),
        ("both", "bright"),
    ]


def test_what_is_taken_is_the_fused_score(found: StudyResult) -> None:
    own = [row["score"] for row in found.rows["predictions"] if row["model"] in {"first", "second", "mask"}]
    assert found.scores["bright"]["score"] == pytest.approx(np.mean(own))


def test_the_priority_says_which_numbers_and_which_rule(found: StudyResult) -> None:
    assert found.priority is not None
    assert (found.priority.urgency, found.priority.rule) == ("minutes", "spot-in-bright")
    assert found.priority.why.startswith("spot score 0.9")
    assert found.priority.why.endswith("at or over 0.50, rule spot-in-bright")


def test_the_result_is_what_predicting_fusing_and_deciding_by_hand_gives(
    small: Pipeline, folder: Path, pictures: Path, tmp_path: Path, found: StudyResult
) -> None:
    cohort = pl.read_csv(pictures / "cohort.csv").filter(pl.col("study") == "bright")
    cohort.with_columns(path=pl.lit(str(pictures / "bright.png"))).write_csv(tmp_path / "one.csv")
    tables = {}
    for name in ("first", "second", "spots", "mask"):
        predicted = fd.predict(folder / name, tmp_path / "one.csv", tmp_path / f"{name}.parquet")
        tables[name] = predicted.predictions.with_columns(model=pl.lit(name))
    members = pl.concat([tables[name] for name in ("first", "mask", "second")])
    fused = fuse_scores(members, small.groups[0].recipe).rows["score"][0]
    box = pl.read_parquet(tmp_path / "spots.regions.parquet").drop(
        "study", "finding", "model", "condition", "box", "reader"
    )
    mask = fd.open_model(folder / "mask").answer([shown_clean(Study("bright", (pictures / "bright.png",)))])[0]
    facts = Facts(
        "bright",
        {"bright": Given(fused), "bright@first": Given(tables["first"]["score"][0])},
        {"spot": Found(tuple(Box(**row) for row in box.to_dicts()))},
        {"bright": Marked(mask.maps["bright"][0] >= 0.5)},
        metadata={"view": Given("PA"), "age": Given(50.0)},
    )
    by_hand = fd.decide(fd.read_rules(folder / "decision.toml"), facts)
    assert found.decision is not None
    assert found.decision.values == by_hand.values
    mine = found.decision.facts
    assert mine.scores["bright"].value == pytest.approx(fused, abs=1e-6)
    assert mine.regions["spot"].boxes == facts.regions["spot"].boxes


def test_a_study_that_does_not_enter_is_not_asked_about(tmp_path: Path, bright: Study) -> None:
    text = PIPELINE.replace("[[models]]", '[entry]\nview = ["AP"]\n\n[[models]]', 1)
    found = fd.open_pipeline(write_pipeline(tmp_path, text)).run(bright)
    assert found.outside == "its view is PA; AP enters"
    assert (found.priority, found.rows, found.decision) == (None, {}, None)


def test_a_study_that_cannot_be_read_fails_and_may_be_the_worst(small: Pipeline, pictures: Path) -> None:
    found = small.run(Study("broken", (pictures / "broken.png",)))
    assert found.failed is not None
    assert found.failed.startswith("broken.png: ")
    assert found.priority is not None
    assert (found.priority.urgency, found.priority.certain) == ("minutes", False)


def test_a_study_that_cannot_be_read_and_is_known_to_be_another_does_not_enter(tmp_path: Path, pictures: Path) -> None:
    text = PIPELINE.replace("[[models]]", '[entry]\nmodality = ["DX"]\nview = ["AP"]\n\n[[models]]', 1)
    asked = fd.open_pipeline(write_pipeline(tmp_path, text))
    other = asked.run(Study("broken", (pictures / "broken.png",), {"tag.Modality": "SEG"}))
    assert (other.outside, other.failed, other.priority) == ("its modality is SEG; DX enters", None, None)
    unsaid = asked.run(Study("broken", (pictures / "broken.png",), {"tag.Modality": "DX"}))
    assert unsaid.failed is not None


def test_what_the_rules_read_and_nobody_says_is_unknown(small: Pipeline, pictures: Path) -> None:
    found = small.run(Study("bright", (pictures / "bright.png",)))
    assert found.decision is not None
    assert found.conclusions["frontal"] is None
    assert found.decision.outcomes["frontal"].reason == "neither the cohort nor the header says it"


def test_a_word_that_the_rules_do_not_know_is_unknown_too(small: Pipeline, pictures: Path) -> None:
    found = small.run(Study("bright", (pictures / "bright.png",), {"view": "LL"}))
    assert found.decision is not None
    assert found.decision.outcomes["frontal"].reason == "is 'LL', which is none of PA, AP"


def with_a_second_that(tmp_path: Path, *, more: str = "") -> Pipeline:
    """The pipeline, whose member ``second`` was made before by the test."""
    (tmp_path / "kept").rename(tmp_path / "p" / "second")
    (tmp_path / "p" / "pipeline.toml").write_text(PIPELINE.replace('name = "second"', f'name = "second"\n{more}'))
    return fd.open_pipeline(tmp_path / "p")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A pipeline without its second member."""
    write_pipeline(tmp_path / "p")
    (tmp_path / "p" / "second").rename(tmp_path / "aside")
    return tmp_path


def test_a_model_that_is_too_slow_is_a_missing_member_with_its_reason(place: Path, bright: Study) -> None:
    write_slow(place / "kept", 10**12)
    found = with_a_second_that(place, more="seconds = 0.3").run(bright)
    assert found.answers["second"].answer.reason == "did not answer within 0.3 s"
    assert found.late
    assert found.failed is None  # two of three are a quorum
    assert found.conclusions["is-bright"] is True


def test_the_next_study_is_asked_again_once_it_has_stopped(place: Path, bright: Study) -> None:
    write_slow(place / "kept", 10**12)
    pipeline = with_a_second_that(place, more="seconds = 0.3")
    pipeline.run(bright)
    second = next(one for one in pipeline.members if one.name == "second")
    late = second._left.late
    assert late is not None
    late.thread.join(30)
    assert pipeline.run(bright).answers["second"].answer.reason == "did not answer within 0.3 s"


def test_a_failing_model_never_changes_anothers_answer(place: Path, pictures: Path, small: Pipeline) -> None:
    not_a_number(place / "kept")
    dark = Study("dark", (pictures / "dark.png",), {"view": "PA"})
    broken, whole = with_a_second_that(place).run(dark), small.run(dark)
    assert "NaN" in str(broken.answers["second"].answer.reason)
    for name in ("first", "spots", "mask"):
        assert broken.answers[name].answer.scores == whole.answers[name].answer.scores
    assert broken.conclusions == whole.conclusions


def test_below_the_quorum_nothing_is_guessed(place: Path, bright: Study) -> None:
    write_slow(place / "kept", 10**12)
    pipeline = with_a_second_that(place, more="seconds = 0.3")
    text = (place / "p" / "pipeline.toml").read_text().replace("quorum = 2", "quorum = 3")
    (place / "p" / "pipeline.toml").write_text(text)
    found = fd.open_pipeline(pipeline.where).run(bright)
    assert found.conclusions["is-bright"] is None
    assert found.decision is not None
    assert "second: did not answer within 0.3 s" in str(found.decision.outcomes["is-bright"].reason)


def test_without_a_required_model_a_study_fails_though_it_is_decided(place: Path, bright: Study) -> None:
    write_slow(place / "kept", 10**12)
    found = with_a_second_that(place, more="seconds = 0.3\nrequired = true").run(bright)
    assert found.failed == "second, which is required, did not answer within 0.3 s"
    assert found.conclusions["is-bright"] is True


def test_without_a_required_model_a_study_is_never_routine_for_sure(place: Path, pictures: Path) -> None:
    write_slow(place / "kept", 10**12)
    dark = Study("dark", (pictures / "dark.png",), {"view": "PA"})
    found = with_a_second_that(place, more="seconds = 0.3\nrequired = true").run(dark).priority
    assert found is not None
    assert (found.urgency, found.certain) == ("minutes", False)
    assert found.why == "not read: second, which is required, did not answer within 0.3 s"


def test_a_fused_box_says_how_many_models_stand_behind_it(tmp_path: Path, pictures: Path) -> None:
    text = (
        PIPELINE + '\n[[fusion]]\nfindings = ["spot"]\nensemble = { name = "spotted" }\nscores = { rule = "boxes" }\n'
    )
    found = fd.open_pipeline(write_pipeline(tmp_path, text)).run(Study("b", (pictures / "bright.png",), {"view": "PA"}))
    assert found.gives["spot"] == "spotted"
    assert [row["models"] for row in found.boxes] == [1, 1]


@dataclass(frozen=True)
class Torn:
    """An ensemble that cannot be made."""

    name: str = "both"
    findings: tuple[str, ...] = ("bright",)

    def fuse(self, *_: pl.DataFrame) -> NoReturn:
        raise UnusableInput("the members do not fit")


def test_an_ensemble_that_cannot_be_made_is_a_reason_and_no_crash(small: Pipeline, bright: Study) -> None:
    found = replace(small, groups=cast("tuple[Group, ...]", (Torn(),))).run(bright)
    assert found.scores["bright"]["reason"] == "the members do not fit"
    assert found.conclusions == {"is-bright": None, "frontal": True, "spot-in-bright": True}


def test_the_document_is_json_without_clock_times(found: StudyResult) -> None:
    document = found.document()
    assert document["schema"] == "fiducial.pipeline-study/1"
    assert "not a medical device" in document["notice"]
    assert "seconds" not in str(document)


def test_a_service_may_hand_in_what_it_has_in_memory(small: Pipeline, bright: Study, found: StudyResult) -> None:
    assert small.run(shown_clean(bright)).document() == found.document()


def test_an_age_that_is_a_number_reaches_the_rules(tmp_path: Path, pictures: Path) -> None:
    decision = ONE_RULE.replace("[[rules]]", 'metadata = { age = "number" }\n[[rules]]').replace(
        "score(bright) >= 0.6", "metadata(age) >= 65"
    )
    pipeline = fd.open_pipeline(write_pipeline(tmp_path, ALONE, decision))
    ages = {"066Y": True, "064Y": False, "old": None}
    for age, value in ages.items():
        assert pipeline.run(Study("a", (pictures / "bright.png",), {"age": age})).conclusions["is-bright"] is value


def test_a_mask_is_measured_in_the_unit_that_the_rules_read(tmp_path: Path, pictures: Path) -> None:
    text = ALONE.replace('"first"', '"mask"')
    decision = ONE_RULE.replace("[[rules]]", 'measurements = { "volume.bright" = "ml" }\n[[rules]]').replace(
        "score(bright) >= 0.6", "measurement('volume.bright') >= 1"
    )
    found = fd.open_pipeline(write_pipeline(tmp_path, text, decision)).run(Study("a", (pictures / "bright.png",)))
    assert found.decision is not None
    assert "nothing says how large a pixel is" in str(found.decision.outcomes["is-bright"].reason)


def test_a_fused_row_fits_the_table(found: StudyResult) -> None:
    assert frame(found.rows["predictions"], PREDICTIONS_SCHEMA).height == 5


def test_an_image_is_enough(small: Pipeline, tmp_path: Path) -> None:
    Image.fromarray(np.full((8, 8), 90, np.uint8)).save(tmp_path / "a.png")
    assert small.run(Study("a", (tmp_path / "a.png",))).conclusions["is-bright"] is True


def test_who_abstains_has_said_nothing_to_the_rules_though_the_table_keeps_the_score(
    tmp_path: Path, bright: Study
) -> None:
    place = write_pipeline(tmp_path, ALONE, ONE_RULE)
    write_bundle(tmp_path / "first", CLASSIFIER + "\n[support.inputs]\nrows = [100, 200]\n")
    found = fd.open_pipeline(place).run(bright)
    assert found.scores["bright"]["score"] > 0.6
    assert found.conclusions["is-bright"] is None
    assert found.decision is not None
    assert "has 10 rows; the bundle takes 100 to 200" in str(found.decision.outcomes["is-bright"].reason)


def test_a_mask_of_a_silent_model_is_unknown_with_its_reason(place: Path, bright: Study) -> None:
    (place / "aside").rename(place / "p" / "second")
    (place / "p" / "mask").rename(place / "gone")
    write_bundle(
        place / "p" / "mask",
        manifest("segmentation", 'logits = "logits"', "bright"),
        slow_graph(10**12),
    )
    text = PIPELINE.replace('name = "mask"', 'name = "mask"\nseconds = 0.3')
    (place / "p" / "pipeline.toml").write_text(text)
    found = fd.open_pipeline(place / "p").run(bright)
    assert found.conclusions["spot-in-bright"] is None
    assert found.decision is not None
    assert "mask: did not answer within 0.3 s" in str(found.decision.outcomes["spot-in-bright"].reason)


def test_a_model_that_never_came_back_is_not_asked_again(folder: Path, bright: Study) -> None:
    pipeline, end = fd.open_pipeline(folder), Event()
    stuck = Thread(target=end.wait, args=(60,), daemon=True)
    stuck.start()
    second = next(one for one in pipeline.members if one.name == "second")
    second._left.late = Late(0.3, stuck)
    told = pipeline.run(bright)
    end.set()
    stuck.join()
    assert told.answers["second"].answer.reason == (
        "still works on an earlier study, which it did not answer within 0.3 s"
    )
    assert told.late
    assert pipeline.run(bright).answers["second"].answer.reason is None


def test_another_unit_than_the_rules_read_is_unknown_and_not_converted(tmp_path: Path) -> None:
    text = ALONE.replace('"first"', '"mask"')
    decision = ONE_RULE.replace("[[rules]]", 'measurements = { "volume.bright" = "ml" }\n[[rules]]').replace(
        "score(bright) >= 0.6", "measurement('volume.bright') >= 1"
    )
    scan = Scan(np.full((1, 8, 8), 90, np.uint8), (np.nan, 1.0, 1.0), {})
    found = fd.open_pipeline(write_pipeline(tmp_path, text, decision)).run(Shown(Study("a", ()), lambda: scan))
    assert found.decision is not None
    assert "is measured in mm2, and the rules read ml" in str(found.decision.outcomes["is-bright"].reason)


def test_only_what_is_to_be_drawn_is_drawn(found: StudyResult, tmp_path: Path) -> None:
    save_picture(found, ("bright",), tmp_path / "mask.png")
    save_picture(found, (), tmp_path / "all.png")
    drawn = {name: np.asarray(Image.open(tmp_path / f"{name}.png")) for name in ("mask", "all")}
    second = {name: bool((picture == COLOURS[1]).all(axis=-1).any()) for name, picture in drawn.items()}
    assert second == {"mask": False, "all": True}
