"""Which studies enter, and the words of those that do not."""

from fiducial.models.contract import Study
from fiducial.pipelines.entry import outside, told
from fiducial.pipelines.known import Known
from fiducial.pipelines.recipe import Entry

CHEST = Entry(modality=("CR", "DX"), body_part=("CHEST",), age=(18, 90))


def why(entry: Entry, columns: dict[str, object] | None = None, **header: str) -> str | None:
    return outside(entry, Known(Study("s", (), columns or {}), header))


def test_a_study_that_fits_enters() -> None:
    assert why(CHEST, Modality="dx", BodyPartExamined="CHEST", PatientAge="050Y") is None


def test_everything_that_does_not_fit_is_told() -> None:
    assert why(CHEST, Modality="CT", BodyPartExamined="CHEST", PatientAge="017Y") == (
        "its modality is CT; CR or DX enters; its age is 17 years; 18 to 90 enter"
    )


def test_what_nobody_says_keeps_a_study_out() -> None:
    assert why(CHEST, Modality="DX", PatientAge="050Y") == "nobody says its body part; CHEST enters"


def test_or_lets_it_in_where_the_file_says_so() -> None:
    assert why(CHEST.model_copy(update={"unknown": "inside"})) is None


def test_a_column_of_the_cohort_can_be_asked() -> None:
    entry = Entry(columns={"site": ("Alder",)})
    assert why(entry, {"site": "alder"}) is None
    assert why(entry, {"site": "Birch"}) == "its site is Birch; Alder enters"


def test_the_entry_is_told_in_words() -> None:
    assert told(CHEST) == ["modality: CR or DX", "body part: CHEST", "age: 18 to 90 years", "unknown: outside"]
    assert told(Entry()) == []
