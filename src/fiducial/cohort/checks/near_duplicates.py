"""Check: which images are one image but for a crop, a turn, a mirror, brightness or compression?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl

from fiducial.claims.evidence import Figure
from fiducial.cohort.checks.contract import Concerned, Finding, Severity
from fiducial.cohort.checks.words import counted, first_few, not_made
from fiducial.cohort.table import LABEL_PREFIX, Cohort
from fiducial.errors import CannotJudge
from fiducial.scans.matching import Candidates, candidates, likeness, stands_out
from fiducial.scans.perceptual import SYMMETRIES, as_miniatures, symmetric_hashes

_TOLD_APART = 20  # pairs of a kind that get a finding of their own; the others share one
_FAINTEST = 3.0  # grey levels: a thumbnail that varies less shows nothing that could be compared

# Worst first; a pair is told as the first kind that fits.
_KINDS = (
    ("splits", Severity.ERROR, "in different splits", "Remove one of them, or split again."),
    ("labels", Severity.ERROR, "with different labels", "Read the image again: one label is wrong."),
    ("patients", Severity.ERROR, "under different patients", "Find out whose it is; if unsure, drop it."),
    ("studies", Severity.WARNING, "in two studies of one patient", "Keep one; copies count a patient twice."),
    ("rows", Severity.WARNING, "in two studies", "Keep one, and add the patient of every study: it may be two people."),
    ("files", Severity.NOTE, "in one study", "Keep one, unless both are meant to be there."),
)


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """Candidates share a perceptual hash but for ``distance`` of 64 bits, also mirrored or turned; they count as one
    image where the detail of their thumbnails correlates with ``least`` or more once they are laid on each other, and
    stands out from the look-alikes of either.

    Equal pixels are left to identical-images, slices of one series are not compared, nor are images of one value.
    """

    name: ClassVar[str] = "near-duplicates"
    says: ClassVar[str] = "images that are copies but for a crop, a turn, a mirror, brightness or compression"

    distance: int = 10
    least: float = 0.97

    def examine(self, cohort: Cohort) -> Iterator[Finding]:
        """One finding a pair up to 20 of a kind, then one for the rest of that kind."""
        files = cohort.files
        if files is None or "thumbnail" not in files.columns or files["thumbnail"].null_count() == files.height:
            absent = "the files table holds no thumbnails"
            yield not_made(self.name, absent, "whether an image repeats", "Build the cohort from its images.")
            return
        pairs = self.pairs(cohort)
        for kind, severity, where, remedy in _KINDS:
            members = pairs.filter(pl.col("kind") == kind)
            yield from self._told_apart(members.head(_TOLD_APART), severity, where, remedy)
            yield from self._summed_up(members.slice(_TOLD_APART), severity, where, remedy)

    def pairs(self, cohort: Cohort) -> pl.DataFrame:
        """One row a pair: both images (the second's columns end in _2), symmetry, likeness and kind; likest first.

        Raises:
            CannotJudge: the cohort has no files table.
        """
        if cohort.files is None:
            raise CannotJudge("the cohort has no files table, and so no thumbnails. Build it from its images.")
        images = _images(cohort.files, cohort.rows)
        small = as_miniatures(images["thumbnail"])
        seen = small.std(axis=(1, 2)) >= _FAINTEST
        images, small = images.filter(pl.Series(seen)), small[seen]
        found = candidates(symmetric_hashes(small), self.distance)
        apart = ~_equal(images, "pixel_hash", found) & ~_equal(images, "series", found)
        found = Candidates(found.first[apart], found.second[apart], found.symmetry[apart])
        alike = likeness(small, found)
        second = images.drop("thumbnail")[found.second].rename(lambda name: f"{name}_2")
        pairs = images.drop("thumbnail")[found.first].hstack(second)
        pairs = pairs.with_columns(
            symmetry=pl.Series([SYMMETRIES[which][2] for which in found.symmetry], dtype=pl.String),
            likeness=pl.Series(alike, dtype=pl.Float64),
            kind=_kind(cohort.findings),
        )
        told = (alike >= self.least) & stands_out(found, alike)
        return pairs.filter(pl.Series(told, dtype=pl.Boolean)).sort("likeness", descending=True, maintain_order=True)

    def _told_apart(self, pairs: pl.DataFrame, severity: Severity, where: str, remedy: str) -> Iterator[Finding]:
        for pair in pairs.iter_rows(named=True):
            how = "" if pair["symmetry"] == SYMMETRIES[0][2] else f", the second {pair['symmetry']}"
            yield Finding(
                self.name,
                severity,
                f"Nearly the same image {where}{_differing(pair)}: {pair['path']} and {pair['path_2']}{how} "
                f"(likeness {pair['likeness']:.3f}).",
                Figure("likeness", pair["likeness"], None, 2),
                (Concerned(pair["study"], pair["path"]), Concerned(pair["study_2"], pair["path_2"])),
                remedy,
            )

    def _summed_up(self, pairs: pl.DataFrame, severity: Severity, where: str, remedy: str) -> Iterator[Finding]:
        if pairs.is_empty():
            return
        ends = [pairs.select(study=f"study{end}", path=f"path{end}") for end in ("", "_2")]
        files = pl.concat(ends).unique(maintain_order=True).sort("path")
        yield Finding(
            self.name,
            severity,
            f"{counted(pairs.height, 'more pair')} of nearly the same image {where} "
            f"({counted(files.height, 'file')}): {first_few(files['path'])}.",
            Figure("near_duplicates", float(pairs.height), None, files.height, unit="pairs"),
            tuple(map(Concerned, files["study"], files["path"])),
            remedy,
        )


def _images(files: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The files that have a thumbnail, with what the cohort says about their study, in order of path."""
    known = [name for name in rows.columns if name in {"study", "patient", "split"} or name.startswith(LABEL_PREFIX)]
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in ("patient", "split") if name not in known]
    kept = files.filter(pl.col("thumbnail").is_not_null(), ~pl.col("flat").fill_null(value=False))
    chosen = kept.select("path", "study", "series", "pixel_hash", "thumbnail")
    return chosen.join(rows.select(known), on="study", how="left").with_columns(absent).sort("path")


