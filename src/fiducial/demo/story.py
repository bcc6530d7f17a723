"""The story: make hospitals, build, check, split, predict and audit twice; then two networks climb, probed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import polars as pl

from fiducial.audit.ladder import AuditedEvidence, climb
from fiducial.claims.evidence import NOTICE, Verdict
from fiducial.cohort.build import build_cohort
from fiducial.cohort.check import CheckReport, check_cohort
from fiducial.cohort.layouts.contract import Source, Unit
from fiducial.cohort.recipe import SplitRecipe
from fiducial.cohort.splits import split_cohort
from fiducial.cohort.table import Cohort, write_cohort
from fiducial.demo.features import Features, Grey, honest_features, naive_features
from fiducial.demo.model import fit
from fiducial.demo.networks import PROBED, Network, climb_networks
from fiducial.files.tables import write_table
from fiducial.files.writing import write_text
from fiducial.phantoms.hidden_faults import write_hospitals_with_hidden_faults

STORY_SCHEMA = "fiducial.demo/1"
# What the story is about. The other checks are asked by `fiducial cohort check`; comparing every two of 735 look-alike
# phantoms takes near-duplicates longer than the whole story.
ASKED = ("burned-in-text", "identical-images", "patients-across-splits", "prevalence-by-site", "single-predictors")


@dataclass(frozen=True, slots=True)
class Told:
    """How the story ended."""

    folder: Path
    checked: CheckReport
    naive: AuditedEvidence
    corrected: AuditedEvidence
    networks: tuple[Network, ...]

    def document(self) -> dict[str, Any]:
        """What ``fiducial demo --json`` prints."""
        return {
            "schema": STORY_SCHEMA,
            "notice": NOTICE,
            "findings": [finding.document() for finding in self.checked.findings],
            "audits": [
                {"claim": one.claim.claim.name, "verdict": str(one.verdict), "rungs": _verdicts(one)}
                for one in (self.naive, self.corrected, *(network.evidence for network in self.networks))
            ],
        }


def tell_story(folder: Path, *, seed: int = 7, say: Callable[[str], None] = print) -> Told:
    """Run the whole path in ``folder``; ``say`` takes one line at a time.

    Raises:
        UnusableInput: the folder cannot be written to.
    """
    planted = write_hospitals_with_hidden_faults(folder / "images", seed=seed)
    say(f"Three phantom hospitals: {planted.truth.height} DICOM images in {planted.folder}. Four faults are hidden.")
    built = build_cohort(Source(planted.folder, Unit.IMAGE, planted.labels)).cohort
    naive = folder / "naive"
    write_cohort(built, naive / "cohort.parquet")
    checked = check_cohort(naive / "cohort.parquet", ASKED)
    say(f"1. fiducial cohort check {naive / 'cohort.parquet'} (five of its checks)")
    for line in _found(checked):
        say(f"   {line}")
    say("2. A hasty study ignores that: every image drawn into a split on its own, whole images as they come.")
    fallen = _audit(built, naive_features, naive, "naive", say)
    say(
        f"   What was hidden: a marker on {len(planted.marked)} of Alder's images, nearly all ill (the check "
        f"found it in the pixels); Birch's ill on another scanner; {len(planted.straddlers)} patients in two splits; "
        f"{len(planted.copies)} copies."
    )
    say(
        "3. The corrected study: no copies, split by patient, Cedar held out, borders cropped, grey values levelled; "
        "and a claim that promises less (AUROC 0.75, sensitivity 0.50), because that is what can be shown."
    )
    recipe = SplitRecipe(by=("patient", "site"), hold_out={"site": ("Cedar",)}, seed=seed)
    sound = split_cohort(_without_copies(built), recipe).cohort
    standing = _audit(sound, honest_features, folder / "corrected", "corrected", say)
    say(
        f"4. Two small networks of one build, each a bundle (.fidu), are asked about {PROBED} images under stress. One "
        "was trained on whole images of Alder, one on images without their border."
    )
    networks = climb_networks(_without_copies(built), planted.truth, folder / "networks", say)
    reports = [folder / place / "report" / "report.html" for place in ("naive", "corrected")]
    reports += [folder / "networks" / one.name / "report" / "report.html" for one in networks]
    say(f"Open {', '.join(str(report) for report in reports)}.")
    say("Phantoms, not patients; nothing here is a medical device.")
    return Told(folder, checked, fallen, standing, tuple(networks))


def _audit(
    cohort: Cohort, features: Callable[[Grey], Features], folder: Path, name: str, say: Callable[[str], None]
) -> AuditedEvidence:
    write_cohort(cohort, folder / "cohort.parquet")
    fitted = fit(cohort, features, name)
    write_table(fitted.predictions, folder / "predictions.parquet")
    template = files("fiducial.demo").joinpath("claims", f"{name}.toml").read_text(encoding="utf-8")
    write_text(folder / "claim.toml", Template(template).substitute(threshold=fitted.threshold))
    evidence = climb(folder / "claim.toml")
    evidence.save(folder / "report")
    say(f"   fiducial audit {folder / 'claim.toml'}: the claim {evidence.verdict}")
    silent = [result.rung for result in evidence.rungs if result.verdict is Verdict.NOT_SHOWN]
    for result in evidence.rungs:
        if result.rung not in silent:
            say(f"   {result.rung:<12}{result.verdict:<10} {result.sentence}")
    say(f"   not shown, as nobody claimed or probed it: {', '.join(silent)}")
    return evidence


def _without_copies(cohort: Cohort) -> Cohort:
    """Keep the first of every group of images with the same pixels."""
    if cohort.files is None:
        return cohort
    first = cohort.files.filter(pl.col("pixel_hash").is_first_distinct())
    kept = cohort.rows.filter(pl.col("study").is_in(first["study"].implode()))
    return Cohort(kept, first, cohort.folder)


def _found(checked: CheckReport) -> Iterable[str]:
    """The worst finding of each check that found an error or a warning."""
    told = set()
    for finding in checked.findings:
        if finding.severity != "note" and finding.check not in told:
            told.add(finding.check)
            yield f"{finding.severity}: {finding.message}"


def _verdicts(evidence: AuditedEvidence) -> dict[str, str]:
    return {result.rung: str(result.verdict) for result in evidence.rungs}
