"""Check: which files hold the same pixels under whatever names and UIDs, and which share a UID but not their pixels?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from fiducial.claims.evidence import Figure
from fiducial.cohort.checks.contract import Concerned, Finding, Severity
from fiducial.cohort.checks.words import concerned, counted, first_few, not_made
from fiducial.cohort.table import LABEL_PREFIX, Cohort

_TOLD_APART = 20  # groups of a kind that get a finding of their own; the others share one

_WHICH_ONE = (
    "Find out which image is meant and remove the other, or give it a UID of its own: a UID names one image, and "
    "labels joined by it may be of either."
)

# Worst first; a group is told as the first kind that fits.
_KINDS = (
    ("splits", Severity.ERROR, "in different splits ({splits})", "Remove the copies, or split again."),
    ("labels", Severity.ERROR, "with different labels ({labels})", "Read the image again: one label is wrong."),
    ("patients", Severity.ERROR, "under different patients ({patients})", "Find out whose it is; if unsure, drop it."),
    ("studies", Severity.WARNING, "in several studies ({studies})", "Keep one; copies count a patient twice."),
    ("files", Severity.WARNING, "in one study", "Keep one; a copy weighs its study double."),
)


@dataclass(frozen=True, slots=True)
class IdenticalImages:
    """Equal pixels, file by file. An image of one value everywhere (a blank frame) is no copy and is told apart."""

    name: ClassVar[str] = "identical-images"
    says: ClassVar[str] = (
        "files with exactly the same pixels, also under other names, studies or patients; one UID on different pixels"
    )

    def examine(self, cohort: Cohort) -> Iterator[Finding]:
        """One finding a group of files up to 20 of a kind, then one for the rest of that kind."""
        if cohort.files is None or cohort.files["pixel_hash"].null_count() == cohort.files.height:
            yield not_made(
                self.name, "no pixels were read", "whether images repeat", "Build the cohort from its images."
            )
            return
        copies = _copies(cohort.files, cohort.rows)
        pixels = copies.filter(~pl.col("flat"))
        groups = _groups(pixels, cohort.findings)
        for kind, severity, where, remedy in _KINDS:
            members = groups.filter(pl.col("kind") == kind)
            yield from self._told_apart(members.head(_TOLD_APART), severity, where, remedy)
            yield from self._summed_up(members.slice(_TOLD_APART), severity, where, remedy)
        yield from self._blank(copies.filter(pl.col("flat")))
        namesakes = _namesakes(cohort.files)
        yield from self._one_name(namesakes.head(_TOLD_APART))
        yield from self._more_names(namesakes.slice(_TOLD_APART))

    def _told_apart(self, groups: pl.DataFrame, severity: Severity, where: str, remedy: str) -> Iterator[Finding]:
        for group in groups.iter_rows(named=True):
            told = {name: first_few(group[name]) for name in ("splits", "labels", "patients", "studies")}
            yield Finding(
                self.name,
                severity,
                f"The same pixels stand {where.format(**told)}: {first_few(group['path'], 10)}.",
                Figure("identical_images", float(len(group["path"])), None, len(group["path"]), unit="images"),
                tuple(map(Concerned, group["study"], group["path"])),
                remedy,
            )

    def _summed_up(self, groups: pl.DataFrame, severity: Severity, where: str, remedy: str) -> Iterator[Finding]:
        if groups.is_empty():
            return
        files = groups.select("study", "path").explode("study", "path")
        place = where.split(" (", maxsplit=1)[0]
        yield Finding(
            self.name,
            severity,
            f"{counted(groups.height, 'more group')} of equal images stand {place} "
            f"({counted(files.height, 'file')}): {first_few(files['path'])}.",
            Figure("identical_images", float(files.height), None, files.height, unit="images"),
            concerned(files),
            remedy,
        )

    def _one_name(self, groups: pl.DataFrame) -> Iterator[Finding]:
        for group in groups.iter_rows(named=True):
            yield self._of_namesakes(
                f"Files with different pixels bear one SOPInstanceUID ({group['image']}): "
                f"{first_few(group['path'], 10)}.",
                tuple(map(Concerned, group["study"], group["path"])),
            )

    def _more_names(self, groups: pl.DataFrame) -> Iterator[Finding]:
        if groups.is_empty():
            return
        files = groups.select("study", "path").explode("study", "path")
        yield self._of_namesakes(
            f"{counted(groups.height, 'more SOPInstanceUID')} on files with different pixels "
            f"({counted(files.height, 'file')}): {first_few(files['path'])}.",
            concerned(files),
        )

    def _of_namesakes(self, message: str, files: tuple[Concerned, ...]) -> Finding:
        figure = Figure("images_under_one_uid", float(len(files)), None, len(files), unit="images")
        return Finding(self.name, Severity.ERROR, message, figure, files, _WHICH_ONE)

    def _blank(self, files: pl.DataFrame) -> Iterator[Finding]:
        if files.is_empty():
            return
        yield Finding(
            self.name,
            Severity.NOTE,
            f"{counted(files.height, 'file is', 'files are')} equal because every pixel has one value: "
            f"{first_few(files['path'])}.",
            Figure("blank_images", float(files.height), None, files.height, unit="images"),
            concerned(files),
            "Look at them: a blank image has nothing to read.",
        )


def _copies(files: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The files whose pixels stand in another file, with what the cohort says about their study."""
    repeated = files.filter(pl.col("pixel_hash").is_not_null(), pl.len().over("pixel_hash") > 1)
    known = [name for name in rows.columns if name in {"study", "patient", "split"} or name.startswith(LABEL_PREFIX)]
    joined = repeated.select("path", "study", "pixel_hash", pl.col("flat").fill_null(value=False)).join(
        rows.select(known), on="study", how="left"
    )
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in ("patient", "split") if name not in known]
    return joined.with_columns(absent).sort("path")


def _namesakes(files: pl.DataFrame) -> pl.DataFrame:
    """One row a SOPInstanceUID that stands on different pixels: its files and their studies."""
    named = files.filter(pl.col("image").is_not_null(), pl.col("pixel_hash").is_not_null())
    differing = named.filter(pl.col("pixel_hash").n_unique().over("image") > 1).sort("path")
    return differing.group_by("image", maintain_order=True).agg("path", "study")


def _groups(copies: pl.DataFrame, findings: list[str]) -> pl.DataFrame:
    """One row a group of equal files: their paths and studies, and what differs between them."""
    labels = [pl.col(f"{LABEL_PREFIX}{name}") for name in findings]
    differing = [
        pl.when(label.drop_nulls().n_unique() > 1).then(pl.lit(name))
        for name, label in zip(findings, labels, strict=True)
    ]
    none = pl.lit([], dtype=pl.List(pl.String))
    grouped = copies.group_by("pixel_hash", maintain_order=True).agg(
        pl.col("path"),
        pl.col("study"),
        splits=pl.col("split").drop_nulls().unique().sort(),
        patients=pl.col("patient").drop_nulls().unique().sort(),
        studies=pl.col("study").unique().sort(),
        labels=pl.concat_list(differing).first().list.drop_nulls() if differing else none.first(),
    )
    least = {"splits": 2, "labels": 1, "patients": 2, "studies": 2}
    kinds = [pl.when(pl.col(name).list.len() >= number).then(pl.lit(name)) for name, number in least.items()]
    return grouped.with_columns(kind=pl.coalesce(*kinds, pl.lit("files")))
