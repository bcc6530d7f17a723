"""Check: which images carry letters or markers, and do these go with a label?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl

from fiducial.claims.evidence import Figure
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.checks.loudness import Predictor, auroc_with_interval, loudness, told
from fiducial.cohort.checks.words import concerned, counted, first_few, not_made, percent
from fiducial.cohort.predictors import encode, label_folds
from fiducial.cohort.table import Cohort
from fiducial.stats.association import associate
from fiducial.stats.intervals import wilson

_TAG = "tag.BurnedInAnnotation"
_COLUMNS = {"marked": "whether a marker shows", "places": "where a marker lies"}


@dataclass(frozen=True, slots=True)
class BurnedInText:
    """A hospital that marks its ill gives a model something easier to learn than the disease.

    Markers alone told hospitals, and so prevalence, apart in Zech 2018, PLOS Med 15:e1002683.
    """

    name: ClassVar[str] = "burned-in-text"
    says: ClassVar[str] = "letters and markers in the pixels, whether they go with a label, and what the header says"

    seed: int = 0

    def examine(self, cohort: Cohort) -> Iterator[Finding]:
        """How many images are marked; what markers predict, overall and within each site; tags that contradict."""
        files = cohort.files
        if files is None or "overlay_boxes" not in files.columns or _nothing_seen(files):
            absent = "no pixels were searched for text"
            yield not_made(self.name, absent, "whether markers go with a label", "Build the cohort from its images.")
            return
        searched = files.filter(pl.col("overlay_boxes").is_not_null()).sort("path")
        yield from told(self.name, self._measured(cohort, searched))
        yield from self._contradictions(searched, cohort.rows)
        yield from self._counted(searched)
        yield from self._planes(files)
        sections = files.filter(pl.col("overlay_boxes").is_null(), pl.col("thumbnail").is_not_null()).sort("path")
        yield from self._passed_by(sections, cohort.rows)

    def _measured(self, cohort: Cohort, searched: pl.DataFrame) -> Iterator[Predictor]:
        rows = cohort.rows.join(_by_study(searched), on="study", how="left", maintain_order="left")
        sites = _sites(rows)
        tests = len(cohort.findings) * len(_COLUMNS) * (1 + len(sites))
        for site in (None, *sites):
            part = rows if site is None else rows.filter(pl.col("site") == site)
            part = part.filter(pl.col("marked").is_not_null())
            if part["marked"].n_unique() > 1:
                where = "" if site is None else f" at {site}"
                yield from self._predicting(Cohort(part, None, cohort.folder), where, tests)

    def _predicting(self, part: Cohort, where: str, tests: int) -> Iterator[Predictor]:
        for label in label_folds(part, self.seed):
            known = part.rows.filter(pl.Series(label.known))
            found = {name: associate(encode(known[name]), label.folds) for name in _COLUMNS}
            # Where a marker lies says at least whether it is there: it is told only where it says more.
            more = found["places"].interval.low > found["marked"].auroc
            name = "places" if more else "marked"
            if loud := loudness(found[name], tests):
                area = auroc_with_interval(found[name])
                sentence = (
                    f"{_COLUMNS[name].capitalize()}{where} predicts {label.finding} with AUROC {area}: "
                    f"{_shares(known['marked'].to_numpy(), label.folds.label)}."
                )
                short = f"{_COLUMNS[name]}{where} {area}"
                column = f"{_COLUMNS[name]}{where}"
                yield Predictor(column, label.finding, found[name], loud, sentence, short, label.whom)

    def _contradictions(self, searched: pl.DataFrame, rows: pl.DataFrame) -> Iterator[Finding]:
        if _TAG not in rows.columns:
            return
        said = _with_tag(searched, rows)
        for tag, severity, wrong, what, remedy in (
            (
                "NO",
                Severity.NOTE,  # a search cannot tell lead that lay in the beam from ink
                pl.col("overlay_boxes") > 0,
                "show letters or markers though their header says BurnedInAnnotation NO",
                "Look at them: a lead marker is no annotation, a name or a date is. Mask what names a patient.",
            ),
            (
                "YES",
                Severity.WARNING,
                pl.col("overlay_boxes") == 0,
                "show no letters near their border though their header says BurnedInAnnotation YES",
                "Look at them: text may lie elsewhere, or be fainter or smaller than what is searched for.",
            ),
        ):
            asked = said.filter(pl.col("said") == tag)
            odd = asked.filter(wrong)
            if not odd.is_empty():
                yield Finding(
                    self.name,
                    severity,
                    f"{odd.height:,} of {counted(asked.height, 'image')} {what}: {first_few(odd['path'])}.",
                    Figure("contradicting_tags", float(odd.height), None, asked.height, unit="images", subgroup=tag),
                    concerned(odd),
                    remedy,
                )

    def _counted(self, searched: pl.DataFrame) -> Iterator[Finding]:
        marked = searched.filter(pl.col("overlay_boxes") > 0)
        if marked.is_empty():
            return
        share = marked.height / searched.height
        places = (
            marked["overlay_places"]
            .str.split(", ")
            .explode()
            .value_counts(sort=True)
            .sort(["count", "overlay_places"], descending=[True, False])
        )
        shown = (f"{place} in {count:,}" for place, count in places.iter_rows())
        yield Finding(
            self.name,
            Severity.NOTE,
            f"{marked.height:,} of {counted(searched.height, 'image')} ({percent(share)}) show letters or markers near "
            f"the border: {first_few(shown, 4)}.",
            Figure("marked_images", share, wilson(marked.height, searched.height), searched.height),
            concerned(marked),
            "Crop the border, or mask the markers, in training and in use alike.",
        )

    def _planes(self, files: pl.DataFrame) -> Iterator[Finding]:
        if "overlay_planes" not in files.columns:
            return
        planes = files.filter(pl.col("overlay_planes") > 0).sort("path")
        if not planes.is_empty():
            yield Finding(
                self.name,
                Severity.NOTE,
                f"{counted(planes.height, 'file has', 'files have')} DICOM overlays beside the pixels (group 60xx): "
                f"{first_few(planes['path'])}.",
                Figure("overlay_planes", float(planes.height), None, files.height, unit="files"),
                concerned(planes),
                "They are not in the pixels that a model reads, but leave the building with the file.",
            )

    def _passed_by(self, sections: pl.DataFrame, rows: pl.DataFrame) -> Iterator[Finding]:
        said = _with_tag(sections, rows).filter(pl.col("said") == "YES") if _TAG in rows.columns else sections.clear()
        if not said.is_empty():
            yield Finding(
                self.name,
                Severity.WARNING,
                f"{counted(said.height, 'slice')} of CT, MR or PET, not searched for letters, whose header says "
                f"BurnedInAnnotation YES: {first_few(said['path'])}.",
                Figure("annotated_and_not_searched", float(said.height), None, sections.height, unit="files"),
                concerned(said),
                "Look at them: text in the pixels may name a patient. Mask it, or leave them out.",
            )
        if not sections.is_empty():
            yield Finding(
                self.name,
                Severity.NOTE,
                f"{counted(sections.height, 'slice')} of CT, MR or PET, not searched for letters: "
                "ribs and tables look like some.",
                Figure("not_searched", float(sections.height), None, sections.height, unit="files"),
                (),
                "Look at a few of them; their header's BurnedInAnnotation and their overlays were read.",
            )


def _nothing_seen(files: pl.DataFrame) -> bool:
    return not files["overlay_boxes"].count() and not files["thumbnail"].count()


def _with_tag(files: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The files with what the header of their study says of burned-in text (``said``)."""
    return files.join(rows.select("study", said=pl.col(_TAG).str.to_uppercase()), on="study", how="inner")


def _by_study(searched: pl.DataFrame) -> pl.DataFrame:
    """Of every study whether any of its images is marked (0 or 1), and all places of its markers as text."""
    return (
        searched.filter(pl.col("study").is_not_null())
        .group_by("study", maintain_order=True)
        .agg(
            marked=(pl.col("overlay_boxes").max() > 0).cast(pl.Int64),
            places=pl.col("overlay_places").str.split(", ").list.explode().unique().sort().str.join(", "),
        )
    )


def _sites(rows: pl.DataFrame) -> list[str]:
    """The sites, where there are several."""
    if "site" not in rows.columns:
        return []
    sites = rows["site"].drop_nulls().unique().sort().to_list()
    return sites if len(sites) > 1 else []


def _shares(
    marked: np.ndarray[tuple[int], np.dtype[np.int64]], bears: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> str:
    with_it, without = (bears[marked == value] for value in (1, 0))
    return (
        f"{int(with_it.sum()):,} of {with_it.size:,} marked rows bear it, "
        f"{int(without.sum()):,} of {without.size:,} others"
    )
