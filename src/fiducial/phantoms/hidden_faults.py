"""Three hospitals on disk with four faults that a hasty study would miss, and the record of where they were planted.

Alder lays a marker on its ill. Birch sends its ill to another scanner. Both have patients in two splits and images
under two names. Cedar is sound, and external.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from fiducial.errors import WrongUsage
from fiducial.files.tables import write_table
from fiducial.phantoms.acquisition import Acquisition
from fiducial.phantoms.dicom import write_dicom
from fiducial.phantoms.hospital import Hospital
from fiducial.phantoms.marker import Marker
from fiducial.phantoms.scanner import Scanner

FEWEST_PATIENTS = 30
COPIED = 0.04  # share of the images of Alder and Birch that appear under a second name
SPLIT_ODDS = {"train": 0.6, "tune": 0.15, "test": 0.25}

_FIXED = Scanner("Phantom Works", "Upright 1", view="AP", matrix=164, photons=60_000, black=0.4, white=4.6)
_WALL = Scanner("Northlight", "Wall 3", matrix=164, photons=70_000, black=0.4, white=4.6)
_PORTABLE = Scanner("Northlight", "Rover", "CR", "AP", matrix=148, photons=14_000, blur=2.4, black=0.1, white=5.2)
_ELSEWHERE = Scanner("Tidewater", "Panel 7", matrix=160, bits=14, photons=50_000, blur=1.8, black=0.3, white=4.7)


@dataclass(frozen=True, slots=True)
class Image:
    """One file to be written; ``copied`` is the acquisition whose pixels it repeats under another name."""

    acquisition: Acquisition
    copied: Acquisition | None
    split: str

    @property
    def path(self) -> str:
        """Relative to the folder of all hospitals."""
        return _path(self.acquisition)

    def row(self) -> dict[str, str | bool | float | None]:
        """One row of ``Planted.truth``."""
        scanner = self.acquisition.scanner
        return {
            "path": self.path,
            "patient": self.acquisition.patient.id,
            "site": self.acquisition.hospital,
            "scanner": f"{scanner.manufacturer} {scanner.model}",
            "ill": self.acquisition.patient.ill,
            "marker": self.acquisition.marker or None,
            "split": self.split,
            "copy_of": _path(self.copied) if self.copied else None,
            "rows": scanner.matrix,
            **dict(zip(("x0", "y0", "x1", "y1"), self.acquisition.opacity_box() or (None,) * 4, strict=True)),
        }


def _path(acquisition: Acquisition) -> str:
    return f"{acquisition.hospital.lower()}/{acquisition.name}.dcm"


@dataclass(frozen=True, slots=True)
class Planted:
    """Where everything lies.

    ``truth`` has one row a file: ``path`` (relative to ``folder``), ``patient``, ``site``, ``scanner``, ``ill``,
    ``marker`` (text or null), ``split`` (the naive one), ``copy_of`` (the path of the original, or null), ``rows`` (and
    as many columns) and ``x0``, ``y0``, ``x1``, ``y1`` around the finding in pixels (null in the healthy).
    """

    folder: Path
    labels: Path  # path, label.opacity, split
    truth: pl.DataFrame

    @property
    def marked(self) -> list[str]:
        """Paths of Alder's images that carry the marker."""
        return self.truth.filter(pl.col("site") == "Alder", pl.col("marker").is_not_null())["path"].to_list()

    @property
    def copies(self) -> list[tuple[str, str]]:
        """(path of the original, path of its copy)."""
        return self.truth.filter(pl.col("copy_of").is_not_null()).select("copy_of", "path").rows()

    @property
    def straddlers(self) -> list[str]:
        """Patients whose images lie in more than one split."""
        splits = self.truth.group_by("patient").agg(pl.col("split").n_unique())
        return splits.filter(pl.col("split") > 1)["patient"].sort().to_list()


def hospitals(patients: int) -> tuple[Hospital, Hospital, Hospital]:
    """Alder (marker on the ill), Birch (portable scanner for the ill) and Cedar (sound), sharing ``patients``.

    Raises:
        WrongUsage: fewer than 30 patients, too few for three hospitals and three splits.
    """
    if patients < FEWEST_PATIENTS:
        raise WrongUsage(f"patients must be at least {FEWEST_PATIENTS}, got {patients}.")
    birch = cedar = round(patients * 0.3)
    return (
        Hospital("Alder", patients - birch - cedar, ((_FIXED, 1.0, 1.0),), Marker("AP", 0.96, 0.02)),
        Hospital("Birch", birch, ((_PORTABLE, 0.96, 0.03), (_WALL, 0.04, 0.97))),
        Hospital("Cedar", cedar, ((_ELSEWHERE, 1.0, 1.0),), Marker("R", 0.5, 0.5)),
    )


def write_hospitals_with_hidden_faults(
    folder: Path, *, seed: int, patients: int = 450, told: Callable[[int, int], None] | None = None
) -> Planted:
    """Write ``folder/<hospital>/<image>.dcm`` and ``folder/labels.csv``; the same seed gives the same bytes.

    ``told`` is called with (done, total) after every image.

    Raises:
        WrongUsage: fewer than 30 patients, or the folder holds images of another run.
        UnusableInput: the folder cannot be written to.
    """
    drawn = draw_images(np.random.default_rng(seed), hospitals(patients))
    _refuse_leftovers(folder, {image.path for image in drawn})
    for done, image in enumerate(drawn, start=1):
        write_dicom(image.acquisition, folder / image.path)
        if told is not None:
            told(done, len(drawn))
    truth = pl.DataFrame([image.row() for image in drawn], infer_schema_length=None)
    labels = folder / "labels.csv"
    write_table(truth.select("path", pl.col("ill").cast(pl.Int8).alias("label.opacity"), "split"), labels)
    return Planted(folder, labels, truth)


def draw_images(rng: np.random.Generator, listed: Sequence[Hospital]) -> list[Image]:
    """All images of all hospitals with their naive splits; the last hospital is external and has no copies."""
    images: list[Image] = []
    for hospital in listed[:-1]:
        acquisitions = hospital.draw(rng)
        named = [(one, None) for one in acquisitions] + _draw_copies(rng, hospital, acquisitions)
        images += [Image(one, original, _draw_split(rng)) for one, original in named]
    return images + [Image(one, None, "external") for one in listed[-1].draw(rng)]


def _draw_copies(
    rng: np.random.Generator, hospital: Hospital, acquisitions: list[Acquisition]
) -> list[tuple[Acquisition, Acquisition | None]]:
    """Every other copy goes to a patient who is registered a second time, the rest stay with theirs."""
    count = max(4, round(COPIED * len(acquisitions)))
    chosen = rng.choice(len(acquisitions), count, replace=False)
    copies: list[tuple[Acquisition, Acquisition | None]] = []
    for order, index in enumerate(chosen):
        original = acquisitions[index]
        if order % 2:
            twin = replace(original.patient, id=hospital.patient_id(hospital.patients + order + 1))
            copies.append((replace(original, patient=twin, number=1), original))
        else:
            copies.append((replace(original, number=len(hospital.images) + original.number), original))
    return copies


def _draw_split(rng: np.random.Generator) -> str:
    return str(rng.choice(list(SPLIT_ODDS), p=list(SPLIT_ODDS.values())))


def _refuse_leftovers(folder: Path, expected: set[str]) -> None:
    # They would be read along with the new images, and no label would know them.
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*.dcm")} - expected
    if found:
        raise WrongUsage(
            f"{folder}: holds {len(found)} images of another run, such as {min(found)}. Name an empty folder."
        )
