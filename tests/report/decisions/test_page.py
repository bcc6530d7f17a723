"""The page of a decision: what comes first, what is folded, and that it stands alone."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

import fiducial as fd
from benchmarks.chromium import CHROMIUM, open_page
from fiducial.errors import UnusableInput
from fiducial.report.decisions.page import decision_html, fragment_css, trace_fragment
from fiducial.rules.facts import Facts, Given
from fiducial.rules.file import rules_of
from report.decisions.chest import decision, read_over, saved
from report.test_page import NETWORK, Tags

HOSTILE = "</style></title><script>alert(1)</script><img src=x onerror=alert(1)>"


def large(rules: int = 200) -> dict[str, Any]:
    head = "[decision]\nname='large'\nversion='1'\n[thresholds]\nt = { value = 0.5, revision = '2', source = 'tune' }\n"
    names = [f"finding-{place}" for place in range(60)]
    head += f"[inputs]\nscores = {names}\nmetadata = {{ age = 'number', view = ['PA', 'AP'] }}\n"
    for place in range(rules):
        a, b, c = (names[(place * step) % 60] for step in (1, 7, 11))
        two = f"at_least(2, score({c}) < $t, metadata(age) > 18, metadata(view) == PA)"
        when = f"score({a}) >= $t and (score({b}) > 0.3 or {two})"
        head += f"[[rules]]\nname = 'r{place}'\nwhen = '{when}'\nconclusion = {'true' if place >= 140 else 'false'}\n"
    scores = {name: Given(place / 60, None, "cnn-a", "2") for place, name in enumerate(names) if place % 9}
    facts = Facts("s1", scores, metadata={"age": Given(61), "view": Given("PA")})
    document: dict[str, Any] = json.loads(json.dumps(fd.decide(rules_of(head), facts).document(flips=False)))
    return document


def spoilt(found: Any) -> Any:  # noqa: ANN401  (it is JSON)
    """The same document with HTML in every word that anybody may choose."""
    if isinstance(found, dict):
        kept = {"schema", "kind", "op", "how", "measure", "at"}
        return {key: value if key in kept else spoilt(value) for key, value in found.items()}
    if isinstance(found, list):
        return [spoilt(one) for one in found]
    return HOSTILE + found if isinstance(found, str) else found


@pytest.fixture(scope="module")
def page() -> str:
    return decision_html(saved(decision()))


def body(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<svg.*?</svg>|<[^>]+>", " ", page, flags=re.DOTALL))


def test_every_tag_is_closed(page: str) -> None:
    assert Tags(page).open == []


def test_the_page_asks_the_network_for_nothing(page: str) -> None:
    assert all(address.startswith(("#", "data:")) for address in Tags(page).addresses)
    assert not NETWORK.search(page)


def test_the_headline_comes_first(page: str) -> None:
    first = re.search(r"<h1>(.*?)</h1>", page, re.DOTALL)
    assert first is not None
    assert body(first[1]).strip() == "Pneumothorax: yes, 0.91 over 0.80 (revision 3) within minutes"


def test_the_page_says_that_nothing_here_is_a_medical_device(page: str) -> None:
    assert "not a medical device" in page


def test_links_lead_to_places_on_the_page(page: str) -> None:
    asked = {address[1:] for address in Tags(page).addresses if address.startswith("#")}
    assert asked <= set(re.findall(r'id="([^"]+)"', page))


def test_no_id_stands_twice(page: str) -> None:
    names = re.findall(r' id="([^"]+)"', page)
    assert len(names) == len(set(names))


def test_a_saved_decision_and_a_fresh_one_give_the_same_page(page: str) -> None:
    assert decision_html(decision().document()) == page


def test_what_is_unknown_comes_before_what_is_no() -> None:
    told = body(decision_html(saved(decision(0.1, None))))
    assert told.index("Failing heart: unknown") < told.index("Pneumothorax: no")


def test_an_urgency_that_is_not_due_is_not_shown() -> None:
    assert "within minutes" not in body(decision_html(saved(decision(0.1))))


def test_an_override_says_who_when_why_and_what_the_rule_says() -> None:
    told = body(decision_html(saved(read_over(decision(), "rule(pneumothorax)", to=False))))
    for words in (
        "rule(pneumothorax) : yes became no , says dr-a, 2026-01-31 14:05 UTC: what the model saw is an artefact",
        "The rule says: yes dr-a says: no",
    ):
        assert words in told


def test_names_full_of_html_are_shown_as_text() -> None:
    document = saved(read_over(decision(), "rule(pneumothorax)", to=False))
    hostile = spoilt(document)
    hostile["conclusions"] = {HOSTILE + name: value for name, value in document["conclusions"].items()}
    for rule, own in zip(hostile["rules"], document["rules"], strict=True):
        rule["urgency"] = own["urgency"]  # another word is refused
    page = decision_html(hostile)
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("</style>") == 1


def test_a_large_decision_stays_small_and_folds_what_did_not_fire() -> None:
    page = decision_html(large())
    assert len(page.encode()) < 1_000_000
    assert re.search(r"<details><summary>Show \d+ rules</summary>", page)
    assert 0 < page.count("<svg xmlns") < 200
    assert page.count('<details class="rule">') == 194


def test_an_urgent_conclusion_comes_before_its_like() -> None:
    document = saved(decision(effusion=0.9))
    document["rules"].reverse()
    told = body(decision_html(document))
    assert told.index("Pneumothorax: yes") < told.index("Failing heart: yes")


def test_a_fragment_stands_in_another_page_with_ids_of_its_own() -> None:
    told = trace_fragment(saved(decision()), "pneumothorax", anchor="case-7")
    assert Tags(told).open == []
    assert re.findall(r'id="([^"]+)"', told) == ["case-7-title"]
    assert "It would turn to no" in told
    assert ".trace" in fragment_css()


def test_what_is_no_decision_is_refused() -> None:
    with pytest.raises(UnusableInput, match=r"must be of schema fiducial\.decision/1; got None"):
        decision_html({})


def test_a_page_is_written_whole(tmp_path: Path, page: str) -> None:
    assert fd.save_decision(saved(decision()), tmp_path / "page.html").read_text() == page


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_nothing_is_wider_than_a_tablet(tmp_path: Path) -> None:
    page = fd.save_decision(saved(decision()), tmp_path / "page.html")
    ask = "<script>document.title = document.documentElement.scrollWidth</script></body>"
    page.write_text(page.read_text().replace("</body>", ask))
    shown = open_page(page, tmp_path / "profile", "--window-size=768,1024", "--dump-dom")
    width = re.search(r"<title>(\d+)</title>", shown)
    assert width is not None
    assert int(width[1]) <= 768
