"""fiducial: from raw scans to a claim that survives every honest attempt to break it.

``import fiducial as fd`` is light; a verb is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from fiducial.errors import WrongUsage

if TYPE_CHECKING:
    from fiducial.align.many import WantedPairs, align_pairs
    from fiducial.align.options import AlignOptions, read_align_options
    from fiducial.align.pair import align_pair
    from fiducial.align.pictures import save_sheet
    from fiducial.audit.adjudication import adjudication
    from fiducial.audit.comparison.compare import compare_audits
    from fiducial.audit.comparison.history import read_history
    from fiducial.audit.detection.options import DetectionOptions
    from fiducial.audit.detection.report import measure_detection
    from fiducial.audit.draft import draft_claim
    from fiducial.audit.ladder import climb
    from fiducial.audit.metric.check import check_metric
    from fiducial.audit.metric.pairs import Paired
    from fiducial.audit.operating import choose_threshold
    from fiducial.audit.probes.explain import ExplainOptions, explain_studies
    from fiducial.audit.probes.plan import ProbePlan
    from fiducial.audit.probes.probe import probe_claim
    from fiducial.audit.readers.compare import ReaderOptions, compare_arms
    from fiducial.audit.together import climb_all
    from fiducial.claims.catalogue.shipped import catalogue, find_finding
    from fiducial.claims.claim import read_claim
    from fiducial.cohort.build import build_cohort, list_layouts
    from fiducial.cohort.check import check_cohort
    from fiducial.cohort.deidentify.burned_in import Mask
    from fiducial.cohort.deidentify.folder import Deidentification, build_deidentified
    from fiducial.cohort.fitted import record_fit
    from fiducial.cohort.imrmc import read_imrmc
    from fiducial.cohort.known_labels import KnownLabels, label_cohort, parse_labels
    from fiducial.cohort.layouts.contract import Source, Unit
    from fiducial.cohort.recipe import SplitRecipe
    from fiducial.cohort.seals.sealing import seal_cohort
    from fiducial.cohort.seals.verifying import verify_cohort
    from fiducial.cohort.selection import select_cohort
    from fiducial.cohort.splits import split_cohort
    from fiducial.cohort.table import read_cohort, write_cohort
    from fiducial.cohort.volumes import stack_cohort
    from fiducial.demo.story import tell_story
    from fiducial.learn.ablation.ablating import AblateOptions, ablate_recipe
    from fiducial.learn.ablation.starts import compare_starts
    from fiducial.learn.changing import change_recipe
    from fiducial.learn.learning import Learned, learn_bundle
    from fiducial.learn.mining.listing import save_list
    from fiducial.learn.mining.negatives import Mined, MineOptions, mine_negatives
    from fiducial.learn.recipe import Located, read_recipe
    from fiducial.learn.shipped import list_recipes, take_recipe
    from fiducial.models.bundle import open_bundle
    from fiducial.models.callable_model import CallableModel
    from fiducial.models.keyholders.file import write_new_key
    from fiducial.models.keyholders.local_key import new_key
    from fiducial.models.keyholders.naming import open_keyholder
    from fiducial.models.open import open_model
    from fiducial.models.opening import verify_bundle
    from fiducial.models.packing import pack_bundle
    from fiducial.models.predict import PredictOptions, predict
    from fiducial.models.sealed import check_seal
    from fiducial.models.sealing import rotate_bundle, seal_bundle
    from fiducial.models.table_model import TableModel
    from fiducial.pipelines.many import RunOptions, run_pipeline
    from fiducial.pipelines.opening import open_pipeline
    from fiducial.predictions.fusion.ensemble import fuse_predictions
    from fiducial.predictions.table import read_predictions
    from fiducial.report.decisions.explaining import explain_decision
    from fiducial.report.decisions.page import save_decision
    from fiducial.report.decisions.showing import show_rules
    from fiducial.report.flow import save_flow
    from fiducial.report.members import save_members
    from fiducial.rules.check import check_rules
    from fiducial.rules.deciding import decide
    from fiducial.rules.facts import Facts, Given
    from fiducial.rules.file import read_rules
    from fiducial.rules.overrides import Override
    from fiducial.rules.overriding import overridden
    from fiducial.rules.relabelling import override_labels
    from fiducial.rules.running import decide_studies
    from fiducial.rules.studies import DecisionSources
    from fiducial.rules.table import decide_table
    from fiducial.scans.volumes import read_volume, write_volume
    from fiducial.serve.access.file import read_access
    from fiducial.serve.access.opening import export_ledger, open_ledger, open_tokens
    from fiducial.serve.access.options import AccessOptions
    from fiducial.serve.dimse.listening import Listening
    from fiducial.serve.licence.opening import open_licences, show_licence
    from fiducial.serve.overrides import export_overrides
    from fiducial.serve.sending.destinations import Destination
    from fiducial.serve.service import ServiceOptions, open_service
    from fiducial.serve.settings.opening import open_settings
    from fiducial.serve.unit import UnitOptions, install_unit, unit_text
    from fiducial.serve.work.choosing import change_setting, roll_back_setting

__version__ = "0.1.0"

_LEARN_NEEDS = ("torch", "lightning", "timm", "monai", "safetensors", "tensorboard", "onnxscript")

_HOMES = {
    "AblateOptions": "fiducial.learn.ablation.ablating",
    "AccessOptions": "fiducial.serve.access.options",
    "AlignOptions": "fiducial.align.options",
    "CallableModel": "fiducial.models.callable_model",
    "DecisionSources": "fiducial.rules.studies",
    "Deidentification": "fiducial.cohort.deidentify.folder",
    "Destination": "fiducial.serve.sending.destinations",
    "DetectionOptions": "fiducial.audit.detection.options",
    "ExplainOptions": "fiducial.audit.probes.explain",
    "Facts": "fiducial.rules.facts",
    "Given": "fiducial.rules.facts",
    "KnownLabels": "fiducial.cohort.known_labels",
    "Learned": "fiducial.learn.learning",
    "Listening": "fiducial.serve.dimse.listening",
    "Located": "fiducial.learn.recipe",
    "Mask": "fiducial.cohort.deidentify.burned_in",
    "MineOptions": "fiducial.learn.mining.negatives",
    "Mined": "fiducial.learn.mining.negatives",
    "Override": "fiducial.rules.overrides",
    "Paired": "fiducial.audit.metric.pairs",
    "PredictOptions": "fiducial.models.predict",
    "ProbePlan": "fiducial.audit.probes.plan",
    "ReaderOptions": "fiducial.audit.readers.compare",
    "RunOptions": "fiducial.pipelines.many",
    "ServiceOptions": "fiducial.serve.service",
    "Source": "fiducial.cohort.layouts.contract",
    "SplitRecipe": "fiducial.cohort.recipe",
    "TableModel": "fiducial.models.table_model",
    "Unit": "fiducial.cohort.layouts.contract",
    "UnitOptions": "fiducial.serve.unit",
    "WantedPairs": "fiducial.align.many",
    "ablate_recipe": "fiducial.learn.ablation.ablating",
    "adjudication": "fiducial.audit.adjudication",
    "align_pair": "fiducial.align.pair",
    "align_pairs": "fiducial.align.many",
    "build_cohort": "fiducial.cohort.build",
    "build_deidentified": "fiducial.cohort.deidentify.folder",
    "catalogue": "fiducial.claims.catalogue.shipped",
    "change_recipe": "fiducial.learn.changing",
    "change_setting": "fiducial.serve.work.choosing",
    "check_cohort": "fiducial.cohort.check",
    "check_metric": "fiducial.audit.metric.check",
    "check_rules": "fiducial.rules.check",
    "check_seal": "fiducial.models.sealed",
    "choose_threshold": "fiducial.audit.operating",
    "climb": "fiducial.audit.ladder",
    "climb_all": "fiducial.audit.together",
    "compare_arms": "fiducial.audit.readers.compare",
    "compare_audits": "fiducial.audit.comparison.compare",
    "compare_starts": "fiducial.learn.ablation.starts",
    "decide": "fiducial.rules.deciding",
    "decide_studies": "fiducial.rules.running",
    "decide_table": "fiducial.rules.table",
    "draft_claim": "fiducial.audit.draft",
    "explain_decision": "fiducial.report.decisions.explaining",
    "explain_studies": "fiducial.audit.probes.explain",
    "export_ledger": "fiducial.serve.access.opening",
    "find_finding": "fiducial.claims.catalogue.shipped",
    "fuse_predictions": "fiducial.predictions.fusion.ensemble",
    "install_unit": "fiducial.serve.unit",
    "label_cohort": "fiducial.cohort.known_labels",
    "learn_bundle": "fiducial.learn.learning",
    "list_layouts": "fiducial.cohort.build",
    "list_recipes": "fiducial.learn.shipped",
    "measure_detection": "fiducial.audit.detection.report",
    "mine_negatives": "fiducial.learn.mining.negatives",
    "new_key": "fiducial.models.keyholders.local_key",
    "open_bundle": "fiducial.models.bundle",
    "open_keyholder": "fiducial.models.keyholders.naming",
    "open_ledger": "fiducial.serve.access.opening",
    "open_licences": "fiducial.serve.licence.opening",
    "open_model": "fiducial.models.open",
    "open_pipeline": "fiducial.pipelines.opening",
    "export_overrides": "fiducial.serve.overrides",
    "open_service": "fiducial.serve.service",
    "open_settings": "fiducial.serve.settings.opening",
    "open_tokens": "fiducial.serve.access.opening",
    "overridden": "fiducial.rules.overriding",
    "override_labels": "fiducial.rules.relabelling",
    "pack_bundle": "fiducial.models.packing",
    "parse_labels": "fiducial.cohort.known_labels",
    "predict": "fiducial.models.predict",
    "probe_claim": "fiducial.audit.probes.probe",
    "read_access": "fiducial.serve.access.file",
    "read_align_options": "fiducial.align.options",
    "read_claim": "fiducial.claims.claim",
    "read_cohort": "fiducial.cohort.table",
    "read_history": "fiducial.audit.comparison.history",
    "read_imrmc": "fiducial.cohort.imrmc",
    "read_predictions": "fiducial.predictions.table",
    "read_recipe": "fiducial.learn.recipe",
    "read_rules": "fiducial.rules.file",
    "read_volume": "fiducial.scans.volumes",
    "record_fit": "fiducial.cohort.fitted",
    "roll_back_setting": "fiducial.serve.work.choosing",
    "rotate_bundle": "fiducial.models.sealing",
    "run_pipeline": "fiducial.pipelines.many",
    "save_decision": "fiducial.report.decisions.page",
    "save_flow": "fiducial.report.flow",
    "save_list": "fiducial.learn.mining.listing",
    "save_members": "fiducial.report.members",
    "save_sheet": "fiducial.align.pictures",
    "seal_bundle": "fiducial.models.sealing",
    "seal_cohort": "fiducial.cohort.seals.sealing",
    "select_cohort": "fiducial.cohort.selection",
    "show_licence": "fiducial.serve.licence.opening",
    "show_rules": "fiducial.report.decisions.showing",
    "split_cohort": "fiducial.cohort.splits",
    "stack_cohort": "fiducial.cohort.volumes",
    "take_recipe": "fiducial.learn.shipped",
    "tell_story": "fiducial.demo.story",
    "unit_text": "fiducial.serve.unit",
    "verify_bundle": "fiducial.models.opening",
    "verify_cohort": "fiducial.cohort.seals.verifying",
    "write_cohort": "fiducial.cohort.table",
    "write_new_key": "fiducial.models.keyholders.file",
    "write_volume": "fiducial.scans.volumes",
}

__all__ = [
    "AblateOptions",
    "AccessOptions",
    "AlignOptions",
    "CallableModel",
    "DecisionSources",
    "Deidentification",
    "Destination",
    "DetectionOptions",
    "ExplainOptions",
    "Facts",
    "Given",
    "KnownLabels",
    "Learned",
    "Listening",
    "Located",
    "Mask",
    "MineOptions",
    "Mined",
    "Override",
    "Paired",
    "PredictOptions",
    "ProbePlan",
    "ReaderOptions",
    "RunOptions",
    "ServiceOptions",
    "Source",
    "SplitRecipe",
    "TableModel",
    "Unit",
    "UnitOptions",
    "WantedPairs",
    "__version__",
    "ablate_recipe",
    "adjudication",
    "align_pair",
    "align_pairs",
    "build_cohort",
    "build_deidentified",
    "catalogue",
    "change_recipe",
    "change_setting",
    "check_cohort",
    "check_metric",
    "check_rules",
    "check_seal",
    "choose_threshold",
    "climb",
    "climb_all",
    "compare_arms",
    "compare_audits",
    "compare_starts",
    "decide",
    "decide_studies",
    "decide_table",
    "draft_claim",
    "explain_decision",
    "explain_studies",
    "export_ledger",
    "export_overrides",
    "find_finding",
    "fuse_predictions",
    "install_unit",
    "label_cohort",
    "learn_bundle",
    "list_layouts",
    "list_recipes",
    "measure_detection",
    "mine_negatives",
    "new_key",
    "open_bundle",
    "open_keyholder",
    "open_ledger",
    "open_licences",
    "open_model",
    "open_pipeline",
    "open_service",
    "open_settings",
    "open_tokens",
    "overridden",
    "override_labels",
    "pack_bundle",
    "parse_labels",
    "predict",
    "probe_claim",
    "read_access",
    "read_align_options",
    "read_claim",
    "read_cohort",
    "read_history",
    "read_imrmc",
    "read_predictions",
    "read_recipe",
    "read_rules",
    "read_volume",
    "record_fit",
    "roll_back_setting",
    "rotate_bundle",
    "run_pipeline",
    "save_decision",
    "save_flow",
    "save_list",
    "save_members",
    "save_sheet",
    "seal_bundle",
    "seal_cohort",
    "select_cohort",
    "show_licence",
    "show_rules",
    "split_cohort",
    "stack_cohort",
    "take_recipe",
    "tell_story",
    "unit_text",
    "verify_bundle",
    "verify_cohort",
    "write_cohort",
    "write_new_key",
    "write_volume",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'fiducial' has no attribute {name!r}")
    try:
        home = import_module(_HOMES[name])
    except ModuleNotFoundError as absent:
        if absent.name not in _LEARN_NEEDS:
            raise
        raise WrongUsage(
            f"training needs {absent.name}, which is not installed: pip install 'fiducial[learn]'"
        ) from absent
    return getattr(home, name)


def __dir__() -> list[str]:
    return sorted(__all__)
