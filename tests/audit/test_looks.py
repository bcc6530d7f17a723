"""Every audit of a sealed claim is a look: written down before it is shown, counted, and held against the seal."""

import json
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from shutil import copytree

import polars as pl
import pytest

import fiducial as fd
from audit.studies import make_study
from fiducial.audit.ladder import AuditedEvidence
from fiducial.claims.evidence import Verdict
from fiducial.cohort.seals.history import read_history
from fiducial.errors import UnusableInput
from fiducial.files.hashes import hash_file
from fiducial.files.ledger import read_ledger
from outsiders import installed

CLAIM = """[claim]
name = "c"
finding = "x"
threshold = { value = 0.5, chosen_on = "tune" }
[floors]
auroc = 0.8
looks = 2
[ladder]
required = ["internal", "external", "seal"]
[evidence]
cohort = "cohort.csv"
predictions = "predictions.csv"
external_by = ["site"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sealed study; the predictions come afterwards."""
    study, place = make_study(300), tmp_path / "study"
    place.mkdir()
    study.cohort.write_csv(place / "cohort.csv")
    (place / "claim.toml").write_text(CLAIM)
    fd.seal_cohort(place / "claim.toml", by="Ada")
    study.predictions.write_csv(place / "predictions.csv")
    return place


def look(folder: Path, seed: int = 0) -> AuditedEvidence:
    return fd.climb(folder / "claim.toml", seed=seed, resamples=100)


def relabel(folder: Path, study: str = "s0") -> None:
    frame = pl.read_csv(folder / "cohort.csv")
    turned = pl.when(pl.col("study") == study).then(1 - pl.col("label.x")).otherwise("label.x").alias("label.x")
    frame.with_columns(turned).write_csv(folder / "cohort.csv")


def kinds(folder: Path) -> list[str]:
    return [entry.kind for entry in read_ledger(folder / "claim.ledger.sqlite")]


def test_a_look_is_begun_and_ended_in_the_ledger(folder: Path) -> None:
    evidence = look(folder)
    assert evidence.verdict is Verdict.HOLDS
    _, begun, ended = read_ledger(folder / "claim.ledger.sqlite")
    assert (begun.kind, begun.content["splits"]) == ("look begun", {"external": 150, "test": 150})
    tables = {name: hash_file(folder / f"{name}.csv") for name in ("cohort", "predictions")}
    assert begun.content["inputs"] == {"claim": hash_file(folder / "claim.toml")} | tables
    assert (ended.content["begun"], ended.content["verdict"]) == (2, "holds")
    assert ended.content["rungs"]["internal"] == "holds"


def test_the_ledger_keeps_the_hash_of_the_evidence_file(folder: Path, tmp_path: Path) -> None:
    look(folder).save(tmp_path / "report")
    ended = read_ledger(folder / "claim.ledger.sqlite")[-1]
    assert ended.content["evidence"] == hash_file(tmp_path / "report" / "evidence.json")
    path = tmp_path / "report" / "evidence.json"
    assert fd.verify_cohort(folder / "claim.toml", evidence=[path]).whole
    path.write_text(path.read_text().replace("0.9", "0.8"))
    assert (
        "is the evidence of no look" in fd.verify_cohort(folder / "claim.toml", evidence=[path]).differences[0].sentence
    )


def test_the_evidence_names_the_ledgers_head_before_the_look(folder: Path) -> None:
    sealed = read_ledger(folder / "claim.ledger.sqlite")[0].hash
    inputs = look(folder).provenance.inputs
    assert (inputs["ledger"], inputs["seal"]) == (sealed, hash_file(folder / "claim.seal.json"))
    assert fd.verify_cohort(folder / "claim.toml", heads=[inputs["ledger"]]).whole


def test_the_same_ledger_gives_the_same_evidence_without_clock_times(folder: Path, tmp_path: Path) -> None:
    copytree(folder, tmp_path / "copy")
    one, other = look(folder).document(), look(tmp_path / "copy").document()
    assert one == other
    assert not re.search(r"\d{4}-\d\d-\d\dT", json.dumps(one))


