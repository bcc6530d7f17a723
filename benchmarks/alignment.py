"""Aligning a pair of CT volumes against SimpleITK's searches, the correlation against a loop, and a batch's memory."""

import os
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter

import numpy as np
import SimpleITK as sitk  # noqa: N813  (its users know it by no other name)
from joblib.externals.loky import get_reusable_executor
from numpy.typing import NDArray

import fiducial as fd
from benchmarks.timing import Row, best_of, in_a_process, peak_kilobytes
from fiducial.align.correlation import correlate
from fiducial.align.many import Pair
from fiducial.align.resample import image_of
from fiducial.phantoms.build import Build
from fiducial.phantoms.ct import Field, Lying, scan
from fiducial.scans.volume import Volume
from fiducial.scans.volumes import write_volume

SLICES = 440, 560
SHIFT = 172.6  # mm
_SIDE, _PIXEL = 512, 0.9  # rows and columns; mm
_COARSE = 4.0  # mm: the grid of SimpleITK's exhaustive search, and its step
_LEAST = 60.0  # mm of overlap that the search still tries
_VOLUMES, _DISTINCT = 110, 22  # those beyond the distinct ones are further names (hard links)
_FEW = 11  # pairs
WORKERS = 2


def alignment() -> Iterator[Row]:
    """One large pair, every offset of two stacks, and a batch at two sizes."""
    with tempfile.TemporaryDirectory() as scratch:
        yield from _pair(Path(scratch))
    yield _offsets()
    with tempfile.TemporaryDirectory() as scratch:
        yield from _batch(Path(scratch))


def make_pair(folder: Path) -> None:
    """One phantom patient twice: plain, and with contrast, a deeper breath and another place on the couch."""
    rng = np.random.default_rng(1)
    build = Build.draw(rng)
    lying = Lying(), Lying(contrast=1.0, breath=10.0, left=6.0, back=-5.0, turned=1.0, couch=SHIFT)
    for name, count, one, above in zip(("moving", "fixed"), SLICES, lying, (60.0, 158.7), strict=True):
        volume = scan(build, one, Field((count, _SIDE, _SIDE), (1.0, _PIXEL, _PIXEL), above), rng)
        np.savez(folder / f"{name}.npz", array=volume.array, affine=volume.affine)


def ours(moving: Volume, fixed: Volume) -> float:
    """Verdict, shift and every gate."""
    found = fd.align_pair(moving, fixed)
    return float("nan") if found.shift is None else found.shift[2]


def exhaustive(moving: Volume, fixed: Volume) -> float:
    """SimpleITK's mutual information at every place along z, 4 mm apart on a grid of 4 mm, of every fifth voxel."""
    still, other = (_coarse(image_of(volume)) for volume in (fixed, moving))
    method = _method()
    method.SetMetricSamplingStrategy(method.REGULAR)
    method.SetMetricSamplingPercentage(0.2)
    transform = sitk.TranslationTransform(3, (0.0, 0.0, _middle(other) - _middle(still)))
    reach = sum(image.GetSize()[2] * image.GetSpacing()[2] for image in (still, other)) / 2 - _LEAST
    method.SetOptimizerAsExhaustive([0, 0, int(reach / _COARSE)], _COARSE)
    method.SetInitialTransform(transform, inPlace=True)
    method.Execute(still, other)
    return -float(transform.GetOffset()[2])


def registration(moving: Volume, fixed: Volume) -> float:
    """SimpleITK's rigid registration as its own notebooks have it: three levels down to full resolution."""
    still, other = (sitk.Cast(image_of(volume), sitk.sitkFloat32) for volume in (fixed, moving))
    method = _method()
    method.SetMetricSamplingStrategy(method.RANDOM)
    method.SetMetricSamplingPercentage(0.01, seed=1)
    method.SetOptimizerAsGradientDescent(1.0, 100, 1e-6, 10)
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetShrinkFactorsPerLevel([4, 2, 1])
    method.SetSmoothingSigmasPerLevel([2, 1, 0])
    method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
    centred = sitk.CenteredTransformInitializer(
        still, other, sitk.Euler3DTransform(), sitk.CenteredTransformInitializerFilter.GEOMETRY
    )
    method.SetInitialTransform(centred, inPlace=False)
    found = method.Execute(still, other)
    middle = still.TransformContinuousIndexToPhysicalPoint([(length - 1) / 2 for length in still.GetSize()])
    return float(middle[2] - found.TransformPoint(middle)[2])


def sliding(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float64]:
    """What anyone would write: one along the other, Pearson's correlation of what overlaps."""
    offsets = range(1 - len(second), len(first))
    found = np.zeros(len(offsets))
    for number, offset in enumerate(offsets):
        low, high = max(0, offset), min(len(first), len(second) + offset)
        a, b = first[low:high].ravel(), second[low - offset : high - offset].ravel()
        a, b = a - a.mean(dtype=np.float64), b - b.mean(dtype=np.float64)
        found[number] = (a @ b) / np.sqrt((a @ a) * (b @ b))
    return found


WAYS: dict[str, Callable[[Volume, Volume], float]] = {
    "ours": ours,
    "exhaustive": exhaustive,
    "registration": registration,
}


