"""What probes wrote about a model: its scores under stress, what it looked at, its features, and single numbers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from fiducial.errors import UnusableInput
from fiducial.files.hashes import hash_file
from fiducial.predictions.attributions import read_attributions
from fiducial.predictions.features import read_features
from fiducial.predictions.measurements import read_measurements
from fiducial.predictions.table import CLEAN, read_predictions

TABLES = ("predictions", "attributions", "features", "measurements")


@dataclass(frozen=True, slots=True, eq=False)
class Probed:
    """Tables of one finding and one model; None for a kind that nobody made.

    ``stressed``: predictions under every condition but clean. ``attributions``, ``features``, ``measurements``: as
    :mod:`fiducial.predictions` reads them.
    """

    stressed: pl.DataFrame | None = None
    attributions: pl.DataFrame | None = None
    features: pl.DataFrame | None = None
    measurements: pl.DataFrame | None = None

    @property
    def conditions(self) -> tuple[str, ...]:
        """Every condition under which the model was asked, sorted."""
        return () if self.stressed is None else tuple(self.stressed["condition"].unique().sort().to_list())


def read_probes(folder: Path, *, finding: str, model: str | None) -> tuple[Probed, dict[str, str]]:
    """What ``fiducial probe`` wrote into a folder, and the hash of each table that is there.

    Raises:
        UnusableInput: there is no such folder, it holds none of the tables, or a table is wrong or of several models
            where none was named.
    """
    found = dict(_tables(folder))
    if not found:
        raise UnusableInput(
            f"{folder}: holds none of {', '.join(f'{name}.parquet' for name in TABLES)}. Run fiducial probe with "
            "--out here, or correct evidence.probes in the claim."
        )

    def read(name: str, reader: Callable[[Path], pl.DataFrame]) -> pl.DataFrame | None:
        return _of_model(reader(found[name]), finding, model, found[name]) if name in found else None

    probed = Probed(
        stressed_rows(read("predictions", lambda path: read_predictions(path, finding=finding))),
        read("attributions", lambda path: read_attributions(path, finding=finding)),
        read("features", read_features),
        read("measurements", read_measurements),
    )
    return probed, {f"probes.{name}": hash_file(path) for name, path in found.items()}


def stressed_rows(predictions: pl.DataFrame | None) -> pl.DataFrame | None:
    """The rows under any condition but clean; None where there are none."""
    if predictions is None:
        return None
    stressed = predictions.filter(pl.col("condition") != CLEAN)
    return None if stressed.is_empty() else stressed


def _tables(folder: Path) -> Iterator[tuple[str, Path]]:
    for name in TABLES:
        for path in (folder / f"{name}.parquet", folder / f"{name}.csv"):
            if path.is_file():
                yield name, path
                break


def _of_model(frame: pl.DataFrame, finding: str, model: str | None, path: Path) -> pl.DataFrame:
    wanted = [pl.lit(value=True)]
    if "finding" in frame.columns:
        wanted.append(pl.col("finding") == finding)
    if model is not None:
        wanted.append(pl.col("model") == model)
    kept = frame.filter(wanted)
    models = kept["model"].unique().sort().to_list()
    if len(models) > 1:
        raise UnusableInput(f"{path}: holds several models ({', '.join(models)}). Say evidence.model in the claim.")
    return kept
