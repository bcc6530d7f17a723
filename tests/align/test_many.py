"""A batch of pairs: resumed after a kill, the same on a cluster, stopped by no pair."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

import fiducial
from align.small import OPTIONS, fixed, moving
from fiducial.align.many import Pair, WantedPairs, align_pairs, read_pairs
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.scans.volumes import write_volume

WANTED = WantedPairs(OPTIONS)
PATIENTS = (1, 2)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two good pairs with one between them that cannot be read and one of two people."""
    folder = tmp_path_factory.mktemp("many")
    for patient in PATIENTS:
        write_volume(moving(patient=patient), folder / f"{patient}-plain.nii")
        write_volume(fixed(patient=patient), folder / f"{patient}-contrast.nii")
    rows = [f"{patient},{patient}-plain.nii,{patient}-contrast.nii" for patient in PATIENTS]
    rows[1:1] = ["9,absent,1-contrast.nii", "12,1-plain.nii,2-contrast.nii"]
    (folder / "pairs.csv").write_text("patient,moving,fixed\n" + "\n".join(rows) + "\n")
    (folder / "options.toml").write_text("[align]\ncell = [3, 6, 6]\n")
    return folder / "pairs.csv"


@pytest.fixture(scope="module")
def undisturbed(table: Path, tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    return align_pairs(table, tmp_path_factory.mktemp("whole"), WANTED, workers=1).table


def written(out: Path) -> dict[str, int]:
    """When each finished pair was finished."""
    return {path.parent.name: path.stat().st_mtime_ns for path in out.glob("pairs/*/pair.json")}


def test_a_broken_pair_stops_no_other(undisturbed: pl.DataFrame) -> None:
    assert undisturbed["verdict"].to_list() == ["verified", None, "dropped", "verified"]
    assert "absent" in undisturbed["error"][1]


def test_a_batch_that_is_killed_goes_on_where_it_was(table: Path, tmp_path: Path, undisturbed: pl.DataFrame) -> None:
    words = ["align", str(table), "--out", str(tmp_path), "--options", str(table.parent / "options.toml")]
    killed = subprocess.Popen(  # noqa: S603  (ours)
        [sys.executable, "-m", "fiducial", *words, "--workers", "1"], stdout=subprocess.DEVNULL
    )
    until = time.monotonic() + 60
    while not written(tmp_path) and time.monotonic() < until and killed.poll() is None:
        time.sleep(0.02)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    before = written(tmp_path)
    assert 0 < len(before) < 3
    assert not (tmp_path / "pairs.parquet").exists()
    again = align_pairs(table, tmp_path, WANTED, workers=1)
    assert {name: written(tmp_path)[name] for name in before} == before
    assert again.table.equals(undisturbed)
    assert again.verdicts == {"verified": 2, "dropped": 1, "failed": 1}
    assert pl.read_parquet(tmp_path / "pairs.parquet").equals(undisturbed)


def test_a_finished_pair_is_done_again_where_options_or_files_changed(table: Path, tmp_path: Path) -> None:
    pair = read_pairs(table)[:1]
    align_pairs(pair, tmp_path, WANTED)
    first = written(tmp_path)
    align_pairs(pair, tmp_path, WANTED)
    assert written(tmp_path) == first
    align_pairs(pair, tmp_path, WantedPairs(OPTIONS.model_copy(update={"overlap_mm": 61.0})))
    second = written(tmp_path)
    assert second != first
    os.utime(pair[0].moving, ns=(1, 1))
    align_pairs(pair, tmp_path, WantedPairs(OPTIONS.model_copy(update={"overlap_mm": 61.0})))
    assert written(tmp_path) != second


def test_a_result_that_was_cut_off_is_made_again(table: Path, tmp_path: Path) -> None:
    pair = read_pairs(table)[:1]
    done = tmp_path / "pairs" / "0001" / "pair.json"
    done.parent.mkdir(parents=True)
    done.write_text('{"schema": "fiducial.pair/1", "verd')
    assert align_pairs(pair, tmp_path, WANTED).verdicts == {"verified": 1}
    assert json.loads(done.read_text())["verdict"] == "verified"


def test_a_cluster_of_two_workers_gives_the_same_table(
    table: Path, tmp_path: Path, undisturbed: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Path(fiducial.__file__).parents[1]
    monkeypatch.setenv("PYTHONPATH", f"{source}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    from distributed import LocalCluster  # noqa: PLC0415  (an extra)

    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, local_directory=tmp_path / "dask"
    ) as cluster:
        told: list[tuple[int, int]] = []
        found = align_pairs(
            table,
            tmp_path / "out",
            WANTED,
            cluster=cluster.scheduler_address,
            told=lambda done, total: told.append((done, total)),
        )
    assert found.table.equals(undisturbed)
    assert told == [(number, 4) for number in range(1, 5)]


def test_scans_that_lie_where_results_are_written_are_left_alone(tmp_path: Path) -> None:
    scan = tmp_path / "pairs" / "0001" / "moving.nii.gz"
    write_volume(moving(), scan)
    with pytest.raises(WrongUsage, match=r"choose another folder with --out"):
        align_pairs([Pair(1, "p", scan, tmp_path / "fixed.nii.gz")], tmp_path)
    assert scan.exists()


def test_what_somebody_put_beside_the_results_stays(table: Path, tmp_path: Path) -> None:
    mine = tmp_path / "pairs" / "0001" / "notes.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("look again")
    align_pairs(read_pairs(table)[1:2], tmp_path, WANTED)
    align_pairs([Pair(1, "p", tmp_path / "absent", tmp_path / "absent")], tmp_path, WANTED)
    assert mine.exists()


def test_rows_are_numbered_and_paths_are_relative_to_the_table(table: Path) -> None:
    pairs = read_pairs(table)
    assert [pair.name for pair in pairs] == ["0001", "0002", "0003", "0004"]
    assert pairs[0] == Pair(1, "1", table.parent / "1-plain.nii", table.parent / "1-contrast.nii")


def test_a_table_without_its_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text("patient,a,b\n1,x,y\n")
    with pytest.raises(UnusableInput, match="has no column moving, fixed"):
        read_pairs(tmp_path / "pairs.csv")