def _pair(folder: Path) -> Iterator[Row]:
    make_pair(folder)
    mine, search, full = (_measured(way, folder) for way in WAYS)
    size = sum(SLICES) * _SIDE * _SIDE * 2 / 2**20
    what = f"align_pair, {_SIDE} x {_SIDE} x {SLICES} ({size:.0f} MB), z off by {mine[1]:+.1f} mm"
    for peer, (seconds, error, _), aim in (
        ("SimpleITK, exhaustive mutual information at 4 mm", search, "at least 5x faster; under 1.3 s"),
        ("SimpleITK, rigid registration at full resolution", full, "at least 50x faster"),
    ):
        yield Row(what, mine[0], f"{peer}, z off by {error:+.1f} mm", seconds, aim)
    peak = f"its peak of memory: {mine[2]:,.0f} MB, {mine[2] - size:,.0f} MB beside the volumes"
    yield Row(
        peak, mine[0], f"exhaustive: {search[2]:,.0f} MB, full: {full[2]:,.0f} MB", None, f"under {2 * size:.0f} MB"
    )


def _offsets() -> Row:
    generator = np.random.default_rng(2)
    body = generator.normal(size=(700, 64, 64)).astype(np.float32)
    first = body[: SLICES[0]]
    second = body[700 - SLICES[1] :] + generator.normal(size=(SLICES[1], 64, 64)).astype(np.float32)
    looped: list[NDArray[np.float64]] = []
    theirs = best_of(lambda: looped.append(sliding(first, second)), 1)
    mine = best_of(lambda: correlate(first, second), 5)
    off = float(np.abs(correlate(first, second).value - looped[0]).max())
    what = f"correlation of {SLICES} slices of 64 x 64 at all {sum(SLICES) - 1} offsets, largest difference {off:.0e}"
    return Row(what, mine, "loop over offsets", theirs, "at least 100x faster, exact to 1e-6")


def make_batch(folder: Path) -> list[tuple[Path, Path]]:
    """One patient a pair, at 64 x 64."""
    paths = [folder / f"{number:04d}.nii" for number in range(_VOLUMES)]
    build = Build()
    for number, path in enumerate(paths):
        if number >= _DISTINCT:
            os.link(paths[number % _DISTINCT], path)
            continue
        rng = np.random.default_rng([3, number])
        build = build if number % 2 else Build.draw(rng)
        lying = Lying(contrast=float(number % 2), left=float(rng.uniform(-8, 8)), couch=float(rng.uniform(-300, 300)))
        field = Field((_slices(number), 64, 64), (1.0, 7.5, 7.5), 60.0 + 150 * (number % 2))
        write_volume(scan(build, lying, field, rng), path)
    return list(zip(paths[::2], paths[1::2], strict=True))


def _slices(number: int) -> int:
    return 506 - (number % _DISTINCT < 4)


def batch(folder: Path, count: int) -> None:
    """Align some of the pairs, two at a time."""
    paths = sorted(folder.glob("*.nii"))[: 2 * count]
    pairs = [Pair(n, "", *two) for n, two in enumerate(zip(paths[::2], paths[1::2], strict=True), start=1)]
    done = fd.align_pairs(pairs, folder / f"out-{count}", workers=WORKERS)
    if set(done.verdicts) != {"verified"}:
        print(done.verdicts, file=sys.stderr)


def _batch(folder: Path) -> Iterator[Row]:
    many = len(make_batch(folder))
    few, all_of_them, again = (_batch_measured(folder, count) for count in (_FEW, many, many))
    slices = sum(map(_slices, range(_VOLUMES)))
    what = f"align_pairs, {slices:,} slices in {_VOLUMES} volumes of 64 x 64, {WORKERS} processes"
    yield Row(what, all_of_them[0], "", None, "")
    yield Row("the same again, all of it done before", again[0], "", None, "resumable")
    for who, at in (("the process that hands out the work", 1), ("its largest worker", 2)):
        peaks = f"peak memory of {who}: {few[at]:,.0f} MB at {_FEW} pairs, {all_of_them[at]:,.0f} MB at {many}"
        yield Row(peaks, all_of_them[0], "", None, "flat")


def _method() -> sitk.ImageRegistrationMethod:
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(50)
    method.SetInterpolator(sitk.sitkLinear)
    return method


def _coarse(image: sitk.Image) -> sitk.Image:
    shrink = [max(1, int(_COARSE / spacing)) for spacing in image.GetSpacing()]
    coarse: sitk.Image = sitk.Cast(sitk.BinShrink(image, shrink), sitk.sitkFloat32)
    return coarse


def _middle(image: sitk.Image) -> float:
    return float(image.TransformContinuousIndexToPhysicalPoint([(length - 1) / 2 for length in image.GetSize()])[2])


def _measured(way: str, folder: Path) -> tuple[float, float, float]:
    """Seconds, the error along z in mm, and MB at the peak of a process of its own."""
    seconds, error, kilobytes = in_a_process("benchmarks.alignment", "pair", way, str(folder))
    return seconds, error, kilobytes / 1024


def _batch_measured(folder: Path, count: int) -> tuple[float, float, float]:
    """Seconds, and MB at the peaks of the parent and of its largest worker."""
    seconds, parent, worker = in_a_process("benchmarks.alignment", "batch", str(count), str(folder))
    return seconds, parent / 1024, worker / 1024


def main(kind: str, what: str, folder: Path) -> None:
    """One measurement; prints three numbers."""
    if kind == "batch":
        start = perf_counter()
        batch(folder, int(what))
        seconds = perf_counter() - start
        get_reusable_executor().shutdown(wait=True)  # a child's memory is told once it has ended
        peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        print(seconds, *peaks)
        return
    moving, fixed = (_loaded(folder / f"{name}.npz") for name in ("moving", "fixed"))
    found: list[float] = []
    seconds = best_of(lambda: found.append(WAYS[what](moving, fixed)), 3 if what == "ours" else 1)
    print(seconds, found[0] - SHIFT, peak_kilobytes())


def _loaded(path: Path) -> Volume:
    with np.load(path) as stored:
        return Volume(stored["array"], stored["affine"], {"Modality": "CT"})


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