def _equal(images: pl.DataFrame, column: str, pairs: Candidates) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether both of a pair have one and the same value; two that have none do not."""
    codes = images[column].rank("dense").cast(pl.Int64).fill_null(-1).to_numpy()
    return np.asarray((codes[pairs.first] == codes[pairs.second]) & (codes[pairs.first] >= 0))


def _kind(findings: list[str]) -> pl.Expr:
    def differ(name: str) -> pl.Expr:
        return (pl.col(name) != pl.col(f"{name}_2")).fill_null(value=False)

    labels = pl.any_horizontal(pl.lit(value=False), *(differ(f"{LABEL_PREFIX}{name}") for name in findings))
    return (
        pl.when(differ("split"))
        .then(pl.lit("splits"))
        .when(labels)
        .then(pl.lit("labels"))
        .when(differ("patient"))
        .then(pl.lit("patients"))
        .when(differ("study") & (pl.col("patient") == pl.col("patient_2")))
        .then(pl.lit("studies"))
        .when(differ("study"))
        .then(pl.lit("rows"))
        .otherwise(pl.lit("files"))
    )


def _differing(pair: dict[str, object]) -> str:
    """`` (train, test)``: the values that make the pair what it is told as."""
    told: list[object] = []
    if pair["kind"] in {"splits", "patients"}:
        column = "split" if pair["kind"] == "splits" else "patient"
        told = [pair[column], pair[f"{column}_2"]]
    elif pair["kind"] == "labels":
        named = [name for name in pair if name.startswith(LABEL_PREFIX) and not name.endswith("_2")]
        both = [(name, pair[name], pair[f"{name}_2"]) for name in named]
        told = [name.removeprefix(LABEL_PREFIX) for name, *of in both if None not in of and of[0] != of[1]]
    return f" ({', '.join(map(str, told))})" if told else ""
