"""fiducial: from raw scans to a claim that survives every honest attempt to break it.

``import fiducial as fd`` is light; a verb is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fiducial.audit.draft import draft_claim
    from fiducial.audit.ladder import climb
    from fiducial.audit.metric.check import check_metric
    from fiducial.audit.metric.pairs import Paired
    from fiducial.audit.together import climb_all
    from fiducial.claims.claim import read_claim
    from fiducial.cohort.build import build_cohort, list_layouts
    from fiducial.cohort.check import check_cohort
    from fiducial.cohort.deidentify.burned_in import Mask
    from fiducial.cohort.deidentify.folder import Deidentification, build_deidentified
    from fiducial.cohort.layouts.contract import Source, Unit
    from fiducial.cohort.recipe import SplitRecipe
    from fiducial.cohort.selection import select_cohort
    from fiducial.cohort.splits import split_cohort
    from fiducial.cohort.table import read_cohort, write_cohort
    from fiducial.demo.story import tell_story
    from fiducial.predictions.table import read_predictions
    from fiducial.report.flow import save_flow

__version__ = "0.1.0"

_HOMES = {
    "Deidentification": "fiducial.cohort.deidentify.folder",
    "Mask": "fiducial.cohort.deidentify.burned_in",
    "Paired": "fiducial.audit.metric.pairs",
    "Source": "fiducial.cohort.layouts.contract",
    "SplitRecipe": "fiducial.cohort.recipe",
    "Unit": "fiducial.cohort.layouts.contract",
    "build_cohort": "fiducial.cohort.build",
    "build_deidentified": "fiducial.cohort.deidentify.folder",
    "check_cohort": "fiducial.cohort.check",
    "check_metric": "fiducial.audit.metric.check",
    "climb": "fiducial.audit.ladder",
    "climb_all": "fiducial.audit.together",
    "draft_claim": "fiducial.audit.draft",
    "list_layouts": "fiducial.cohort.build",
    "read_claim": "fiducial.claims.claim",
    "read_cohort": "fiducial.cohort.table",
    "read_predictions": "fiducial.predictions.table",
    "save_flow": "fiducial.report.flow",
    "select_cohort": "fiducial.cohort.selection",
    "split_cohort": "fiducial.cohort.splits",
    "tell_story": "fiducial.demo.story",
    "write_cohort": "fiducial.cohort.table",
}

__all__ = [
    "Deidentification",
    "Mask",
    "Paired",
    "Source",
    "SplitRecipe",
    "Unit",
    "__version__",
    "build_cohort",
    "build_deidentified",
    "check_cohort",
    "check_metric",
    "climb",
    "climb_all",
    "draft_claim",
    "list_layouts",
    "read_claim",
    "read_cohort",
    "read_predictions",
    "save_flow",
    "select_cohort",
    "split_cohort",
    "tell_story",
    "write_cohort",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'fiducial' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
