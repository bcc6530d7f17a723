"""Words and numbers of names that go with a label are told; identifiers and noise are not."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from cohort.checks.making import cohort_of, severities
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.path_tokens import PathTokens
from fiducial.cohort.path_words import Pieces, taken_apart
from fiducial.cohort.table import Cohort

N = 200
LABEL = np.random.default_rng(5).random(N) < 0.4
PATIENT = [f"p{i // 2}" for i in range(N)]


def found_for(paths: list[str], **columns: list[Any]) -> list[Finding]:
    given: dict[str, list[Any]] = {"patient": PATIENT, "label.mass": LABEL.astype(int).tolist(), "path": paths}
    return list(PathTokens().examine(cohort_of(given | columns)))


def words(path: str) -> Pieces:
    return taken_apart([[path]])[0]


def test_a_name_is_cut_at_signs_and_between_letters_and_digits() -> None:
    pieces = words("Fractured/ID_0001_AGE69_CONTRAST_1_CT.dcm")
    assert "the word 'fractured' in a folder" in pieces.words
    assert "the word 'contrast' in the file name" in pieces.words
    assert "the extension .dcm" in pieces.words
    assert pieces.numbers["the number behind 'contrast' in the file name"] == 1
    assert pieces.numbers["the number behind 'age' in the file name"] == 69


def test_a_number_without_a_word_before_it_is_known_by_its_place() -> None:
    assert words("00000261_002.png").numbers == {"number 1 in the file name": 261, "number 2 in the file name": 2}


def test_a_hash_has_no_words() -> None:
    assert words("ab12cd34ef56.png").words == {"the extension .png"}


def test_a_folder_of_the_class_gives_it_away() -> None:
    [finding] = found_for([f"{'fractured' if ill else 'well'}/{i}.png" for i, ill in enumerate(LABEL)])
    assert finding.severity is Severity.ERROR
    ill = int(LABEL.sum())
    assert finding.message.startswith("The word 'well' in a folder goes with mass: 0 of ")
    assert f"{ill} of {ill} rows without it" in finding.message


def test_a_number_in_the_name_that_is_the_label_gives_it_away() -> None:
    [finding] = found_for([f"ID_{i:04d}_CONTRAST_{ill:d}.dcm" for i, ill in enumerate(LABEL)])
    assert finding.message.startswith(
        "The number behind 'contrast' in the file name alone predicts mass with AUROC 1.00"
    )


def test_a_number_that_only_counts_files_is_passed_by() -> None:
    order = np.argsort(~LABEL, kind="stable").argsort()
    assert not found_for([f"IMG{place:07d}.jpg" for place in order], patient=[f"p{i}" for i in range(N)])


def test_an_extension_that_goes_with_the_label_is_told() -> None:
    assert severities(found_for([f"{i}.{'png' if ill else 'jpg'}" for i, ill in enumerate(LABEL)])) == [Severity.ERROR]


def test_words_of_chance_are_no_finding() -> None:
    draw = np.random.default_rng(8)
    assert not found_for([f"{draw.choice(list('abcdef'))}/{draw.choice(['x', 'y'])}_{i}.png" for i in range(N)])


def test_the_paths_of_the_files_are_taken_where_a_row_has_several() -> None:
    rows = {"patient": PATIENT, "label.mass": LABEL.astype(int).tolist()}
    files = {
        "study": [f"s{i}" for i in range(N)],
        "path": [f"{'a' if ill else 'b'}/{i}.png" for i, ill in enumerate(LABEL)],
    }
    assert severities(list(PathTokens().examine(cohort_of(rows, files)))) == [Severity.ERROR]


@pytest.mark.real
def test_the_names_of_the_siim_slices_carry_their_label(real_data: Path) -> None:
    table = pl.read_csv(real_data / "ct_slices_siim" / "metadata.csv", infer_schema_length=None)
    label = pl.col("contrast_label").cast(pl.Int8).alias("label.contrast")
    cohort = Cohort(
        table.select(pl.col("path").alias("study"), "path", pl.col("patient_id").alias("patient"), label),
        None,
        real_data,
    )
    finding = next(iter(PathTokens().examine(cohort)))
    assert (
        "number behind 'contrast' in the file name alone predicts contrast with AUROC 1.00 (0.88-1.00)"
        in finding.message
    )
