"""The log as a page: wrong decisions first, words stay words, and a page that can be opened."""

from dataclasses import replace

import polars as pl

from fiducial.report.documents.decision_log import MOST, decisions_html, worst_first
from report.documents.material import material, poor_evidence, rich_evidence


def test_the_wrong_ones_come_first_and_those_not_judged_last() -> None:
    rows = worst_first(rich_evidence().decisions)
    judged = rows.filter(pl.col("judged").is_not_null())
    assert rows.head(judged.height)["judged"].null_count() == 0
    assert list(dict.fromkeys(judged["outcome"])) == [
        "false negative",
        "false positive",
        "not answered",
        "true positive",
        "true negative",
    ]


def test_of_the_missed_the_surest_miss_stands_on_top() -> None:
    missed = worst_first(rich_evidence().decisions).filter(
        pl.col("outcome") == "false negative", pl.col("judged").is_not_null()
    )
    assert missed["score"].to_list() == sorted(missed["score"])


def test_of_many_decisions_the_page_holds_the_first_and_says_so() -> None:
    found = rich_evidence()
    assert found.decisions is not None
    many = pl.concat([found.decisions] * 9)
    page = decisions_html(material(replace(found, decisions=many)))
    assert page.count("<tr><td") == MOST
    assert "The first 5,000 of 5,400 decisions; decisions.csv holds them all." in page


def test_markup_in_a_study_or_a_comment_stays_words() -> None:
    found = rich_evidence()
    assert found.decisions is not None
    told = found.decisions.with_columns(study=pl.lit("<i>東</i>"), comment=pl.lit("</td><script>"))
    page = decisions_html(material(replace(found, decisions=told)))
    assert "&lt;i&gt;東&lt;/i&gt;" in page
    assert "</td><script>" not in page


def test_a_column_that_says_nothing_is_left_out_and_the_comment_never() -> None:
    page = decisions_html(material())
    assert ">Saliency<" not in page
    assert ">Comment<" in page


def test_without_decisions_the_page_says_so() -> None:
    assert "Not shown: the evidence came without its decisions." in decisions_html(material(poor_evidence()))
