"""The masks of an ensemble out of those of its members: files on one grid in, files on that grid out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import numpy as np
import polars as pl
import SimpleITK as sitk  # noqa: N813  (as its own documentation does)

from fiducial.errors import UnusableInput
from fiducial.files.hashes import hash_bytes
from fiducial.files.writing import replacing
from fiducial.predictions.fusion.mask_rules import INSIDE, FusedMask, MajorityMask, MaskFuser, MeanMask, Staple, Voxels
from fiducial.predictions.fusion.recipe import Ensemble, MaskRule
from fiducial.predictions.masks import read_masks
from fiducial.scans.nifti import SUFFIXES, read_stored, rescaled

_RULES: dict[str, MaskFuser] = {one.name: one for one in (MeanMask(), MajorityMask(), Staple())}
_CLOSE = 1e-3  # mm: grids that differ by less are one, as headers hold float32


@dataclass(frozen=True, slots=True)
class MaskTold:
    """What became of one region. ``members``: who answered. ``voxels``: how many lie inside. ``reason``: why there is
    no fused mask. ``estimated``: member -> (sensitivity, specificity), as STAPLE estimates them.
    """

    study: str
    region: str
    members: tuple[str, ...]
    voxels: int = 0
    reason: str | None = None
    file: str | None = None
    estimated: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class FusedMasks:
    """``table``: a masks table, whose files are written already. ``told``: one a study and region."""

    table: pl.DataFrame
    told: tuple[MaskTold, ...]

    @property
    def failed(self) -> dict[str, str]:
        """``study: region`` -> why it has no mask."""
        return {f"{one.study}: {one.region}": one.reason for one in self.told if one.reason is not None}

    def estimated(self) -> dict[str, dict[str, tuple[float, float]]]:
        """Region -> member -> mean of (sensitivity, specificity) over the studies in which STAPLE estimated them."""
        found: dict[str, dict[str, list[tuple[float, float]]]] = {}
        for one in self.told:
            for member, pair in one.estimated.items():
                found.setdefault(one.region, {}).setdefault(member, []).append(pair)
        return {
            region: {member: _mean_pair(pairs) for member, pairs in sorted(members.items())}
            for region, members in sorted(found.items())
        }


def _mean_pair(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    sensitivity, specificity = np.mean(pairs, axis=0).tolist()
    return float(sensitivity), float(specificity)


def masks_of(table: Path, member: str) -> pl.DataFrame:
    """The rows of a member's masks table: ``study``, ``region``, ``member``, and ``path`` from here.

    Raises:
        UnusableInput: the table cannot be used.
    """
    rows = read_masks(table)
    paths = [str(table.parent / path) for path in rows["path"]]
    return rows.select("study", "region", member=pl.lit(member), path=pl.Series(paths, dtype=pl.String))


def fuse_masks(
    masks: pl.DataFrame, members: Sequence[str], ensemble: Ensemble, rule: MaskRule, folder: Path
) -> FusedMasks:
    """Fuse every region of every study and write each as ``<folder>/<study's hash>.<region>.nii.gz``.

    ``masks``: as ``masks_of`` gives them. A member without a mask of a region did not answer, which is no vote for its
    being empty. Below the quorum, or where a file cannot be used, a region has a reason instead of a fused mask; the
    others go on.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    weights = {name: weight for name in members if (weight := ensemble.weights.get(name, 1.0)) > 0}
    quorum = ensemble.quorum or len(weights)
    heard = masks.filter(pl.col("member").is_in(weights)).sort("study", "region", "member")
    told, rows = [], []
    for one in heard.group_by("study", "region", maintain_order=True).agg("member", "path").iter_rows(named=True):
        parts = {member: Path(path) for member, path in zip(one["member"], one["path"], strict=True)}
        told.append(_Region(one["study"], one["region"], parts, weights).fused(quorum, _RULES[rule.rule], folder))
        if told[-1].file is not None:
            rows.append([one["study"], one["region"], told[-1].file])
    schema = dict.fromkeys(("study", "region", "path"), pl.String)
    return FusedMasks(pl.DataFrame(rows, schema=schema, orient="row"), tuple(told))


