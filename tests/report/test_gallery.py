"""The gallery: every case once, its mistake named, and readable without scripts."""

import pytest

from fiducial.claims.claim import Claim
from fiducial.claims.evidence import Evidence, Provenance, RungResult, ShownCase, Verdict
from fiducial.report.gallery import ALARM, MISSED, NO_SCORE, RIGHT, gallery, reasons
from fiducial.report.page import page_html


def evidence(*cases: ShownCase, rungs: tuple[str, ...] = ("internal", "external")) -> Evidence:
    claim = Claim.model_validate(
        {"claim": {"name": "c", "finding": "x", "threshold": {"value": 0.5}}, "ladder": {"required": list(rungs)}}
    )
    results = tuple(RungResult(rung, Verdict.HOLDS, (), "Told.", cases=cases) for rung in rungs)
    return Evidence(claim, results, Provenance({}, {}, 0, "made"))


@pytest.mark.parametrize(
    ("truth", "score", "kind"),
    [(True, 0.4, MISSED), (False, 0.5, ALARM), (True, 0.5, RIGHT), (False, 0.4, RIGHT), (True, float("nan"), NO_SCORE)],
)
def test_the_kind_of_a_mistake_comes_from_truth_score_and_threshold(truth: bool, score: float, kind: str) -> None:  # noqa: FBT001
    assert gallery(evidence(ShownCase("s", truth, score, "why")))[0].kind == kind


def test_a_case_of_two_rungs_is_one_card_that_names_both() -> None:
    cards = gallery(evidence(ShownCase("s", truth=True, score=0.1, why="why")))
    assert [card.rungs for card in cards] == [("internal", "external")]


def test_without_scripts_every_case_is_shown_and_the_filters_are_not() -> None:
    page = page_html(evidence(*(ShownCase(f"s{i}", truth=True, score=0.1, why="why") for i in range(30))))
    body = page[: page.index("<script>")]
    assert body.count("<li data-rungs=") == 30
    assert 'aria-label="Filter the cases" hidden>' in body


def test_a_reason_that_several_cases_share_can_be_chosen() -> None:
    cases = [ShownCase(f"s{i}", truth=True, score=0.1, why="missed where sex=F" if i else "once") for i in range(3)]
    told = evidence(*cases)
    assert reasons(gallery(told)) == ["missed where sex=F"]
    page = page_html(told)
    assert '<select name="why"><option value="">every reason</option><option>missed where sex=F</option>' in page
    assert page.count('data-whys="missed where sex=F"') == 2
