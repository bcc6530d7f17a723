"""Hard negatives: found, grouped, reviewed, and only then trained on."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

import fiducial as fd
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.learn.mining.negatives import _group
from fiducial.scans.scan import Scan
from learn import made

ROWS = made.rows(24, 12, 8)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cohort whose first two healthy training images show the square all the same, and a bundle that learned it."""
    folder = tmp_path_factory.mktemp("mined")
    recipe = made.write(folder, ROWS)
    for study in ("s0", "s2"):
        (folder / f"{study}.png").write_bytes((folder / "s1.png").read_bytes())
    fd.learn_bundle(fd.change_recipe(fd.read_recipe(recipe), ["phases.whole.epochs=8"]), folder / "run")
    return folder


@pytest.fixture
def mined(home: Path) -> fd.Mined:
    return fd.mine_negatives(home / "run" / "square.fidu", home / "cohort.csv", fd.MineOptions(most=6))


def test_the_hardest_come_first_and_are_those_that_show_the_square(mined: fd.Mined) -> None:
    assert {one.study for one in mined.negatives[:2]} == {"s0", "s2"}
    losses = [one.loss for one in mined.negatives]
    assert losses == sorted(losses, reverse=True)


def test_only_negatives_of_the_training_split_are_looked_at(mined: fd.Mined, home: Path) -> None:
    table = pl.read_csv(home / "cohort.csv").filter(pl.col("split") == "train", pl.col("label.square") == 0)
    assert mined.looked_at == table.height
    assert {one.study for one in mined.negatives} <= set(table["study"])


def test_pixels_of_other_splits_are_never_opened(home: Path, tmp_path: Path) -> None:
    for path in home.glob("*.png"):
        split = ROWS.filter(pl.col("path") == path.name)["split"].item()
        (tmp_path / path.name).write_bytes(path.read_bytes() if split == "train" else b"junk")
    (tmp_path / "cohort.csv").write_bytes((home / "cohort.csv").read_bytes())
    found = fd.mine_negatives(home / "run" / "square.fidu", tmp_path / "cohort.csv")
    assert found.failed == {}


def test_a_patient_is_listed_no_more_often_than_asked(home: Path) -> None:
    table = pl.read_csv(home / "cohort.csv").with_columns(
        patient=pl.when(pl.col("split") == "train")
        .then(pl.col("study").str.slice(1).cast(pl.Int64) // 12)
        .otherwise(99)
        + pl.when(pl.col("split") == "tune").then(pl.int_range(pl.len())).otherwise(0)
    )
    table.write_csv(home / "few.csv")
    found = fd.mine_negatives(home / "run" / "square.fidu", home / "few.csv", fd.MineOptions(per_patient=1))
    assert len(found.negatives) == 2


def test_what_it_looks_at_is_named(mined: fd.Mined) -> None:
    assert sum(mined.groups.values()) == len(mined.negatives)
    assert all(one.group for one in mined.negatives)


def test_a_region_that_somebody_marked_is_named_before_all_others(tmp_path: Path) -> None:
    heat = np.zeros((1, 20, 20), np.float32)
    heat[0, 2:5, 2:5] = 1  # in the corner, too
    Image.fromarray((heat[0] * 255).astype(np.uint8)).save(tmp_path / "m.png")
    scan = Scan(np.full((1, 20, 20), 100, np.uint8), None, {})
    assert _group(heat, scan, {"coil": tmp_path / "m.png"}) == ("coil", 1.0)
    assert _group(heat, scan, {})[0] in {"border", "corners"}


def test_the_list_is_for_a_reader_and_never_written_over(mined: fd.Mined, tmp_path: Path) -> None:
    page = fd.save_list(mined, tmp_path / "hard.csv")
    table = pl.read_csv(tmp_path / "hard.csv")
    assert table["decision"].null_count() == table.height == 6
    assert page.read_text().count("<img") == 6
    with pytest.raises(WrongUsage, match="may hold decisions"):
        fd.save_list(mined, tmp_path / "hard.csv")


def decide(
    home: Path, mined: fd.Mined, decision: str = "keep", **changes: Callable[[pl.DataFrame], pl.DataFrame]
) -> fd.Located:
    (home / "hard.csv").unlink(missing_ok=True)
    fd.save_list(mined, home / "hard.csv")
    table = pl.read_csv(home / "hard.csv").with_columns(decision=pl.lit(decision))
    for change in changes.values():
        table = change(table)
    table.write_csv(home / "hard.csv")
    from_there = ["data.mined=hard.csv", "network.after=run/network.safetensors", "sampler.kind=mined"]
    quick = ["phases.head.epochs=1", "phases.whole.epochs=1"]
    return fd.change_recipe(fd.read_recipe(home / "recipe.toml"), [*from_there, *quick])


def test_a_reviewed_list_is_trained_on_from_where_the_network_was(home: Path, mined: fd.Mined, tmp_path: Path) -> None:
    learned = fd.learn_bundle(decide(home, mined), tmp_path / "next")
    assert "goes on from network.safetensors" in " ".join(learned.notes)
    assert learned.metrics["tune.auroc.square"] > 0.9


@pytest.mark.parametrize(
    ("decision", "change", "told"),
    [
        (" ", lambda table: table, "6 of 6 rows have no decision"),
        ("maybe", lambda table: table, "the decision is 'maybe'; write keep or drop"),
        ("keep", lambda table: table.with_columns(study=pl.lit("s99")), "s99: is no study of the training split"),
        ("keep", lambda table: table.with_columns(study=pl.lit("s40")), "s40: is no study of the training split"),
        ("keep", lambda table: table.with_columns(study=pl.lit("s1")), "s1: has square by now"),
        ("keep", lambda table: table.drop("decision"), "lacks the column 'decision'"),
        ("drop", lambda table: table, "needs a reviewed list with rows to keep"),
    ],
)
def test_a_list_that_cannot_be_trained_on_is_refused(  # noqa: PLR0917  (what is wrong, and how it is told)
    home: Path,
    mined: fd.Mined,
    tmp_path: Path,
    decision: str,
    change: Callable[[pl.DataFrame], pl.DataFrame],
    told: str,
) -> None:
    recipe = decide(home, mined, decision, change=change)
    with pytest.raises(UnusableInput, match=told):
        fd.learn_bundle(recipe, tmp_path / "next")


def test_a_network_of_other_findings_cannot_be_gone_on_from(home: Path, tmp_path: Path) -> None:
    recipe = fd.change_recipe(
        fd.read_recipe(home / "recipe.toml"), ["network.after=run/network.safetensors", "network.backbone=small:8"]
    )
    with pytest.raises(UnusableInput, match="is of another network"):
        fd.learn_bundle(recipe, tmp_path / "next")