@dataclass(frozen=True, slots=True)
class _Region:
    """One region of one study. ``parts``: member -> its file."""

    study: str
    region: str
    parts: Mapping[str, Path]
    weights: Mapping[str, float]

    def fused(self, quorum: int, rule: MaskFuser, folder: Path) -> MaskTold:
        names = tuple(self.parts)
        if len(names) < quorum:
            silent = ", ".join(name for name in self.weights if name not in names)
            reason = f"{len(names)} of {len(self.weights)} members answered (no mask of {silent})"
            return MaskTold(self.study, self.region, names, reason=reason)
        try:
            masks = [_read(path) for path in self.parts.values()]
            grid = _one_grid(list(self.parts.values()))
        except UnusableInput as wrong:
            return MaskTold(self.study, self.region, names, reason=str(wrong))
        found = rule.fuse(masks, [self.weights[name] for name in names])
        key = hash_bytes(self.study.encode()).removeprefix("sha256:")[:16]
        path = folder / f"{key}.{quote(self.region, safe=' ')}.nii.gz"
        _write(found, grid, path)
        estimated = dict(zip(names, zip(found.sensitivity, found.specificity, strict=True), strict=False))
        inside = int((found.probability >= INSIDE).sum())
        return MaskTold(self.study, self.region, names, inside, None, f"{folder.name}/{path.name}", estimated)


def _read(path: Path) -> Voxels:
    """Probabilities: those of the file, or 1 where whole numbers are not 0."""
    if not path.name.lower().endswith(SUFFIXES):
        raise UnusableInput(f"{path}: masks are fused as NIfTI (.nii, .nii.gz); convert it.")
    try:
        stored = read_stored(path)
    except FileNotFoundError as absent:
        raise UnusableInput(f"{path}: there is no such file; correct the masks table.") from absent
    except UnusableInput as wrong:
        raise UnusableInput(f"{path}: {wrong}.") from wrong
    if stored.voxels.ndim != 3 or stored.is_colour:
        raise UnusableInput(f"{path}: a mask is a volume of slices, rows and columns; got {stored.voxels.shape}.")
    values = rescaled(stored.voxels, stored.slope, stored.intercept)
    if values.dtype.kind in "iu":
        inside: Voxels = (values != 0).astype(np.float32)
        return inside
    if not ((values >= 0) & (values <= 1)).all():
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        raise UnusableInput(
            f"{path}: holds {low:g} to {high:g}{', and NaN' if np.isnan(values).any() else ''}; a mask of fractions "
            "holds probabilities from 0 to 1. Save it as those, or as whole numbers that are not 0 inside."
        )
    probabilities: Voxels = values.astype(np.float32)
    return probabilities


def _one_grid(paths: Sequence[Path]) -> sitk.ImageFileReader:
    """The header of the first file, once all others are found to lie on the same grid."""
    headers = [_header(path) for path in paths]
    first = headers[0]
    for path, other in zip(paths, headers, strict=True):
        same = first.GetSize() == other.GetSize() and all(
            np.allclose(mine, theirs, atol=_CLOSE)
            for mine, theirs in (
                (first.GetSpacing(), other.GetSpacing()),
                (first.GetOrigin(), other.GetOrigin()),
                (first.GetDirection(), other.GetDirection()),
            )
        )
        if not same:
            raise UnusableInput(
                f"{path}: lies on another grid than {paths[0].name} ({_told(other)} against {_told(first)}). Resample "
                "the masks to one grid first."
            )
    return first


def _header(path: Path) -> sitk.ImageFileReader:
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    reader.ReadImageInformation()
    return reader


def _told(header: sitk.ImageFileReader) -> str:
    size, spacing, origin = (
        " x ".join(f"{one:g}" for one in reversed(values))
        for values in (header.GetSize(), header.GetSpacing(), header.GetOrigin())
    )
    return f"{size} voxels of {spacing} mm from {origin}"


def _write(found: FusedMask, grid: sitk.ImageFileReader, path: Path) -> None:
    image = sitk.GetImageFromArray(found.probability)
    image.SetSpacing(grid.GetSpacing())
    image.SetOrigin(grid.GetOrigin())
    image.SetDirection(grid.GetDirection())
    with replacing(path) as temporary:
        sitk.WriteImage(image, str(temporary), useCompression=True)
