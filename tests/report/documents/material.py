"""Evidence of a made-up study, and the material of its documents."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import fiducial as fd
from audit.rungs.test_laws import rich
from audit.studies import make_study
from fiducial.audit.ladder import AuditedEvidence
from fiducial.claims.evidence import Evidence
from fiducial.report.documents.answers import Answers
from fiducial.report.documents.material import Material, material_of

HOSTILE = "<b>Łódź & Σ 東京</b>"
HASH = "sha256:0"


@cache
def rich_evidence() -> AuditedEvidence:
    """A study with places, ages, labels, readers and stress."""
    study = rich()
    return fd.climb(
        study.claim,
        cohort=study.cohort,
        predictions=study.predictions,
        labels=study.labels,
        readings=study.readings,
        resamples=100,
    )


@cache
def light_evidence() -> AuditedEvidence:
    """The rich study without figures and charts, which take seconds to draw."""
    found = rich_evidence()
    return replace(found, rungs=tuple(replace(one, figures=(), charts=(), cases=()) for one in found.rungs))


@cache
def poor_evidence() -> Evidence:
    """Scores and labels, and nothing else: no cohort is known, no prevalence, no split, no patient."""
    study = make_study(60)
    cohort = study.cohort.select("study", "label.x")
    claim = study.claim.model_copy(update={"floors": {}})
    found = fd.climb(claim, cohort=cohort, predictions=study.predictions, resamples=100)
    return Evidence(found.claim, found.rungs, found.provenance)


def material(evidence: Evidence | None = None, answers: Mapping[str, str] | None = None) -> Material:
    """What documents are made of, with some answers by their keys."""
    return material_of(evidence or rich_evidence(), Answers(answers or {}, Path()), HASH)


def hostile() -> Evidence:
    """The rich study under a name for every place that is markup and in three scripts."""
    found = rich_evidence()
    statement = found.claim.claim.model_copy(
        update={"finding": HOSTILE, "statement": HOSTILE, "intended_use": HOSTILE * 40, "not_for": (HOSTILE,) * 40}
    )
    claim = found.claim.model_copy(update={"claim": statement})
    alarms = tuple(f"{number} {HOSTILE} {'word ' * 60}" for number in range(12))
    rungs = [replace(one, alarms=alarms) for one in found.rungs]
    more = [replace(rungs[0], rung=f"plugin{number}", sentence=HOSTILE * 30) for number in range(9)]
    return replace(found, claim=claim, rungs=(*rungs, *more))
