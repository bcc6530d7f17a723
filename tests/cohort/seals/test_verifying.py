"""A reviewer with the folder alone: everything that changed is named, and what is as it was is said to be."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from shutil import copytree

import numpy as np
import polars as pl
import pytest
from PIL import Image

import fiducial as fd
from cohort.seals.making import CLAIM, change, cohort, edit, lay, sealed
from fiducial.cohort.seals.history import BEGUN, ENDED
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.hashes import hash_file
from fiducial.files.ledger import append, read_ledger


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lay(tmp_path / "study")
    sealed(tmp_path / "study")
    return tmp_path / "study"


def told(folder: Path) -> list[str]:
    """What breaks the seal."""
    return [one.sentence for one in fd.verify_cohort(folder / "claim.toml").differences if one.breaks]


def look(folder: Path) -> None:
    append(folder / "claim.ledger.sqlite", BEGUN, {"asked": "a", "splits": {}, "inputs": {}}, who="Ada")


def tamper(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "claim.ledger.sqlite", isolation_level=None)) as connection:
        for name in ("no_update", "no_delete", "only_next"):
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)


def test_what_nobody_touched_is_whole(folder: Path) -> None:
    found = fd.verify_cohort(folder / "claim.toml")
    assert (found.differences, found.exit_code) == ((), 0)


def test_a_copied_folder_is_proved_as_well_and_by_its_seal(folder: Path, tmp_path: Path) -> None:
    copytree(folder, tmp_path / "copy")
    assert fd.verify_cohort(tmp_path / "copy" / "claim.seal.json").whole


def test_verifying_writes_nothing(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    fd.verify_cohort(folder / "claim.toml")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_label_that_changed_is_named_with_both_values(folder: Path) -> None:
    change(folder, "s1", "label.x", 0)
    change(folder, "s2", "label.x", None)
    assert told(folder) == ["label.x of judged studies changed (2): s1 (was 1, is 0); s2 (was 0, is empty)"]


def test_a_stratum_that_the_claim_judges_by_is_sealed_too(folder: Path) -> None:
    change(folder, "s1", "sex", "F")
    assert told(folder) == ["sex of judged studies changed (1): s1 (was M, is F)"]


def test_what_a_metadata_baseline_reads_is_sealed_too(folder: Path) -> None:
    change(folder, "s1", "colour", "blue")
    assert told(folder) == ["colour of judged studies changed (1): s1 (was red, is blue)"]


def test_a_column_that_came_after_the_seal_breaks_it(folder: Path) -> None:
    edit(folder, 'strata = ["sex"]', 'strata = ["sex", "site"]')
    sealed(folder, "a stratum that the cohort does not hold yet")
    look(folder)
    cohort().with_columns(site=pl.lit("Alder")).write_csv(folder / "cohort.csv")
    assert told(folder)[0] == "the seal does not hold the column 'site', by which results are judged"


def test_what_nothing_is_judged_by_may_change(folder: Path) -> None:
    change(folder, "s1", "label.y", 1)
    assert fd.verify_cohort(folder / "claim.toml").differences == ()


def test_studies_that_came_or_went_are_named(folder: Path) -> None:
    frame = cohort()
    frame = frame.filter(frame["study"] != "s4")
    frame.vstack(frame[1].with_columns(study=pl.lit("s0x"))).write_csv(folder / "cohort.csv")
    assert told(folder) == [
        "judged studies gone since the seal (1): s4 (test)",
        "judged studies that the seal does not hold (1): s0x (test)",
    ]


@pytest.mark.parametrize(("study", "split"), [("s1", "train"), ("s0", "test")])
def test_a_study_that_left_or_entered_the_test_breaks_the_seal(folder: Path, study: str, split: str) -> None:
    change(folder, study, "split", split)
    assert told(folder)[0].startswith("split of judged studies changed (1): " + study)


def test_a_change_in_train_is_told_and_breaks_nothing(folder: Path) -> None:
    change(folder, "s0", "label.x", 1)
    found = fd.verify_cohort(folder / "claim.toml")
    assert [one.sentence for one in found.differences] == ["label.x of other studies changed (1): s0 (was 0, is 1)"]
    assert found.whole


def test_five_are_named_and_the_rest_counted(folder: Path) -> None:
    for number in (1, 2, 4, 5, 7, 8, 10):
        change(folder, f"s{number}", "patient", "other")
    assert told(folder)[0].endswith("(was p5, is other), and 2 more")
    assert "s1 (was p1" in told(folder)[0]


def test_the_line_of_the_claim_that_changed_is_shown(folder: Path) -> None:
    edit(folder, "auroc = 0.8", "auroc = 0.7")
    assert told(folder) == ["the claim was changed after it was sealed: line 7 was 'auroc = 0.8', is 'auroc = 0.7'"]


def test_a_claim_that_was_edited_after_a_look_is_told_so(folder: Path) -> None:
    look(folder)
    edit(folder, "auroc = 0.8", "auroc = 0.7")
    assert told(folder)[0].startswith("the claim was changed after the first look: line 7")


def test_a_comment_in_the_claim_changes_nothing_that_it_says(folder: Path) -> None:
    edit(folder, "[floors]", "[floors]  # what must hold")
    found = fd.verify_cohort(folder / "claim.toml")
    assert found.whole
    assert found.differences[0].sentence.startswith("the claim's text was changed, and says the same: line 6")


def test_a_new_seal_before_any_look_makes_it_whole_again(folder: Path) -> None:
    edit(folder, "auroc = 0.8", "auroc = 0.7")
    change(folder, "s1", "label.x", 0)
    sealed(folder, "second thoughts")
    assert told(folder) == []


def test_no_new_seal_makes_good_what_changed_after_a_look(folder: Path) -> None:
    look(folder)
    edit(folder, "auroc = 0.8", "auroc = 0.7")
    change(folder, "s1", "label.x", 0)
    sealed(folder, "second thoughts")
    since = "since the seal of entry 1, which was looked at once, "
    assert told(folder) == [
        since + "the claim was changed: line 7 was 'auroc = 0.8', is 'auroc = 0.7'",
        since + "label.x of judged studies changed (1): s1 (was 1, is 0)",
    ]


@pytest.mark.parametrize(
    ("renewed", "fresh"), [(["study", "patient"], True), (["study"], False), (["patient"], False)]
)  # another image of a patient who was looked at is no fresh test
def test_only_studies_and_patients_that_nobody_looked_at_are_a_fresh_start(
    folder: Path, renewed: list[str], *, fresh: bool
) -> None:
    look(folder)
    edit(folder, "auroc = 0.8", "auroc = 0.7")
    cohort().with_columns(pl.concat_str(pl.lit("new "), name).alias(name) for name in renewed).write_csv(
        folder / "cohort.csv"
    )
    sealed(folder, "a fresh test")
    assert (told(folder) == []) is fresh


def test_scores_in_the_cohort_are_predictions_that_came_first(tmp_path: Path) -> None:
    claim = CLAIM.replace('predictions = "predictions.csv"\n', "")
    lay(tmp_path, cohort().with_columns(score=pl.lit(0.5)), claim)
    assert "predictions" in sealed(tmp_path).frozen.files
    (note,) = fd.verify_cohort(tmp_path / "claim.toml").notes
    assert note.startswith("The predictions were there before the seal")


@pytest.mark.parametrize("look_ended", [2, 1])
def test_evidence_that_was_made_up_cannot_be_appended_to_a_look(folder: Path, tmp_path: Path, look_ended: int) -> None:
    look(folder)
    ledger, forged = folder / "claim.ledger.sqlite", tmp_path / "evidence.json"
    forged.write_text("{}")
    append(ledger, ENDED, {"begun": 2, "verdict": "fails", "evidence": "sha256:1"}, who="Ada")
    append(ledger, ENDED, {"begun": look_ended, "verdict": "holds", "evidence": hash_file(forged)}, who="Ada")
    found = fd.verify_cohort(folder / "claim.toml", evidence=[forged])
    assert [one.what for one in found.differences] == ["ledger", "evidence"]
    assert found.differences[0].sentence.startswith("entry 4 ends a look that was not begun, or was ended already")


def test_a_claim_that_is_not_there_is_not_called_unsealed(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="there is no such file"):
        fd.verify_cohort(tmp_path / "nowhere.toml")


def test_a_part_of_a_hash_is_refused_and_proves_nothing(folder: Path) -> None:
    with pytest.raises(WrongUsage, match="64 hexadecimal digits"):
        fd.verify_cohort(folder / "claim.toml", heads=["sha256:1d2f1a7c"])


@pytest.mark.parametrize(
    ("name", "breaks"), [("labels", True), ("predictions", False)]
)  # other predictions are another look at the same test
def test_a_table_that_is_not_the_sealed_one_is_told(tmp_path: Path, name: str, breaks: bool) -> None:  # noqa: FBT001
    lay(tmp_path)
    (tmp_path / f"{name}.csv").write_text("study\n1\n")
    sealed(tmp_path)
    (tmp_path / f"{name}.csv").write_text("study\n2\n")
    (one,) = fd.verify_cohort(tmp_path / "claim.toml").differences
    assert (one.sentence, one.breaks) == (f"the {name} table is another one than the sealed one", breaks)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM ledger WHERE number = 2", "entry 2 is missing"),
        ("UPDATE ledger SET who = 'Eve' WHERE number = 1", "entry 1 was changed"),
        ("UPDATE ledger SET body = '{}' WHERE number = 2", "entry 2 was changed"),
    ],
)
def test_a_ledger_that_was_tampered_with_is_told_by_its_first_entry(folder: Path, statement: str, words: str) -> None:
    look(folder)
    look(folder)
    tamper(folder, statement)
    assert told(folder)[0].startswith(f"the ledger was tampered with: {words}")
    assert len(fd.verify_cohort(folder / "claim.toml").document()["entries"]) >= 2


def test_a_broken_ledger_does_not_hide_what_else_changed(folder: Path) -> None:
    look(folder)
    look(folder)
    tamper(folder, "DELETE FROM ledger WHERE number = 2")
    change(folder, "s1", "label.x", 0)
    assert [one.split(" of ")[0] for one in told(folder)] == [
        "the ledger was tampered with: entry 2 is missing: entry 3 stands in its place", "label.x",
    ]  # fmt: skip


def test_an_end_that_was_cut_off_is_found_by_a_hash_that_was_kept(folder: Path) -> None:
    look(folder)
    kept = read_ledger(folder / "claim.ledger.sqlite")[-1].hash
    assert fd.verify_cohort(folder / "claim.toml", heads=[kept]).whole
    tamper(folder, "DELETE FROM ledger WHERE number = 2")
    assert fd.verify_cohort(folder / "claim.toml").whole  # nothing in the folder tells
    (one,) = fd.verify_cohort(folder / "claim.toml", heads=[kept]).differences
    assert one.sentence.startswith(f"no entry of the ledger has the hash {kept}")


def test_a_ledger_of_another_seal_is_told_so(folder: Path, tmp_path: Path) -> None:
    lay(tmp_path / "other", claim=CLAIM.replace("0.8", "0.9"))
    sealed(tmp_path / "other")
    (folder / "claim.ledger.sqlite").write_bytes((tmp_path / "other" / "claim.ledger.sqlite").read_bytes())
    assert "claim.ledger.sqlite is not the ledger of claim.seal.json, but of another seal" in told(folder)


def test_a_seal_file_that_was_edited_or_lost_is_told(folder: Path) -> None:
    path = folder / "claim.seal.json"
    path.write_text(path.read_text().replace('"Ada"', '"Eve"'))
    assert told(folder) == ["claim.seal.json is not what entry 1 of the ledger says; it differs in by"]
    path.unlink()
    assert told(folder)[0].startswith("claim.seal.json is gone")


def test_a_clock_that_was_set_back_is_noted(folder: Path) -> None:
    append(folder / "claim.ledger.sqlite", "note", {}, who="Ada")
    sealed(folder, "at noon again")
    assert fd.verify_cohort(folder / "claim.toml").notes[0] == (
        "Entry 3 is dated before entry 2: a clock was set back."
    )


def newer(folder: Path) -> str:
    path = folder / "claim.seal.json"
    path.write_text(path.read_text().replace("fiducial.seal/1", "fiducial.seal/2"))
    return r"claim\.seal\.json is fiducial\.seal/2; this program reads fiducial\.seal/1"


def no_json(folder: Path) -> str:
    (folder / "claim.seal.json").write_text("sealed!")
    return "is no seal, for it is not JSON"


def no_ledger(folder: Path) -> str:
    (folder / "claim.ledger.sqlite").unlink()
    return r"its ledger claim\.ledger\.sqlite is gone"


def no_database(folder: Path) -> str:
    (folder / "claim.ledger.sqlite").write_text("x" * 5000)
    return "is no SQLite file"


def no_cohort(folder: Path) -> str:
    (folder / "cohort.csv").unlink()
    return r"cohort\.csv: there is no such file"


@pytest.mark.parametrize("spoil", [newer, no_json, no_ledger, no_database, no_cohort])
def test_what_cannot_be_read_is_refused_with_its_reason(folder: Path, spoil) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    with pytest.raises(UnusableInput, match=spoil(folder)):
        fd.verify_cohort(folder / "claim.toml")


def test_a_ledger_entry_of_another_version_is_refused(folder: Path) -> None:
    append(folder / "claim.ledger.sqlite", "seal", {"schema": "fiducial.seal/2"}, who="Ada")
    with pytest.raises(UnusableInput, match=r"entry 2 is fiducial\.seal/2; this program reads"):
        fd.verify_cohort(folder / "claim.toml")


def test_a_claim_that_was_never_sealed_and_a_table_are_refused(tmp_path: Path) -> None:
    lay(tmp_path)
    with pytest.raises(UnusableInput, match="was never sealed"):
        fd.verify_cohort(tmp_path / "claim.toml")
    with pytest.raises(UnusableInput, match="neither a claim"):
        fd.verify_cohort(tmp_path / "cohort.csv")


def test_a_seal_cannot_lead_out_of_its_folder(folder: Path) -> None:
    path = folder / "claim.seal.json"
    document = json.loads(path.read_text())
    document["claim"]["file"] = "../claim.toml"
    path.write_text(json.dumps(document))
    with pytest.raises(UnusableInput, match="names no claim beside it"):
        fd.verify_cohort(path)


def images(folder: Path) -> Path:
    rng = np.random.default_rng(0)
    (folder / "in").mkdir()
    for study in range(4):
        Image.fromarray(rng.integers(0, 255, (32, 32), dtype=np.uint8)).save(folder / "in" / f"s{study}.png")
    rows = "".join(f"s{study}.png,p{study},test,{study % 2}\n" for study in range(4))
    (folder / "in" / "labels.csv").write_text("path,patient,split,label.x\n" + rows)
    built = fd.build_cohort(fd.Source(folder / "in", table=folder / "in" / "labels.csv", workers=1)).cohort
    fd.write_cohort(built, folder / "cohort.parquet")
    (folder / "claim.toml").write_text(CLAIM.replace("cohort.csv", "cohort.parquet").replace('strata = ["sex"]', ""))
    return folder / "claim.toml"


def test_an_image_that_was_exchanged_is_found_by_reading_it_again(tmp_path: Path) -> None:
    claim = images(tmp_path)
    assert sealed(tmp_path).pixels == 4
    assert fd.verify_cohort(claim, images=True).whole
    (tmp_path / "in" / "s1.png").write_bytes((tmp_path / "in" / "s2.png").read_bytes())
    assert fd.verify_cohort(claim).whole  # the files table does not know
    (one,) = fd.verify_cohort(claim, images=True).differences
    assert one.sentence.startswith("pixels of judged studies changed (1)")


def test_pixels_that_cannot_be_compared_any_more_break_the_seal(tmp_path: Path) -> None:
    claim = images(tmp_path)
    sealed(tmp_path)
    (tmp_path / "cohort.files.parquet").unlink()
    (one,) = fd.verify_cohort(claim).differences
    assert (one.breaks, one.sentence) == (True, "the pixels cannot be compared: no files table there any more")


def test_images_without_a_files_table_cannot_be_read_again(folder: Path) -> None:
    with pytest.raises(UnusableInput, match="no files table beside it"):
        fd.verify_cohort(folder / "claim.toml", images=True)


def test_what_a_new_seal_did_not_change_is_told_once(folder: Path) -> None:
    look(folder)
    sealed(folder, "once more")
    change(folder, "s1", "label.x", 0)
    edit(folder, "auroc = 0.8", "auroc = 0.7")
    assert told(folder) == [
        "the claim was changed after the first look: line 7 was 'auroc = 0.8', is 'auroc = 0.7'",
        "label.x of judged studies changed (1): s1 (was 1, is 0)",
    ]


def test_predictions_before_the_first_seal_are_noted_and_after_it_are_not(tmp_path: Path) -> None:
    lay(tmp_path / "after")
    sealed(tmp_path / "after")
    for place in ("after", "before"):
        lay(tmp_path / place)
        (tmp_path / place / "predictions.csv").write_text("study,score\ns1,0.5\n")
        sealed(tmp_path / place, "predictions came" if place == "after" else None)
    notes = {place: fd.verify_cohort(tmp_path / place / "claim.toml").notes for place in ("after", "before")}
    assert notes["after"] == ()
    assert notes["before"][0].startswith("The predictions were there before the seal")


def test_the_same_images_under_other_names_are_no_fresh_start(tmp_path: Path) -> None:
    images(tmp_path)
    sealed(tmp_path)
    look(tmp_path)
    edit(tmp_path, "auroc = 0.8", "auroc = 0.7")
    for name, keys in (("cohort", ("study", "patient")), ("cohort.files", ("study",))):
        path = tmp_path / f"{name}.parquet"
        table = pl.read_parquet(path)
        table.with_columns(pl.concat_str(pl.lit("new "), key).alias(key) for key in keys).write_parquet(path)
    sealed(tmp_path, "a fresh test")
    assert "the claim was changed" in told(tmp_path)[0]
