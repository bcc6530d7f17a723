"""Every recipe that ships can be taken, is whole, and learns on small pictures in seconds."""

from pathlib import Path

import polars as pl
import pytest

import fiducial as fd
from fiducial.errors import WrongUsage
from fiducial.learn.networks.backbones import backbone
from fiducial.learn.networks.classifier import Classifier
from fiducial.learn.shipped import shipped_recipe
from learn.made import rows, write

NAMES = [one.name for one in fd.list_recipes()]
QUICK = (
    "network.backbone=small:4", "training.device=cpu", "training.precision=32-true", "training.workers=0",
    "training.batch=8", 'recipe.findings=["square"]', "data.cohort=cohort.csv", "preparation.resize.rows=24",
    "preparation.resize.columns=24", "phases.whole.epochs=1", "export.rule=specificity >= 0.5",
)  # fmt: skip


def quick(name: str, folder: Path) -> fd.Located:
    fd.take_recipe(name, folder / f"{name}.toml")
    taken = fd.read_recipe(folder / f"{name}.toml")
    return fd.change_recipe(taken, QUICK)


def test_these_ship() -> None:
    assert {"cxr14", "peds-cxr", "rotation", "view", "exposure"} <= set(NAMES)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "ich-ct"])  # which is of CT, and tried beside it
def test_a_shipped_recipe_leaves_a_bundle(name: str, tmp_path: Path) -> None:
    write(tmp_path, rows(16, 12, 0))
    learned = fd.learn_bundle(quick(name, tmp_path), tmp_path / "run")
    assert learned.packed.exists()
    assert learned.parity < 1e-4


@pytest.mark.parametrize("name", NAMES)
def test_the_networks_of_a_shipped_recipe_exist(name: str, tmp_path: Path) -> None:
    recipe = fd.read_recipe(fd.take_recipe(name, tmp_path / "r.toml")).recipe
    for one in recipe.network.backbones:
        backbone(one, 3)


@pytest.mark.parametrize(
    ("networks", "width"),
    [
        (("timm:densenet121", "timm:efficientnet_b2"), 2432),
        (("timm:densenet169", "timm:efficientnet_b3"), 3200),
    ],
)
def test_fused_features_are_as_wide_as_the_recipe_says(networks: tuple[str, ...], width: int) -> None:
    assert Classifier(networks, 1, 1, 0.0).head.in_features == width
    assert f"{width:,}" in shipped_recipe("peds-cxr").text


def test_a_recipe_is_never_written_over(tmp_path: Path) -> None:
    fd.take_recipe("view", tmp_path / "view.toml")
    with pytest.raises(WrongUsage, match="is there already"):
        fd.take_recipe("view", tmp_path / "view.toml")


def test_an_unknown_recipe_is_told_with_the_nearest() -> None:
    with pytest.raises(WrongUsage, match=r"no recipe 'exposur' ships\. Did you mean 'exposure'"):
        shipped_recipe("exposur")


def test_the_official_lists_of_cxr14_are_its_split(tmp_path: Path) -> None:
    header = (
        "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,Width,Height,x,y"
    )
    lines = [f"{n}.png,No Finding,0,{n},58,M,PA,1,1,1,1" for n in range(41)]
    (tmp_path / "Data_Entry_2017.csv").write_text("\n".join([header, *lines]))
    (tmp_path / "train_val_list.txt").write_text("\n".join(f"{n}.png" for n in range(30)))
    (tmp_path / "test_list.txt").write_text("\n".join(f"{n}.png" for n in range(30, 40)))
    cohort = fd.build_cohort(fd.Source(tmp_path / "Data_Entry_2017.csv", workers=1)).cohort.rows
    found = dict(cohort.group_by("split").agg(pl.col("study").sort()).iter_rows())
    assert found["test"] == [f"{n}.png" for n in range(30, 40)]
    assert len(found["train"]) + len(found["tune"]) == 30
    assert found[None] == ["40.png"]  # in neither list: for nobody
