"""Sealing freezes what is judged, says who did it, and is done once."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest

import fiducial as fd
from cohort.seals.making import CLAIM, change, cohort, lay, sealed
from fiducial.audit.metadata import metadata
from fiducial.cohort.seals.signing import who
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.ledger import append, read_ledger


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lay(tmp_path)
    return tmp_path


def test_a_seal_is_one_file_and_one_ledger_beside_the_claim(folder: Path) -> None:
    sealed(folder)
    assert {path.name for path in folder.iterdir()} == {
        "claim.toml", "cohort.csv", "claim.seal.json", "claim.ledger.sqlite",
    }  # fmt: skip


def test_the_seal_file_says_who_when_and_what(folder: Path) -> None:
    document = sealed(folder).document()
    assert document == json.loads((folder / "claim.seal.json").read_text())
    assert (document["by"], document["at"], document["again"]) == ("Ada", "2026-01-02T12:00:00.000Z", None)
    told = document["cohort"]
    assert [told[name] for name in ("file", "studies", "patients", "judged")] == ["cohort.csv", 12, 12, 8]
    assert told["splits"] == {"external": 4, "test": 4, "train": 4}
    assert list(told["columns"]) == ["colour", "label.x", "sex"]
    assert document["claim"]["lines"] == CLAIM.splitlines()
    assert document["ledger"]["hash"] == read_ledger(folder / "claim.ledger.sqlite")[0].hash


def test_the_seal_file_names_no_study_and_no_patient(folder: Path) -> None:
    sealed(folder)
    told = (folder / "claim.seal.json").read_text()
    assert not [name for row in cohort().rows() for name in row[:2] if f'"{name}"' in told]


def test_the_same_test_gives_the_same_seal(tmp_path: Path) -> None:
    lay(tmp_path / "one"), lay(tmp_path / "two", cohort().reverse())
    assert sealed(tmp_path / "one").text() == sealed(tmp_path / "two").text()


def test_other_labels_are_not_sealed(folder: Path) -> None:
    assert set(sealed(folder).frozen.rows.columns) == {"study", "patient", "split", "colour", "label.x", "sex"}


def test_what_the_rungs_take_for_metadata_is_sealed(folder: Path) -> None:
    rows = cohort().with_columns(pl.Series("age", range(12)), pl.Series("score", [0.1, 0.9] * 6), path="study")
    lay(folder, rows)
    read = {one.name for one in metadata(rows)}
    assert "age" in read
    assert read <= set(sealed(folder).frozen.rows.columns)


def test_sealing_twice_without_a_reason_is_refused(folder: Path) -> None:
    sealed(folder)
    before = (folder / "claim.ledger.sqlite").read_bytes()
    with pytest.raises(WrongUsage, match=r"was sealed by Ada at 2026-01-02.*looked at 0 times.*--again REASON"):
        sealed(folder)
    assert (folder / "claim.ledger.sqlite").read_bytes() == before


def test_sealing_once_more_adds_an_entry_and_erases_none(folder: Path) -> None:
    first = sealed(folder).entry
    change(folder, "s1", "label.x", 0)
    second = sealed(folder, "a label was wrong").entry
    assert read_ledger(folder / "claim.ledger.sqlite") == (first, second)
    assert second.content["again"] == "a label was wrong"


@pytest.mark.parametrize(("again", "told"), [("why", "was never sealed"), (" ", "needs the reason")])
def test_a_reason_to_seal_again_needs_a_seal_and_words(folder: Path, again: str, told: str) -> None:
    with pytest.raises(WrongUsage, match=told):
        sealed(folder, again)


def test_what_was_there_already_is_said_to_be(folder: Path) -> None:
    (folder / "predictions.csv").write_text("study,score\ns1,0.5\n")
    assert list(sealed(folder).document()["files"]) == ["predictions"]


def test_a_cohort_of_which_nothing_is_judged_is_refused(tmp_path: Path) -> None:
    lay(tmp_path, cohort().drop("split"))
    with pytest.raises(UnusableInput, match=r"split = 'test' or 'external', so nothing would be sealed\. Split"):
        sealed(tmp_path)


def test_a_claim_about_every_row_needs_no_split(tmp_path: Path) -> None:
    lay(tmp_path, cohort().drop("split"), CLAIM.replace("strata", 'internal = "all"\nstrata'))
    assert sealed(tmp_path).document()["cohort"]["judged"] == 12


def test_a_cohort_without_the_finding_is_refused(tmp_path: Path) -> None:
    lay(tmp_path, cohort().drop("label.x"))
    with pytest.raises(UnusableInput, match=r"has no column 'label\.x'.*labels for: y"):
        sealed(tmp_path)


def test_a_claim_without_a_cohort_is_refused(tmp_path: Path) -> None:
    lay(tmp_path, claim=CLAIM.replace('cohort = "cohort.csv"\n', ""))
    with pytest.raises(UnusableInput, match="names no cohort"):
        sealed(tmp_path)


def test_a_seal_whose_ledger_is_gone_is_not_renewed(folder: Path) -> None:
    sealed(folder)
    (folder / "claim.ledger.sqlite").unlink()
    with pytest.raises(UnusableInput, match=r"its ledger claim\.ledger\.sqlite is gone"):
        sealed(folder, "again")


def test_a_ledger_that_was_tampered_with_is_not_mended_by_a_seal(folder: Path) -> None:
    sealed(folder)
    append(folder / "claim.ledger.sqlite", "note", {}, who="Ada")
    with closing(sqlite3.connect(folder / "claim.ledger.sqlite", isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER no_delete")
        connection.execute("DELETE FROM ledger WHERE number = 1")
    with pytest.raises(UnusableInput, match=r"entry 1 is missing.*bring the ledger back"):
        sealed(folder, "again")


def test_a_name_is_said_or_set_or_told_to_be_the_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIDUCIAL_BY", raising=False)
    monkeypatch.setenv("LOGNAME", "ada")
    assert who() == "ada (login)"
    monkeypatch.setenv("FIDUCIAL_BY", "Ada L.")
    assert (who(), who("Bob")) == ("Ada L.", "Bob")


@pytest.mark.parametrize("by", ["", "  "])
def test_an_empty_name_is_refused(folder: Path, by: str) -> None:
    with pytest.raises(WrongUsage, match="is empty"):
        fd.seal_cohort(folder / "claim.toml", by=by)
    assert not (folder / "claim.ledger.sqlite").exists()
