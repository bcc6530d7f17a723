"""Overrides become labels of the next audit, and what is no word on a finding is told."""

from pathlib import Path

import polars as pl
import pytest

from fiducial.cohort.labels import read_labels
from fiducial.errors import WrongUsage
from fiducial.rules.file import Rules, rules_of
from fiducial.rules.relabelling import override_labels
from rules.written import file_of

RULES: Rules = rules_of(
    file_of(artefact="metadata(portable)", tension="score(pneumothorax) >= $half") + 'finding = "pneumothorax"\n'
)


def row(flag: str = "rule(tension)", to: str = "true", hour: int = 9, study: str = "s1") -> dict[str, str]:
    at = f"2026-01-31T{hour:02}:00:00"
    return {"study": study, "reader": "dr-a", "at": at, "flag": flag, "to": to, "reason": "missed"}


def test_the_override_of_a_rule_is_a_label_of_its_finding(tmp_path: Path) -> None:
    found = override_labels(pl.DataFrame([row(), row(to="false", study="s0")]), RULES, tmp_path / "labels.csv")
    assert found.labels.rows() == [("s0", "pneumothorax", "dr-a", 0.0), ("s1", "pneumothorax", "dr-a", 1.0)]
    assert found.left_out == {}
    assert read_labels(tmp_path / "labels.csv")["label"].to_list() == [0.0, 1.0]


def test_of_several_by_one_reader_the_latest_counts() -> None:
    found = override_labels(pl.DataFrame([row(to="false", hour=11), row(hour=10)]), RULES)
    assert found.labels["label"].to_list() == [0.0]


def test_what_is_no_word_on_a_finding_is_left_out_and_told() -> None:
    table = pl.DataFrame(
        [row("score(pneumothorax)", "0.9"), row("rule(artefact)"), row("rule(tensoin)"), row(to="unknown")]
    )
    found = override_labels(table, RULES)
    assert found.labels.is_empty()
    assert found.left_out["rule(artefact)"] == "1 left out: rule 'artefact' sets no finding; give it `finding`"
    assert "an input is no word on a finding" in found.left_out["score(pneumothorax)"]
    assert "Did you mean 'tension'?" in found.left_out["rule(tensoin)"]
    assert found.left_out["rule(tension)"] == "1 left out: the reader could not tell"


def test_another_ending_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match=r"labels\.txt: a table is written as \.parquet or \.csv"):
        override_labels("nowhere.csv", RULES, tmp_path / "labels.txt")
