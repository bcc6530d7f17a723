"""The page of an ablation: words, rows and what has no result."""

from pathlib import Path

import polars as pl
import pytest

from fiducial.claims.ablation import Ablation, Contrast
from fiducial.report.ablation import ablation_html, save_ablation
from fiducial.stats.intervals import Interval


def contrast(difference: float, p_holm: float, finding: str = "opacity") -> Contrast:
    interval = Interval(difference - 0.02, difference + 0.02)
    return Contrast(
        "augment.flip=off", finding, 40, 30, 0.8, 0.8 + difference, difference, interval, 0.01,
        (difference,), p_holm, p_holm,
    )  # fmt: skip


def ablation(*contrasts: Contrast, failed: dict[str, str] | None = None) -> Ablation:
    return Ablation(
        "small", "sha256:0", ("augment.flip",), full=False, seeds=(0,), resamples=100, confidence=0.95,
        contrasts=contrasts, failed=failed or {}, notes=(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("difference", "p", "told"),
    [(0.1, 0.01, "better"), (-0.1, 0.01, "worse"), (0.1, 0.06, "no difference shown")],
)
def test_a_contrast_is_said_as_what_holm_leaves_of_it(difference: float, p: float, told: str) -> None:
    found = ablation(contrast(difference, p))
    assert found.rows()[0]["shown"] == told
    assert f">{told}</span>" in ablation_html(found)


def test_several_findings_are_named_in_the_picture() -> None:
    found = ablation(contrast(0.1, 0.01), contrast(0.1, 0.01, "nodule"))
    assert [row[0] for row in found.forest.rows] == ["augment.flip=off (opacity)", "augment.flip=off (nodule)"]


def test_a_page_without_any_result_says_why_and_has_an_empty_table(tmp_path: Path) -> None:
    page = save_ablation(ablation(failed={"augment.flip=off": "<no images>"}), tmp_path)
    assert "No result for augment.flip=off: &lt;no images&gt;" in page.read_text()
    assert pl.read_csv(tmp_path / "ablation.csv").height == 0
