"""The text format of FDA's iMRMC: what it says, and what is told of a file that says something else."""

from pathlib import Path

import pytest

from fiducial.cohort.imrmc import is_imrmc, read_imrmc
from fiducial.errors import UnusableInput

FILE = """Any words before the data.
N0: 1
N1: 1
NR: 2
NM: 2
BEGIN DATA:
truth,c1,truth,0
truth,c2,truth,1
r1,c1,SFM,10
r1,c2,SFM,90.5
r2,c1,FFDM,20
r1,c1,FFDM,5
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "study.imrmc"
    path.write_text(text)
    return path


def test_modalities_are_arms_and_scores_are_ratings(tmp_path: Path) -> None:
    found = read_imrmc(written(tmp_path, FILE))
    assert found.readings.select("study", "reader", "arm", "rating").row(1) == ("c2", "r1", "SFM", 90.5)
    assert found.labels.select("study", "reader", "label").rows() == [("c1", "truth", 0.0), ("c2", "truth", 1.0)]


def test_the_truth_may_be_called_minus_one(tmp_path: Path) -> None:
    older = FILE.replace("truth,c1,truth", "-1,c1,-1").replace("truth,c2,truth", "-1,c2,-1")
    assert read_imrmc(written(tmp_path, older)).labels.height == 2


def test_a_file_is_known_by_the_line_before_its_data(tmp_path: Path) -> None:
    assert is_imrmc(written(tmp_path, FILE))
    assert not is_imrmc(written(tmp_path, "study,reader,rating\na,b,1\n"))
    assert not is_imrmc(tmp_path / "absent")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("BEGIN DATA:", "DATA:", "has no line 'BEGIN DATA:'"),
        ("r1,c1,SFM,10", "r1,c1,SFM", "row 9 must be reader,case,modality,score; got 'r1,c1,SFM'"),
        ("r1,c1,SFM,10", "r1,c1,SFM,high", "row 9: the score must be a number; got 'high'"),
        ("r1,c1,FFDM,5", "r1,c1,SFM,5", "row 12 repeats reader 'r1', case 'c1' of row 9"),
        ("truth,c2,truth,1", "truth,c1,truth,1", "row 8 repeats the truth of case 'c1' of row 7"),
        ("truth,c2,truth,1", "truth,c2,truth,2", "row 8: the truth of a case is 0 or 1; got 2"),
        ("r1,c2,SFM,90.5", "r1,c9,SFM,90.5", "row 10 is of case 'c9', which has no truth"),
        ("N1: 1", "N1: 2", "says N1: 2 and holds 1. The file was cut off or edited"),
        ("truth,c1,truth,0\ntruth,c2,truth,1\n", "", "both truth and readings are needed; one is absent"),
    ],
)
def test_what_is_wrong_is_told_with_its_row(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(UnusableInput) as refused:
        read_imrmc(written(tmp_path, FILE.replace(old, new)))
    assert told in str(refused.value)


@pytest.mark.real
def test_vipers_file_is_read_whole(real_data: Path) -> None:
    found = read_imrmc(real_data / "reader_viper" / "mrmcInput.csv")
    assert (found.readings.height, found.labels.height) == (6911, 419)
    assert int(found.labels["label"].sum()) == 72