def test_looks_are_counted_and_those_that_ask_the_same_once(folder: Path) -> None:
    assert look(folder)["seal"].figures[0].value == 1
    again = look(folder)["seal"]
    assert [(figure.name, figure.value) for figure in again.figures[:2]] == [("looks", 1), ("looks_begun", 2)]
    assert look(folder, seed=1)["seal"].figures[0].value == 2


def test_earlier_looks_are_told_with_their_predictions_and_verdict(folder: Path) -> None:
    look(folder)
    predictions = hash_file(folder / "predictions.csv")[:15]
    assert f"Looks before this one: entry 2 (predictions {predictions}, holds)." in look(folder)["seal"].notes
    (folder / "claim.toml").write_text(CLAIM + "# the same\n")
    assert "another text of the claim, holds); entry 4" in look(folder)["seal"].notes[-1]


def test_more_looks_than_the_claim_allows_make_it_fail(folder: Path) -> None:
    assert [look(folder, seed=seed)["seal"].verdict for seed in range(3)] == ["holds", "holds", "fails"]


def test_other_predictions_are_another_look_and_break_no_seal(folder: Path) -> None:
    look(folder)
    pl.read_csv(folder / "predictions.csv").with_columns(pl.col("score") * 0.99).write_csv(folder / "predictions.csv")
    evidence = look(folder)
    assert (evidence["internal"].verdict, evidence["seal"].figures[0].value) == (Verdict.HOLDS, 2)


def test_looks_at_the_same_time_keep_one_chain_and_are_counted_in_its_order(folder: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda seed: look(folder, seed), range(6)))
    counted = [{figure.name: figure.value for figure in one["seal"].figures}["looks_begun"] for one in found]
    assert sorted(counted) == [1, 2, 3, 4, 5, 6]
    assert fd.verify_cohort(folder / "claim.toml", heads=[one.provenance.inputs["ledger"] for one in found]).whole


CRASH = """
class Member:
    name, asks, needs = "crash", "Does it end?", ()

    def judge(self, case):
        raise RuntimeError("power cut")
"""


def test_a_look_that_crashes_counts(folder: Path, tmp_path: Path) -> None:
    with installed(tmp_path, "rungs", "crash", CRASH), pytest.raises(RuntimeError, match="power cut"):
        look(folder)
    assert kinds(folder) == ["seal", "look begun"]
    figures = {figure.name: figure.value for figure in look(folder)["seal"].figures}
    assert (figures["looks_begun"], figures["looks_without_an_end"]) == (2, 1)
    assert "1 of 2 looks were begun and never ended" in fd.verify_cohort(folder / "claim.toml").notes[0]


def test_a_table_that_cannot_be_judged_is_no_look(folder: Path) -> None:
    (folder / "predictions.csv").write_text("study,score\nnobody,0.5\n")
    with pytest.raises(UnusableInput, match="does not hold"):
        look(folder)
    assert kinds(folder) == ["seal"]


def test_nothing_is_shown_where_a_sealed_label_changed(folder: Path) -> None:
    relabel(folder)
    evidence = look(folder)
    told = "label.x of judged studies changed (1): s0"
    assert {evidence[name].verdict for name in ("internal", "external", "seal")} == {Verdict.NOT_SHOWN}
    assert evidence["internal"].notes[0].startswith(f"The seal is broken, so the figures show nothing: {told}")
    assert evidence.alarms[0].startswith(f"The seal is broken: {told}")


def test_nothing_is_shown_after_the_claim_was_edited(folder: Path) -> None:
    look(folder)
    (folder / "claim.toml").write_text(CLAIM.replace("auroc = 0.8", "auroc = 0.7"))
    assert "the claim was changed after the first look: line 6" in look(folder)["internal"].notes[0]
    fd.seal_cohort(folder / "claim.toml", by="Eve", again="a typo")
    evidence = look(folder)
    assert evidence["internal"].verdict is Verdict.NOT_SHOWN
    assert "since the seal of entry 1, which was looked at 2 times, the claim was changed" in evidence.alarms[0]


