"""The house itself: public names, lazy imports, docstrings, plugins and the words in their help."""

import ast
import importlib
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import fiducial as fd
from fiducial import plugins
from fiducial.errors import WrongUsage

SOURCE = Path(fd.__file__).parent
TORCH = find_spec("torch") is not None
NEED_TORCH = {
    "AblateOptions",
    "Learned",
    "ablate_recipe",
    "compare_starts",
    "learn_bundle",
}  # public names that import it
HEAVY = ("polars", "numpy", "scipy", "sklearn", "matplotlib", "pydicom", "statsmodels", "pandas")


def test_the_public_names_are_these() -> None:
    assert fd.__all__ == [
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


@pytest.mark.parametrize("name", fd.__all__)
def test_every_public_name_is_there(name: str) -> None:
    if name in NEED_TORCH and not TORCH:
        with pytest.raises(WrongUsage, match=r"pip install 'fiducial\[learn\]'"):
            getattr(fd, name)
    else:
        assert getattr(fd, name) is not None


def test_a_public_verb_never_shares_a_name_with_a_room() -> None:
    rooms = {path.name for path in SOURCE.iterdir() if path.is_dir()}
    assert not rooms & set(fd.__all__)


@pytest.mark.parametrize("module", ["fiducial", "fiducial.cli.app"])
def test_the_door_imports_nothing_heavy(module: str) -> None:
    code = f"import {module}, sys; print(*[name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("kind", plugins.KINDS)
def test_every_member_loads_bears_its_name_and_has_a_test(kind: str) -> None:
    tests = " ".join(path.stem + path.read_text() for path in Path(__file__).parent.rglob("test_*.py"))
    if kind in {"losses", "objectives"} and not TORCH:
        pytest.skip(f"{kind} need torch: make test runs this in .venv-learn as well")
    for name in plugins.names(kind):
        member = plugins.load(kind, name)
        assert member.name == name  # type: ignore[attr-defined]  # every member has one, as this test proves
        assert f"{member.__module__.split('.')[-1]}" in tests or member.__name__ in tests


def test_an_unknown_member_is_answered_with_the_nearest() -> None:
    with pytest.raises(WrongUsage, match="Did you mean 'external'"):
        plugins.load("rungs", "externl")


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_what_is_public_is_explained(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "the module says nothing of itself"
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} has no docstring"


def test_every_room_says_what_it_takes_and_gives() -> None:
    for room in sorted(path for path in SOURCE.iterdir() if (path / "__init__.py").exists()):
        name = f"fiducial.{room.name}"
        first = (importlib.import_module(name).__doc__ or "").split("\n")[0]
        assert any(word in first for word in ("Takes", "Plain", "shared words")), f"{name}: {first}"
