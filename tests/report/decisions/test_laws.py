"""What holds for the page of any rule and any study."""

import json
from xml.etree import ElementTree as ET

from hypothesis import given, settings

import fiducial as fd
from fiducial.report.decisions.page import decision_html
from fiducial.report.decisions.rows import rows_of
from fiducial.report.decisions.saved import decision_of
from fiducial.report.decisions.showing import part_of, rules_html
from fiducial.report.decisions.tree import tree_svg
from fiducial.report.decisions.words import state
from fiducial.rules.facts import Facts
from report.test_page import Tags
from rules.expressions import FACTS, WHEN
from rules.written import rules


@given(WHEN, FACTS)
def test_every_decision_has_a_page_that_says_what_it_says(when: str, facts: Facts) -> None:
    found = fd.decide(rules(one=when, two="not rule(one)"), facts)
    document = json.loads(json.dumps(found.document(flips=False)))
    page = decision_html(document)
    assert Tags(page).open == []
    for name, value in found.values.items():
        assert f"{name.capitalize()}: {state(value)}" in page


@given(WHEN, FACTS)
def test_the_path_that_decided_starts_at_the_top_and_never_breaks(when: str, facts: Facts) -> None:
    saved = decision_of(fd.decide(rules(one=when), facts).document(flips=False))
    rows = rows_of(saved.rules[0].trace)
    path: list[bool] = []
    for row in rows:
        assert row.depth <= len(path)
        path = [*path[: row.depth], row.on]
        assert row.on <= all(path)
    assert rows[0].on
    assert rows[0].says == state(saved.rules[0].value)


@given(WHEN, FACTS)
def test_what_is_unknown_says_why_on_the_path_that_left_it_so(when: str, facts: Facts) -> None:
    saved = decision_of(fd.decide(rules(one=when), facts).document(flips=False))
    if saved.rules[0].value is None:
        assert any(row.why for row in rows_of(saved.rules[0].trace) if row.on)


@given(WHEN)
@settings(max_examples=50)
def test_every_rule_has_a_tree_before_it_meets_a_study(when: str) -> None:
    read = rules(one=when)
    rows = rows_of(part_of(read.rules["one"].when))
    assert {row.says for row in rows} == {""}
    ET.fromstring(tree_svg(rows, "one", "one"))  # noqa: S314  (our own)
    assert Tags(rules_html(read)).open == []
