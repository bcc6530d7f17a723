"""What people say: asked once, kept for ever, refused where it cannot be meant."""

from pathlib import Path

import pytest

from fiducial.errors import UnusableInput
from fiducial.report.documents.answers import FILE, QUESTIONS, read_answers, write_questions
from fiducial.report.documents.saving import every_question


def test_the_file_asks_every_question_and_answers_none(tmp_path: Path) -> None:
    write_questions(tmp_path / FILE, every_question())
    read = read_answers(tmp_path / FILE, every_question())
    assert set(read.told) == set(every_question())
    assert not any(read.told.values())


def test_a_file_with_answers_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('[model]\ncontact = "Ada"\n')
    write_questions(tmp_path / FILE, QUESTIONS)
    assert read_answers(tmp_path / FILE, QUESTIONS).get("model.contact") == "Ada"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('[model]\ncontakt = "Ada"', r"nobody asks 'model.contakt'. Did you mean 'model.contact'"),
        ("[model]\ncontact = 3", r"model.contact must be text in quotes; got 3"),
        ('contact = "Ada"', "outside every section"),
        ("[model", "is not valid TOML"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_file(content: str, told: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(content)
    with pytest.raises(UnusableInput, match=rf"answers\.toml: .*{told}"):
        read_answers(tmp_path / FILE, QUESTIONS)
