"""Boxes that cannot be fused are refused with the file and the row, and a code, without a traceback."""

from pathlib import Path

import pytest

from cli.conftest import Run

HEAD = "study,finding,model,condition,box,x0,y0,x1,y1,rows,columns,score"
GOOD = "s0,x,a,clean,0,10,10,50,50,100,100,0.9"
SPOIL = {
    "fractions": "s1,x,a,clean,0,0.1,0.1,0.5,0.5,100,100,0.9",
    "pixels in a unit image": "s1,x,a,clean,0,10,10,50,50,1,1,0.9",
    "x1 below x0": "s1,x,a,clean,0,50,10,10,50,100,100,0.9",
    "nan": "s1,x,a,clean,0,NaN,10,50,50,100,100,0.9",
    "outside": "s1,x,a,clean,0,10,10,500,50,100,100,0.9",
    "before the first pixel": "s1,x,a,clean,0,-10,10,50,50,100,100,0.9",
}


@pytest.mark.parametrize("box", SPOIL.values(), ids=SPOIL)
def test_a_box_that_is_wrong_is_named_by_its_row(fiducial: Run, tmp_path: Path, box: str) -> None:
    (tmp_path / "r.toml").write_text('[ensemble]\nname = "e"\n')
    (tmp_path / "a.csv").write_text("study,finding,model,score\ns0,x,a,0.5\ns1,x,a,0.5\n")
    (tmp_path / "a.regions.csv").write_text(f"{HEAD}\n{GOOD}\n{box}\n")
    told = fiducial("fuse", "a.csv", "--recipe", "r.toml", "--out", "o.csv")
    assert told.returncode == 4
    assert "a.regions.csv: row 3: " in told.stderr
    assert not (tmp_path / "o.csv").exists()
