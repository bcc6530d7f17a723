"""Four hundred drawn heads in RSNA's layout, their cohort, and the shipped recipe made small enough for a CPU."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

import fiducial as fd
from fiducial.cohort.table import Cohort
from fiducial.learn import recipe as recipes
from fiducial.learn.recipe import Located, Recipe, read_recipe
from fiducial.phantoms.heads.bleeds import Kind
from fiducial.phantoms.heads.hospital import HeadHospital, Shortcut
from fiducial.phantoms.heads.implants import Thing
from fiducial.phantoms.heads.patient import DEEP, SUPERFICIAL
from fiducial.phantoms.heads.rsna import write_heads
from fiducial.phantoms.heads.three_hospitals import three_hospitals

SHIPPED = Path(recipes.__file__).parent / "recipes" / "ich-ct.toml"
PATIENTS = {"Dogwood": 220, "Elm": 120, "Fir": 60}
FRACTIONS = (0.40, 0.18, 0.42)  # train, tune, test of the first two; Fir stays outside
THICKNESS, SIZE, SIDE = 10.0, 96, 64  # mm; pixels as drawn and as learned from
IN_BLEEDING, IN_OTHERS, AT_FIR = 0.7, 0.03, 0.3  # who has a catheter
WINDOWS = [[40, 80], [80, 200], [600, 2800]]
MEANT_FOR_MANY = {  # section -> what the recipe that ships says otherwise
    "network": {"backbone": "small:8"},
    "training": {"batch": 32, "precision": "32-true", "device": "cpu", "ema": 0.98, "patience": None, "workers": 0},
    "sequence": {"width": 32, "epochs": 30},
}


@dataclass(frozen=True, slots=True)
class Heads:
    """``images``: a row a slice; ``volumes``: a row a series. Both with ``place``, where the blood lies."""

    folder: Path
    images: Cohort
    volumes: Cohort

    @property
    def masks(self) -> Path:
        """Of blood, catheters, coils, chalk and frontal bone."""
        return self.folder / "heads" / "truth" / "masks.csv"


def draw(folder: Path, patients: Mapping[str, int] = PATIENTS) -> Heads:
    """Write the heads, build the cohort, split it by patient with Fir outside, and stack its slices."""
    hospitals = [_hospital(one, patients[one.name]) for one in three_hospitals(9, prevalence=0.5)]
    written = write_heads(folder / "heads", hospitals, seed=5, size=SIZE)
    source = fd.Source(written.folder, fd.Unit.IMAGE)
    split = fd.SplitRecipe(
        by=("patient", "site"), fractions=FRACTIONS, stratify=("label.any",), hold_out={"site": ("Fir",)}
    )
    whole = fd.split_cohort(fd.build_cohort(source, layout="rsna-ich").cohort, split).cohort
    images = _with(whole, written.slices.select("study", "place"), "study")
    volumes = _with(fd.stack_cohort(whole), _places(written.slices), "patient")
    for name, cohort in (("cohort", images), ("volumes", volumes)):
        fd.write_cohort(cohort, folder / f"{name}.parquet")
    return Heads(folder, *(fd.read_cohort(folder / f"{name}.parquet") for name in ("cohort", "volumes")))


def small_recipe(heads: Heads, *, sequence: bool = True, skull: bool = True, epochs: int = 16) -> Located:
    """The shipped recipe with a small network; without ``skull`` it is stripped off before the windows."""
    content = read_recipe(SHIPPED).recipe.model_dump(mode="json")
    for section, told in MEANT_FOR_MANY.items():
        content[section] |= told
    content["preparation"][1] |= {"rows": SIDE, "columns": SIDE}
    content["preparation"] = ([] if skull else [{"step": "skull-strip"}]) + content["preparation"]
    content["audit"] = content["audit"] | {"masks": str(heads.masks.relative_to(heads.folder)), "studies": 400}
    content["phases"] = _phases(content["phases"], epochs)
    if not sequence:
        content |= {"sequence": None, "audit": None}
    return Located(Recipe.model_validate(content), heads.folder)


def _phases(phases: list[dict[str, Any]], epochs: int) -> list[dict[str, Any]]:
    """From noise a frozen network teaches nothing, so that all of it learns, and faster."""
    head, deep = phases
    head |= {"epochs": 1, "learning_rate": 3e-3, "sampler": {"kind": "balanced", "size": 500}}
    deep |= {"epochs": epochs, "learning_rate": 6e-3, "unfrozen_from": "stage0", "sampler": {"kind": "balanced"}}
    return [head, deep]


def _hospital(one: HeadHospital, patients: int) -> HeadHospital:
    far = one.name == "Fir"
    shares = (AT_FIR, AT_FIR) if far else (IN_BLEEDING, IN_OTHERS)
    scanner = replace(one.scanner, thickness=THICKNESS, thin=0.0)
    return replace(one, patients=patients, scanner=scanner, twice=0.0, shortcut=Shortcut(Thing.CATHETER, *shares))


def _with(cohort: Cohort, more: pl.DataFrame, key: str) -> Cohort:
    return replace(cohort, rows=cohort.rows.join(more, on=key, how="left", maintain_order="left"))


def _places(slices: pl.DataFrame) -> pl.DataFrame:
    """Where most of a patient's blood lies; null in whom nothing bleeds."""
    area = pl.sum_horizontal(f"{kind}.mm2" for kind in Kind)
    of_place = {place: (area * (pl.col("place") == place)).sum() for place in (SUPERFICIAL, DEEP)}
    summed = slices.group_by("patient", maintain_order=True).agg(**of_place)
    near, far = pl.col(SUPERFICIAL), pl.col(DEEP)
    place = pl.when(near + far == 0).then(None).when(near >= far).then(pl.lit(SUPERFICIAL)).otherwise(pl.lit(DEEP))
    return summed.select("patient", place=place)
