"""A detector without a claim: its boxes and a cohort in, what it finds and what it marks in vain out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from platform import python_version

import numpy as np

from fiducial.audit.detection.boxes import Boxes, read_boxes
from fiducial.audit.detection.charts import curves_of
from fiducial.audit.detection.figures import measured
from fiducial.audit.detection.given import Given, findings_in, images_in
from fiducial.audit.detection.images import Images
from fiducial.audit.detection.listing import false_positives, missed, shown
from fiducial.audit.detection.matching import matched
from fiducial.audit.detection.options import DetectionOptions
from fiducial.audit.detection.words import alarms_of, in_words, provisos
from fiducial.claims.detection_evidence import DetectionEvidence, FoundLesions, OtherOverlap
from fiducial.claims.evidence import Provenance
from fiducial.claims.overlap import Overlap
from fiducial.cohort.table import LABEL_PREFIX, CohortSource
from fiducial.errors import CannotJudge, WrongUsage
from fiducial.files.names import did_you_mean
from fiducial.files.tables import TableSource
from fiducial.report.detection import detection_summary, save_detection
from fiducial.stats.detection import average_precision, sensitivity_at

VERSIONED = ("fiducial", "numpy", "polars", "scipy")
OTHERS = (Overlap("iou", 0.1), Overlap("iou", 0.3), Overlap("iou", 0.5), Overlap("iobb", 0.5), Overlap("centre"))


@dataclass(frozen=True, slots=True)
class DetectionReport(DetectionEvidence):
    """Evidence about boxes that shows itself in a notebook and saves itself as a page."""

    def save(self, folder: str | Path) -> Path:
        """Write ``froc.html``, ``froc.json``, ``figures.csv``, ``missed.csv`` and ``false_positives.csv``.

        Raises:
            UnusableInput: the folder cannot be written to.
        """
        return save_detection(self, Path(folder))

    def _repr_html_(self) -> str:
        return detection_summary(self)


def measure_detection(
    boxes: TableSource,
    cohort: CohortSource,
    options: DetectionOptions | None = None,
) -> DetectionReport:
    """Match a model's boxes with those of readers, and measure what was found, missed and marked in vain.

    ``boxes``: a regions table, or the predictions that it stands beside; where both are there, the predictions say
    which images the model looked at. The reference stands beside the cohort, or in the same table as model ``truth``.

    Raises:
        UnusableInput: a table is wrong, or the boxes do not fit each other; the message names row and remedy.
        WrongUsage: a finding or split that is not there.
    """
    options = options or DetectionOptions()
    tables = Given.read(boxes, cohort)
    findings = options.findings or tuple(findings_in(tables))
    measurable: list[FoundLesions] = []
    refused: dict[str, str] = {}
    model = options.model
    for finding in findings:
        if LABEL_PREFIX + finding not in tables.cohort.rows.columns:
            known = tables.cohort.findings
            raise WrongUsage(
                f"the cohort has no labels of {finding!r}.{did_you_mean(finding, known)} It has: {', '.join(known)}."
            )
        read = read_boxes(tables.regions, tables.cohort, finding=finding, model=options.model)
        model = read.model
        try:
            measurable.append(_measured(tables, finding, read, options))
        except CannotJudge as reason:
            refused[finding] = f"{reason}."
    return DetectionReport(
        model or "model",
        options.rate,
        options.counting,
        tuple(measurable),
        Provenance(
            tables.inputs,
            {"python": python_version(), **{name: version(name) for name in VERSIONED}},
            options.seed,
            f"{_verb(boxes, cohort)}{options.words()}",
            options.confidence,
        ),
        refused,
        tables.cohort.folder,
    )


def _measured(tables: Given, finding: str, boxes: Boxes, options: DetectionOptions) -> FoundLesions:
    images, notes = images_in(tables, finding, boxes, options)
    if boxes.drawn is None:
        raise CannotJudge("there are no reference boxes")  # images_in has said so in full
    how, asked = options.counting, options.asked
    found = matched(images, boxes, boxes.drawn, how)
    told = measured(found, asked)
    repeats = how.repeats == "false-positive"
    paths = tables.cohort.rows
    where = dict(zip(paths["study"], paths["path"], strict=True)) if "path" in paths.columns else {}
    return FoundLesions(
        finding,
        len(images),
        int(images.ill.sum()),
        int(np.unique(images.patient).size),
        found.lesions.height,
        told.threshold,
        in_words(told, how.overlap, asked.rate),
        tuple(told.figures.values()),
        curves_of(found, asked, told, finding),
        tuple(_others(images, boxes, options)),
        tuple(alarms_of(told)),
        (*notes, *images.notes, *provisos(found)),
        missed(found, told.threshold),
        false_positives(found, told.threshold, repeats=repeats),
        shown(found, told.threshold, where, repeats=repeats),
    )


def _others(images: Images, boxes: Boxes, options: DetectionOptions) -> Iterator[OtherOverlap]:
    """The same marks under the usual rules: how much hangs on which of them is taken."""
    if boxes.drawn is None:
        return
    for overlap in dict.fromkeys((options.counting.overlap, *OTHERS)):
        found = matched(images, boxes, boxes.drawn, replace(options.counting, overlap=overlap))
        each = np.ones(found.patient.size, dtype=np.int64)
        area, reached = average_precision(found.detections), sensitivity_at(found.detections, options.rate)
        yield OtherOverlap(str(overlap), reached(each), area(each))


def _verb(boxes: TableSource, cohort: CohortSource) -> str:
    if isinstance(boxes, str | Path) and isinstance(cohort, str | Path):
        return f"fiducial froc {Path(boxes).name} {Path(cohort).name}"
    return "fd.measure_detection(boxes, cohort)"
