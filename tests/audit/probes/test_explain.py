"""Pictures of saliency and the tables behind them."""

from pathlib import Path

import polars as pl
import pytest

from audit.probes.making import SIDE, write_case
from fiducial.audit.probes.explain import ExplainOptions, explain_studies
from fiducial.errors import WrongUsage


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four patients, explained."""
    folder = tmp_path_factory.mktemp("case")
    write_case(folder, 4)
    explain_studies(folder / "bundle", folder / "cohort.csv", folder / "why")
    return folder


def explain(folder: Path, out: Path, **options: object) -> Path:
    explain_studies(folder / "bundle", folder / "cohort.csv", out, ExplainOptions(**options))  # type: ignore[arg-type]  # by name
    return out


def test_every_study_has_a_picture_in_the_order_of_the_cohort(folder: Path) -> None:
    assert sorted(path.name for path in (folder / "why").glob("*.png")) == [f"000{n}.png" for n in range(1, 5)]


def test_body_and_outside_hold_all_of_the_saliency(folder: Path) -> None:
    table = pl.read_parquet(folder / "why" / "attributions.parquet")
    whole = table.filter(pl.col("region").is_in(["body", "outside-body"])).group_by("study").agg(pl.col("energy").sum())
    assert whole["energy"].to_list() == pytest.approx([1.0] * 4)


def test_the_hottest_spot_has_a_score_of_one_and_lies_in_the_image(folder: Path) -> None:
    boxes = pl.read_parquet(folder / "why" / "regions.parquet")
    assert boxes.group_by("study").agg(pl.col("score").max())["score"].to_list() == [1.0] * 4
    assert boxes.select((pl.col("x0") < pl.col("x1")).all(), (pl.col("y1") <= SIDE).all()).row(0) == (True, True)


@pytest.mark.parametrize("method", ["occlusion", "rise"])
def test_black_boxes_are_asked_and_answer_the_same_for_one_seed(folder: Path, tmp_path: Path, method: str) -> None:
    tables = [
        pl.read_parquet(explain(folder, tmp_path / name, method=method, most=1) / "attributions.parquet")
        for name in ("a", "b")
    ]
    assert tables[0].equals(tables[1])
    assert set(tables[0]["method"]) == {method}


def test_a_finding_that_is_not_scored_is_answered_with_the_nearest(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="Did you mean 'opacity'"):
        explain(folder, tmp_path, finding="opacty")


def test_progress_counts_studies_that_cannot_be_read(folder: Path, tmp_path: Path) -> None:
    cohort = pl.read_csv(folder / "cohort.csv").with_columns(path=pl.lit("lost.dcm"))
    told: list[tuple[int, int]] = []
    found = explain_studies(folder / "bundle", cohort, tmp_path, told=lambda done, total: told.append((done, total)))
    assert len(found.failed) == 4
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
