"""Comments of readers: whatever they wrote is there after the next audit, or the audit says why not."""

from pathlib import Path

import polars as pl
import pytest

from fiducial.errors import UnusableInput
from fiducial.report.comments import WITHOUT_STUDY, kept_comments
from report.documents.material import light_evidence

WORDS = 'Old scar, "not" <new>; 東京\nsecond line'


def comment(folder: Path, words: str, study: str = "s3", separator: str = ",") -> None:
    path = folder / "decisions.csv"
    rows = pl.read_csv(path, infer_schema=False)
    told = rows.with_columns(comment=pl.when(pl.col("study") == "s3").then(pl.lit(words)).otherwise("comment"))
    told.with_columns(study=pl.col("study").replace("s3", study)).write_csv(path, separator=separator)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    light_evidence().save(tmp_path)
    return tmp_path


def written(folder: Path) -> dict[str, str]:
    rows = pl.read_csv(folder / "decisions.csv", infer_schema=False)
    return dict(rows.select("study", "comment").drop_nulls().iter_rows())


@pytest.mark.parametrize("words", [WORDS, "NA", "None"])
@pytest.mark.parametrize("separator", [",", ";"])
def test_a_comment_is_there_after_the_next_audit(words: str, separator: str, folder: Path) -> None:
    comment(folder, words, separator=separator)
    light_evidence().save(folder)
    light_evidence().save(folder)
    assert written(folder) == {"s3": words}


def test_a_comment_on_a_study_that_is_gone_is_set_aside_and_comes_back_with_it(folder: Path) -> None:
    comment(folder, "look again", study="gone")
    light_evidence().save(folder)
    assert written(folder) == {}
    aside = pl.read_csv(folder / WITHOUT_STUDY)
    assert aside.rows() == [("gone", "look again")]
    aside.with_columns(study=pl.lit("s4")).write_csv(folder / WITHOUT_STUDY)
    light_evidence().save(folder)
    assert written(folder) == {"s4": "look again"}
    assert not (folder / WITHOUT_STUDY).exists()


def test_a_table_that_cannot_be_read_stops_the_audit_before_it_is_written_over(folder: Path) -> None:
    path = folder / "decisions.csv"
    path.write_bytes(b"study,comment\ns3,caf\xe9\n")
    with pytest.raises(UnusableInput, match=r"not UTF-8.*may hold readers' comments"):
        light_evidence().save(folder)
    assert path.read_bytes().endswith(b"caf\xe9\n")


def test_a_log_of_an_older_version_without_comments_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "decisions.csv").write_text("study,score\ns3,0.5\n")
    assert kept_comments(tmp_path).is_empty()


def test_two_comments_on_one_study_are_both_kept(tmp_path: Path) -> None:
    (tmp_path / "decisions.csv").write_text("study,comment\ns1,old scar\ns1,no scar\ns2, \n")
    (tmp_path / WITHOUT_STUDY).write_text("study,comment\ns1,old scar\n")
    assert kept_comments(tmp_path).rows() == [("s1", "old scar / no scar")]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("study,Comment\ns1,old scar\n", "has no column 'comment' but 'Comment'"),
        ("Study,comment\ns1,old scar\n", "has no column 'study' but 'Study'"),
        ("comment\nold scar\n", "has no column 'study', so"),
        ("study,comment\n,old scar\n", "'old scar' stands in a row without a study"),
    ],
)
def test_a_comment_that_no_study_could_keep_stops_the_audit(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "decisions.csv").write_text(text)
    with pytest.raises(UnusableInput, match=why):
        kept_comments(tmp_path)
