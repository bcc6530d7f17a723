"""What readers say: kept with its reason, decided again at once, told to everybody, exported for the next audit."""

from pathlib import Path

import pytest

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.rules.facts import Plain
from fiducial.rules.overrides import read_overrides
from fiducial.serve.errors import Refused
from fiducial.serve.events import read_events
from fiducial.serve.overrides import Reviews, Said, Verdict, export_overrides
from fiducial.serve.studies import StudyRow, read_study_row
from fiducial.serve.web.state import Service
from fiducial.serve.work.choosing import change_setting
from pipelines.making import DECISION
from serve.making import STUDY, answer, radiograph

SOP = "1.2.3.1.1"


@pytest.fixture
def reviews(served: Service) -> Reviews:
    answer(served, radiograph())
    return Reviews(served.database)


def row(reviews: Reviews) -> StudyRow:
    found = read_study_row(reviews.database, STUDY)
    assert found is not None
    return found


def said(flag: str = "rule(spot-in-bright)", *, to: Plain = False, reason: str = "artefact", revision: int = 1) -> Said:
    return Said(revision, SOP, flag, to, reason)


def test_a_rule_that_is_rejected_is_false_and_the_study_goes_down_the_worklist(reviews: Reviews) -> None:
    before = row(reviews)
    decision = reviews.override(STUDY, said(), "Dr Roe")
    after = row(reviews)
    assert decision.values["spot-in-bright"] is False
    assert (before.rule, after.rule) == ("spot-in-bright", "is-bright")
    assert (after.place or 0) > (before.place or 0)


def test_what_rests_on_a_score_is_decided_again(reviews: Reviews) -> None:
    decision = reviews.override(STUDY, said("score(bright)", to=0.1, reason="wrong-measurement"), "Dr Roe")
    assert decision.values["is-bright"] is False


def test_the_worklist_says_who_overrode_and_why(reviews: Reviews) -> None:
    reviews.override(STUDY, said("rule(is-bright)", to=True, reason="missed"), "Dr Roe")
    assert (row(reviews).review, row(reviews).reviewer) == ("overridden", "Dr Roe")


def test_it_is_told_with_the_conclusions_that_follow(reviews: Reviews) -> None:
    reviews.override(STUDY, said(), "Dr Roe")
    last = read_events(reviews.database, study=STUDY)[-1]
    assert (last.kind, last.document["reason"], last.document["from"], last.document["to"]) == (
        "overridden", "artefact", "true", "false",
    )  # fmt: skip
    assert last.document["conclusions"]["spot-in-bright"] is False


def test_two_overrides_stand_on_top_of_each_other(reviews: Reviews, served: Service) -> None:
    reviews.override(STUDY, said(), "Dr Roe")
    after = reviews.override(STUDY, said("score(bright)", to=0.1), "Dr Doe")
    assert (after.values["spot-in-bright"], after.values["is-bright"]) == (False, False)
    assert [one.reader for one in Reviews(served.database).of(STUDY)] == ["Dr Roe", "Dr Doe"]


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (said(reason="tired"), WrongUsage),
        (said("rule(nothing)"), WrongUsage),
        (said("score(bright)", to=7.0), UnusableInput),
        (said("score(bright)", to="PA"), UnusableInput),
        (said(revision=2), Refused),
    ],
)
def test_what_cannot_be_leaves_no_trace(reviews: Reviews, wrong: Said, error: type[Exception]) -> None:
    before = row(reviews)
    with pytest.raises(error):
        reviews.override(STUDY, wrong, "Dr Roe")
    assert (reviews.of(STUDY), row(reviews)) == ([], before)


def test_the_thresholds_of_then_decide_again(served: Service) -> None:
    served.revisions.write("threshold.bright", 0.3, author="test", reason="before")
    answer(served, radiograph())
    served.revisions.write("threshold.bright", 0.9999, author="test", reason="later")
    after = Reviews(served.database).override(STUDY, said(), "Dr Roe")
    assert (after.values["is-bright"], after.rules.thresholds["bright"].value) == (True, 0.3)


def test_who_looked_at_fewer_images_is_told_to_look_again(reviews: Reviews, served: Service) -> None:
    answer(served, radiograph("1.2.3.1.2", grey=20))
    with pytest.raises(Refused, match="Open the study again"):
        reviews.override(STUDY, said(), "Dr Roe")


def test_a_study_is_decided_again_by_the_rules_of_then_whatever_was_chosen_since(
    reviews: Reviews, served: Service
) -> None:
    later = DECISION.replace('version = "1"', 'version = "2"')
    change_setting(served.revisions, "rules", later, author="Dr Doe", reason="a new version")
    assert reviews.override(STUDY, said(), "Dr Roe").rules.version == "1"


def test_an_accepted_decision_is_marked_and_is_no_override(reviews: Reviews) -> None:
    assert reviews.accept(STUDY, 1, "Dr Roe") is Verdict.ACCEPTED
    assert row(reviews).review == "accepted"
    assert read_events(reviews.database, study=STUDY)[-1].kind == "accepted"


def test_who_accepts_after_an_override_does_not_hide_it(reviews: Reviews) -> None:
    reviews.override(STUDY, said(), "Dr Roe")
    reviews.accept(STUDY, 1, "Dr Doe")
    assert row(reviews).review == "overridden"


def test_more_images_make_the_study_unread_again(reviews: Reviews, served: Service) -> None:
    reviews.accept(STUDY, 1, "Dr Roe")
    answer(served, radiograph("1.2.3.1.2", grey=20))
    assert (row(reviews).revision, row(reviews).review) == (2, None)


def test_a_study_without_a_decision_can_only_be_called_read(served: Service) -> None:
    answer(served, radiograph())
    served.archive.keep(radiograph("1.9.1", study="1.9"), "test")
    with pytest.raises(Refused, match="not answered yet"):
        Reviews(served.database).accept("1.9", 0, "Dr Roe")


def test_the_table_is_the_one_that_the_rules_read(reviews: Reviews, tmp_path: Path) -> None:
    reviews.override(STUDY, said(), "Dr Roe")
    reviews.accept(STUDY, 1, "Dr Doe")
    export_overrides(reviews.database.address, tmp_path / "overrides.parquet")
    (found,) = read_overrides(tmp_path / "overrides.parquet").to_dicts()
    assert (found["study"], found["flag"], found["from"], found["to"]) == (SOP, "rule(spot-in-bright)", "true", "false")


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="there is no store"):
        export_overrides(tmp_path / "none.sqlite", tmp_path / "out.csv")
    assert not list(tmp_path.iterdir())
