"""Labels of what was done to an image, and of what its header says."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

import fiducial as fd
from fiducial.errors import UnusableInput, WrongUsage


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    ramp = np.tile(np.linspace(20, 200, 40), (40, 1)).astype(np.uint8)
    for name in ("a", "b"):
        Image.fromarray(ramp).save(tmp_path / f"{name}.png")
    table = {"study": ["a", "b"], "patient": ["p", "q"], "path": ["a.png", "b.png"], "split": ["train", "test"],
             "view": ["AP", "PA"], "label.mass": [1, 0]}  # fmt: skip
    pl.DataFrame(table).write_csv(tmp_path / "cohort.csv")
    return tmp_path / "cohort.csv"


def rows(path: Path) -> list[dict[str, object]]:
    return fd.read_cohort(path).rows.sort("study").to_dicts()


def test_an_image_appears_clean_and_under_every_condition(cohort: Path, tmp_path: Path) -> None:
    fd.label_cohort(cohort, fd.KnownLabels(done={"turned": "rotation", "bright": "xray-overexposure"}), tmp_path / "o")
    made = rows(tmp_path / "o" / "cohort.parquet")
    found = {row["study"]: (row["label.turned"], row["label.bright"]) for row in made[:3]}
    assert found == {"a": (0, 0), "a~bright": (0, 1), "a~turned": (1, 0)}
    assert len(made) == 6


def test_the_picture_of_a_clean_image_is_the_image(cohort: Path, tmp_path: Path) -> None:
    fd.label_cohort(cohort, fd.KnownLabels(done={"turned": "rotation"}), tmp_path / "o")
    made = rows(tmp_path / "o" / "cohort.parquet")[:2]
    clean, turned = (np.asarray(Image.open(tmp_path / "o" / str(row["path"]))) for row in made)
    assert np.allclose(clean / 257, np.asarray(Image.open(tmp_path / "a.png")), atol=0.01)
    assert not np.array_equal(clean, turned)


def test_patients_and_splits_stay_and_other_labels_go(cohort: Path, tmp_path: Path) -> None:
    found = fd.label_cohort(cohort, fd.KnownLabels(done={"turned": "rotation"}), tmp_path / "o").cohort
    assert found.findings == ["turned"]
    assert found.rows.group_by("patient").agg(pl.col("split").n_unique())["split"].to_list() == [1, 1]


def test_the_same_labels_are_made_the_same_way(cohort: Path, tmp_path: Path) -> None:
    for out in ("one", "two"):
        fd.label_cohort(cohort, fd.KnownLabels(done={"turned": "rotation"}), tmp_path / out)
    assert rows(tmp_path / "one" / "cohort.parquet") == rows(tmp_path / "two" / "cohort.parquet")


def test_a_column_tells_a_label_and_no_picture_is_written(cohort: Path, tmp_path: Path) -> None:
    found = fd.label_cohort(cohort, fd.KnownLabels(told={"ap": ("view", "AP")}), tmp_path / "o")
    assert found.counts == {"ap": 1}
    assert [row["path"] for row in rows(tmp_path / "o" / "cohort.parquet")] == ["../a.png", "../b.png"]


def test_an_image_that_cannot_be_read_is_listed_and_the_others_go_on(cohort: Path, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG cut off")
    found = fd.label_cohort(cohort, fd.KnownLabels(done={"turned": "rotation"}), tmp_path / "o")
    assert sorted(found.failed) == ["a", "a~turned"]
    assert found.cohort.rows["study"].to_list() == ["b", "b~turned"]


@pytest.mark.parametrize(
    ("told", "message"),
    [({"ap": ("veiw", "AP")}, "Did you mean 'view'"), ({"ap": ("view", "AX")}, "no row has view = 'AX'")],
)
def test_a_column_or_value_that_is_not_there_is_refused(
    cohort: Path, tmp_path: Path, told: dict[str, tuple[str, str]], message: str
) -> None:
    with pytest.raises(UnusableInput, match=message):
        fd.label_cohort(cohort, fd.KnownLabels(told=told), tmp_path / "o")


def test_labels_that_contradict_or_of_nothing_are_refused() -> None:
    with pytest.raises(WrongUsage, match="named twice"):
        fd.KnownLabels(done={"x": "rotation"}, told={"x": ("view", "AP")})
    with pytest.raises(WrongUsage, match="no label was named"):
        fd.KnownLabels()
    with pytest.raises(WrongUsage, match="Did you mean 'rotation'"):
        fd.KnownLabels(done={"x": "rotatoin"})


@pytest.mark.parametrize("word", ["rotated", "=rotation", "rotated="])
def test_a_word_of_another_form_is_refused(word: str) -> None:
    with pytest.raises(WrongUsage, match="is not of the form LABEL=CONDITION"):
        fd.parse_labels([word], [])
