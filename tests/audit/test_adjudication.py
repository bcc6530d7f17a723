"""The adjudication list: every reason by a case of its own, the order within, and what nobody could rank."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import fiducial as fd
from audit.studies import make_study
from fiducial.audit.adjudication_rank import Reason
from fiducial.errors import UnusableInput, WrongUsage

Row = tuple[Any, ...]
COHORT = pl.DataFrame({"study": list("abcdefgh"), "patient": list("stuvwxyz"), "label.x": [1, 1, 1, 0, 0, 1, 0, 1]})
SCORES = pl.DataFrame({"study": list("abcdefgh"), "score": [0.9, 0.1, 0.9, 0.55, 0.2, 0.8, 0.97, 0.8]})
VOTES: list[Row] = [
    ("a", "truth", 0), ("a", "r1", 0), ("a", "r2", 0),  # against the cohort's 1
    ("b", "r1", 0), ("b", "r2", 0),  # and the model
    ("c", "r1", 0), ("c", "r2", 0),
    ("d", "r1", 0), ("d", "r2", 1),  # near 0.5
    ("e", "r1", 0), ("e", "r2", 1),
    ("f", "r1", 1, 0.3),
    ("g", "r1", 0),
    ("h", "r1", 1, 0.9),  # nothing speaks against it
]  # fmt: skip


def said(rows: list[Row]) -> pl.DataFrame:
    """Study, reader, label, and as far as given certainty and significance."""
    names = ("study", "reader", "label", "certainty", "significance")
    filled = [row + (None,) * (5 - len(row)) for row in rows]
    kinds = {"label": pl.Float64, "certainty": pl.Float64, "significance": pl.Float64}
    return pl.DataFrame(filled, schema=names, orient="row", schema_overrides=kinds).with_columns(finding=pl.lit("x"))


def test_every_reason_has_its_place() -> None:
    found = fd.adjudication(said(VOTES), cohort=COHORT, predictions=SCORES)
    assert list(zip(found.rows["study"], found.rows["reason"], strict=True)) == list(
        zip("abcdefg", Reason, strict=True)
    )
    assert found.rows["rank"].to_list() == [1, 2, 3, 4, 5, 6, 7]
    assert found.studies == 8
    assert set(found.counts.values()) == {1}


def test_the_reason_stands_in_words() -> None:
    why = fd.adjudication(said(VOTES), cohort=COHORT, predictions=SCORES).rows["why"].to_list()
    assert why == [
        "the labels' reference is 0, the cohort's label 1",
        "the model (0.10) and all 2 readers contradict the label 1",
        "2 of 2 readers contradict the label 1",
        "at most 1 of 2 readers say the same, and the score 0.55 is near the threshold 0.5",
        "at most 1 of 2 readers say the same",
        "the label's certainty is 0.30",
        "the model (0.97) is sure that the label 0 is wrong",
    ]


def test_within_a_reason_doubt_times_significance_decides_and_then_the_name() -> None:
    rows: list[Row] = [(study, "truth", 1, None, weight) for study, weight in zip("abc", (1, 1, 3), strict=True)]
    rows += [(study, reader, 0) for study in "abc" for reader in ("r1", "r2")]
    rows += [("a", "r3", 1), ("d", "truth", 1), ("d", "r1", 0), ("d", "r2", 0)]
    assert fd.adjudication(said(rows)).rows["study"].to_list() == ["c", "b", "d", "a"]


def test_the_order_of_the_rows_says_nothing() -> None:
    one = fd.adjudication(said(VOTES), cohort=COHORT, predictions=SCORES).rows
    other = fd.adjudication(said(VOTES[::-1]), cohort=COHORT.reverse(), predictions=SCORES.reverse()).rows
    assert_frame_equal(one, other)


def test_labels_alone_are_enough() -> None:
    found = fd.adjudication(said(VOTES[3:11]))
    assert found.rows["study"].to_list() == ["d", "e"]
    absent = "a reference (reader `truth`, or a cohort with labels), certainties, predictions of a model"
    assert found.notes == (f"x: ranked without {absent}, which were not there.",)


def test_the_list_has_cells_to_fill_in_and_may_hide_the_earlier_labels(tmp_path: Path) -> None:
    found = fd.adjudication(said(VOTES), cohort=COHORT, predictions=SCORES)
    whole, blind = found.save(tmp_path / "list.csv"), found.save(tmp_path / "blind.csv", blind=True)
    told = ["rank", "study", "patient", "finding"]
    empty = ["new_label", "read_by", "read_on", "comment"]
    assert pl.read_csv(whole).columns[:6] == [*told, "reason", "why"]
    assert pl.read_csv(whole).columns[-4:] == empty
    assert pl.read_csv(blind).columns == told + empty
    with pytest.raises(WrongUsage, match=r"\.csv"):
        found.save(tmp_path / "list.txt")


def test_a_claim_brings_its_tables(tmp_path: Path) -> None:
    COHORT.write_csv(tmp_path / "c.csv")
    SCORES.write_csv(tmp_path / "p.csv")
    said(VOTES).write_csv(tmp_path / "l.csv")
    evidence = '[evidence]\ncohort = "c.csv"\npredictions = "p.csv"\nlabels = "l.csv"\ninternal = "all"\n'
    claim = f'[claim]\nname = "c"\nfinding = "x"\nthreshold = {{ value = 0.5 }}\n{evidence}'
    (tmp_path / "claim.toml").write_text(claim)
    found = fd.adjudication(tmp_path / "claim.toml")
    assert_frame_equal(found.rows, fd.adjudication(said(VOTES), cohort=COHORT, predictions=SCORES).rows)
    (tmp_path / "claim.toml").write_text(claim.replace('labels = "l.csv"\n', ""))
    with pytest.raises(UnusableInput, match=r"names no labels \(evidence\.labels\)"):
        fd.adjudication(tmp_path / "claim.toml")


def test_a_cohort_may_bring_its_own_scores() -> None:
    own = COHORT.join(SCORES, on="study")
    assert_frame_equal(
        fd.adjudication(said(VOTES), cohort=own).rows,
        fd.adjudication(said(VOTES), cohort=COHORT, predictions=SCORES).rows,
    )


def test_the_claims_threshold_calls_and_may_be_overruled() -> None:
    rows: list[Row] = [("a", "r1", 0), ("a", "r2", 0)]
    at_half = fd.adjudication(said(rows), cohort=COHORT, predictions=SCORES)
    at_more = fd.adjudication(said(rows), cohort=COHORT, predictions=SCORES, threshold=0.95)
    assert at_half.rows["reason"][0] == Reason.READERS
    assert at_more.rows["reason"][0] == Reason.ALL


def test_findings_of_one_table_are_ranked_together() -> None:
    other = said([*VOTES[3:5], ("b", "truth", 1)]).with_columns(finding=pl.lit("y"))
    found = fd.adjudication(pl.concat([said(VOTES[7:11]), other]))
    assert list(zip(found.rows["study"], found.rows["finding"], strict=True)) == [("b", "y"), ("d", "x"), ("e", "x")]
    with pytest.raises(UnusableInput, match=r"nothing about 'z'.*They hold: x, y"):
        fd.adjudication(pl.concat([said(VOTES[7:11]), other]), finding="z")


def test_grades_are_compared_with_each_other_alone() -> None:
    rows: list[Row] = [("a", "truth", 3), ("a", "r1", 1), ("b", "truth", 2), ("b", "r1", 2)]
    found = fd.adjudication(said(rows), cohort=COHORT, predictions=SCORES)
    assert list(zip(found.rows["study"], found.rows["reason"], strict=True)) == [("a", Reason.READERS)]


def test_labels_that_nothing_can_contradict_are_refused() -> None:
    for rows in ([("a", "r1", 1), ("b", "r2", 0)], [("a", "truth", 1)]):
        with pytest.raises(UnusableInput, match="x: nothing can contradict these labels"):
            fd.adjudication(said(list(rows)))


def test_a_finding_that_nothing_can_contradict_does_not_stop_the_others() -> None:
    other = said([("a", "r1", 1)]).with_columns(finding=pl.lit("y"))
    found = fd.adjudication(pl.concat([said([("a", "r1", 1), ("a", "r2", 0)]), other]))
    assert found.rows["finding"].to_list() == ["x"]
    assert found.notes[-1].startswith("y: nothing can contradict these labels")


def test_two_references_alone_can_contradict_each_other() -> None:
    found = fd.adjudication(said([("a", "truth", 0), ("b", "truth", 1)]), cohort=COHORT)
    assert found.rows["reason"].to_list() == ["references_differ"]


def test_labels_on_which_all_agree_give_an_empty_list(tmp_path: Path) -> None:
    found = fd.adjudication(said([("a", "r1", 1), ("a", "r2", 1), ("b", "r1", 0), ("b", "r2", 0)]))
    assert (found.rows.height, found.studies) == (0, 2)
    assert found.save(tmp_path / "list.csv").read_text().startswith("rank,study,finding,reason,why")


def test_a_large_list_is_ranked_in_one_go() -> None:
    study = make_study(3000)
    truth = study.columns["label.x"]
    rows = pl.DataFrame({"study": study.columns["study"], "label": truth})
    readers = [rows.with_columns(reader=pl.lit(one), finding=pl.lit("x")) for one in ("r1", "r2")]
    flipped = pl.when(pl.col("study").str.ends_with("7")).then(1 - pl.col("label")).otherwise("label")
    labels = pl.concat([readers[0], readers[1].with_columns(label=flipped)])
    found = fd.adjudication(labels, cohort=study.cohort, predictions=study.predictions)
    assert found.counts["readers_split"] + found.counts["split_near_threshold"] == 300