def test_an_edit_before_the_first_look_is_not_told_to_be_after_it(folder: Path) -> None:
    (folder / "claim.toml").write_text(CLAIM.replace("auroc = 0.8", "auroc = 0.7"))
    for seed in range(2):
        assert "the claim was changed after it was sealed: line 6" in look(folder, seed).alarms[0]


def test_a_claim_that_fails_does_not_escape_by_breaking_its_seal(folder: Path) -> None:
    (folder / "claim.toml").write_text(CLAIM.replace("auroc = 0.8", "auroc = 0.9999"))
    assert look(folder)["internal"].verdict is Verdict.FAILS


def test_nothing_is_shown_where_an_entry_of_the_ledger_is_gone(folder: Path) -> None:
    look(folder)
    with closing(sqlite3.connect(folder / "claim.ledger.sqlite", isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER no_delete")
        connection.execute("DELETE FROM ledger WHERE number = 2")
    evidence = look(folder)
    assert evidence["internal"].verdict is Verdict.NOT_SHOWN
    assert evidence.alarms == ("The seal is broken: the ledger was tampered with: entry 2 is missing: entry 3 stands in its place.",)  # fmt: skip  # noqa: E501


def test_nothing_is_shown_under_the_ledger_of_another_seal(folder: Path, tmp_path: Path) -> None:
    other = Path(copytree(folder, tmp_path / "other"))
    for name in ("claim.seal.json", "claim.ledger.sqlite"):
        (other / name).unlink()
    fd.seal_cohort(other / "claim.toml", by="Eve")
    (folder / "claim.ledger.sqlite").write_bytes((other / "claim.ledger.sqlite").read_bytes())
    assert "not the ledger of claim.seal.json, but of another seal" in look(folder).alarms[0]


def test_a_look_that_cannot_be_written_down_is_not_taken(folder: Path) -> None:
    (folder / "claim.ledger.sqlite").unlink()
    with pytest.raises(UnusableInput, match=r"its ledger claim\.ledger\.sqlite is gone"):
        look(folder)
    (folder / "claim.ledger.sqlite").write_text("x" * 5000)
    with pytest.raises(UnusableInput, match="is no SQLite file"):
        look(folder)


def test_a_seal_that_cannot_be_read_is_refused_before_a_look_is_written_down(folder: Path) -> None:
    path = folder / "claim.seal.json"
    path.write_text(path.read_text().replace("fiducial.seal/1", "fiducial.seal/2"))
    with pytest.raises(UnusableInput, match=r"this program reads fiducial\.seal/1"):
        look(folder)
    assert kinds(folder) == ["seal"]


def test_a_claim_that_was_never_sealed_is_judged_and_its_seal_not_shown(folder: Path) -> None:
    for name in ("claim.seal.json", "claim.ledger.sqlite"):
        (folder / name).unlink()
    evidence = look(folder)
    assert (evidence["internal"].verdict, evidence["seal"].verdict) == (Verdict.HOLDS, Verdict.NOT_SHOWN)
    assert not (folder / "claim.ledger.sqlite").exists()
    assert "ledger" not in evidence.provenance.inputs


def test_claims_that_are_audited_together_are_looked_at_too(folder: Path) -> None:
    fd.climb_all(folder, resamples=100)
    assert kinds(folder) == ["seal", "look begun", "look ended"]


def test_the_name_of_who_looks_comes_from_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIDUCIAL_BY", "Bob")
    look(folder)
    assert {entry.who for entry in read_ledger(folder / "claim.ledger.sqlite")[1:]} == {"Bob"}


def test_a_history_reads_its_looks_by_the_seal_that_was_in_force(folder: Path) -> None:
    look(folder)
    fd.seal_cohort(folder / "claim.toml", by="Ada", again="once more")
    look(folder)
    assert [one.seal for one in read_history(folder / "claim.toml").looks] == [1, 4]
