"""``fiducial cohort adjudicate`` as a stranger meets it."""

import json
from pathlib import Path

import pytest

from cli.conftest import Run

LABELS = "study,finding,reader,label\na,x,truth,1\na,x,r1,0\na,x,r2,0\nb,x,truth,1\nb,x,r1,1\nb,x,r2,1\n"


def adjudicate(fiducial: Run, text: str, *words: str) -> tuple[int, str, str]:
    Path("labels.csv").write_text(text)
    done = fiducial("cohort", "adjudicate", "labels.csv", "--out", "list.csv", *words)
    return done.returncode, done.stdout, done.stderr


def test_the_list_is_written_and_told(fiducial: Run, tmp_path: Path) -> None:
    code, told, aside = adjudicate(fiducial, LABELS)
    assert code == 0
    assert told.startswith("1 of 2 studies to read again.\n  readers_against_reference: 1\n  1. a (x): 2 of 2 readers")
    assert told.endswith("Not a medical device.\n")
    assert aside == "x: ranked without certainties, predictions of a model, which were not there.\n"
    assert (tmp_path / "list.csv").read_text().count("\n") == 2


def test_json_is_one_document(fiducial: Run) -> None:
    _, told, _ = adjudicate(fiducial, LABELS, "--json")
    document = json.loads(told)
    assert document["schema"] == "fiducial.adjudication/1"
    assert "not a medical device" in document["notice"]
    assert [row["study"] for row in document["rows"]] == ["a"]


def test_a_blind_list_tells_no_earlier_label(fiducial: Run, tmp_path: Path) -> None:
    adjudicate(fiducial, LABELS, "--blind")
    assert (tmp_path / "list.csv").read_text().splitlines()[0] == "rank,study,finding,new_label,read_by,read_on,comment"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("study,finding,reader,label\na,x,r1,1\nb,x,r2,0\n", "x: nothing can contradict these labels"),
        ("study,finding,reader,label,certainty\na,x,r1,1,1.4\n", "row 2: certainty must be a number from 0 to 1"),
        ("study,finding,reader,label,significance\na,x,r1,1,-2\n", "row 2: significance must be a number of 0 or more"),
        ("study,finding,reader,label\na,x,r1,1\na,x,r1,1\n", "row 3: repeats study='a'"),
        ("study,finding,reader\na,x,r1\n", "has no column 'label'"),
    ],
)
def test_bad_input_is_refused_with_its_reason(fiducial: Run, tmp_path: Path, text: str, told: str) -> None:
    code, out, err = adjudicate(fiducial, text)
    assert (code, out) == (4, "")
    assert told in err
    assert not (tmp_path / "list.csv").exists()


def test_words_of_a_labels_table_do_not_go_with_a_claim(fiducial: Run) -> None:
    done = fiducial("cohort", "adjudicate", "claim.toml", "--out", "list.csv", "--finding", "x")
    assert (done.returncode, done.stderr.count("go with a labels table")) == (2, 1)


def test_another_ending_is_refused_before_anything_is_read(fiducial: Run) -> None:
    done = fiducial("cohort", "adjudicate", "labels.csv", "--out", "list.txt")
    assert done.returncode == 2
    assert ".csv" in done.stderr
