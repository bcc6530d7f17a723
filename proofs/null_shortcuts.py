"""How often do the rungs that read probes fail a model that does no more than its claim allows?"""

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import expit

from fiducial.audit.case import Case
from fiducial.audit.clever_hans.confounders import Confounders
from fiducial.audit.clever_hans.features import FeatureProbe
from fiducial.audit.clever_hans.masking import Masking
from fiducial.audit.probed import Probed
from fiducial.audit.rungs.ablation import Ablation
from fiducial.claims.evidence import Verdict
from fiducial.stats.permutation import shift_with, tell_apart
from proofs.coverage import Proof
from proofs.nothing import Generator, claim_of, happens, judged, normal, one_of, patients_of

RUNS = 200
ALLOWED = 0.1  # of the decisions turn, and as many may
MOVED = ("mask-border:3", "mask-corners:2", "mask-outside-body:1", "marker-added:1", "marker-removed:1")


def shortcut_proofs(runs: int = RUNS) -> list[Proof]:
    """The looks that test something, and the comparison of strata under an ablation."""
    hits: dict[str, int] = {}
    for run in range(runs):
        for what, spoke in _spoken(np.random.default_rng([29, run])).items():
            hits[what] = hits.get(what, 0) + spoke
    return [Proof(f"shortcuts: {what}", 0.05, count, runs, at_most=True) for what, count in hits.items()]


def _spoken(rng: Generator) -> dict[str, bool]:
    case = _case(rng)
    knows, uses = _alone(rng)
    unlike = any(" loses " in note for note in Ablation().judge(case).notes)
    return {
        "masks fail a model that turns as often as allowed, 3 masks, 150 patients of 1-3 images": _fails(
            Masking(), case
        ),
        "confounders fail a model that turns as often as allowed": _fails(Confounders(), case),
        "features that know nothing fail, site linked to the label": _fails(FeatureProbe(), case),
        "ablation: says that one of 5 groups loses more or less than the rest": unlike,
        "features that know nothing tell 3 sites of 60 patients (p < 0.05)": knows,
        "scores that follow nothing follow the prevalence (p < 0.05)": uses,
    }


def _case(rng: Generator) -> Case:
    floors = {"shortcut_effect": ALLOWED, "ablation_loss": 0.5}
    claim = claim_of(floors, internal="all", strata=["sex", "view"])
    patient = patients_of(rng, 150, 3)
    ill = happens(rng, patient, 0.5, 0.8)
    score = expit(normal(rng, patient, 0.5) + 3 * (ill - 0.5))
    case = judged(rng, claim, patient, ill, score)
    at_a = happens(rng, patient, 0.5, 1.0) ^ (ill & happens(rng, patient, 0.4, 1.0))
    columns = case.decisions.columns.with_columns(site=pl.Series(np.where(at_a, "A", "B")))
    study = case.decisions.study
    stressed = pl.concat(_turned(rng, study, patient, score, name) for name in (*MOVED, "skull-strip:1"))
    habit = np.column_stack([normal(rng, patient) for _ in range(6)])
    features = pl.DataFrame({"study": study, "model": "m", "condition": "clean"}).with_columns(
        **{f"f{place}": pl.Series(column) for place, column in enumerate(habit.T)}
    )
    return replace(case, decisions=replace(case.decisions, columns=columns), probed=Probed(stressed, features=features))


def _turned(
    rng: Generator, study: NDArray[np.str_], patient: NDArray[np.int64], score: NDArray[np.float64], name: str
) -> pl.DataFrame:
    turned = happens(rng, patient, ALLOWED, 0.5)
    return pl.DataFrame({"study": study, "score": np.where(turned, 1 - score, score)}).with_columns(
        condition=pl.lit(name), abstained=pl.lit(value=False)
    )


def _alone(rng: Generator) -> tuple[bool, bool]:
    people = np.arange(60)
    site = np.searchsorted(("A", "B", "C"), one_of(rng, people, ("A", "B", "C")))
    told = tell_apart(rng.normal(size=(60, 20)), site, rng)
    order = np.array([0.1, 0.3, 0.5])
    return told.p < 0.05, shift_with(rng.normal(size=60), site, order, rng) < 0.05


def _fails(look: Masking | Confounders | FeatureProbe, case: Case) -> bool:
    return look.look(case).verdict is Verdict.FAILS
