"""Expressions: what they parse to, and what is told of a mistake and where."""

import pytest

from fiducial.errors import UnusableInput
from fiducial.rules.spelling import spell
from fiducial.rules.tree import And, Arithmetic, Compare, Not, Number, Or, Score, Threshold
from rules.written import rules, tree


def test_a_comparison_is_a_score_and_a_threshold_with_its_origin() -> None:
    threshold = Threshold("pneumothorax", 0.62, "3", "tune split, specificity >= 0.9")
    assert tree("score(pneumothorax) >= $pneumothorax") == Compare(">=", Score("pneumothorax"), threshold)


def test_not_binds_before_and_and_and_before_or() -> None:
    found = tree("not rule(a) and rule(a) or rule(a)".replace("rule(a)", "score(effusion) > 0.1"))
    assert isinstance(found, Or)
    assert isinstance(found.of[0], And)
    assert isinstance(found.of[0].of[0], Not)


def test_products_bind_before_sums_and_sums_go_from_the_left() -> None:
    found = tree("score(effusion) - 1 - 2 * 3 < 0")
    inner = Arithmetic("-", Score("effusion"), Number(1.0))
    assert found == Compare("<", Arithmetic("-", inner, Arithmetic("*", Number(2.0), Number(3.0))), Number(0.0))


@pytest.mark.parametrize(
    "when",
    [
        "score(pneumothorax) >= $pneumothorax and not (score(effusion) > .5 or metadata(portable))",
        "count(regions(nodule) where score >= $half and side == left and not overlaps(tube, 0.1)) >= 2",
        "largest(regions(nodule) where inside(lung-left, $half)) > 0.1 or best(regions(nodule)) - 0.2 > 0.1",
        'any(regions(tube) where location in [upper, mid]) and metadata(sex) != "not known"',
        "at_least(2, score(nodule@cnn-b) > 0.5, measurement(ctr) > 0.5, metadata(age) in [1, 2, -3])",
        '(score(effusion) + 1) * 2 / (1 - score("Lung Opacity")) > -(score(effusion) * 2)',
        "metadata(view) not in [PA] and (true or false)",
    ],
)
def test_a_tree_that_is_spelled_parses_to_the_same_tree(when: str) -> None:
    assert tree(spell(tree(when))) == tree(when)


@pytest.mark.parametrize(
    ("when", "column", "told"),
    [
        ("score(pneumotorax) > 0.5", 7, "no score 'pneumotorax'. Did you mean 'pneumothorax'"),
        ("score(effusion) > $hlaf", 19, "no threshold 'hlaf'. Did you mean 'half'"),
        ("measurement(cttr) > 1", 13, "no measurement 'cttr'. Did you mean 'ctr'"),
        ("metadata(view) == PAA", 19, "'PAA'. Did you mean 'PA'"),
        ("metadata(view) in [PA, LL]", 24, "no value of metadata(view), 'LL'"),
        ("rule(onee)", 6, "no rule 'onee'. Did you mean 'one'"),
        ("scor(effusion) > 1", 1, "no function 'scor'. Did you mean 'score'"),
        ("count(regions(nodul)) > 1", 15, "no region 'nodul'. Did you mean 'nodule'"),
        ("any(regions(nodule) where inside(lung-lft, 0.5))", 34, "'lung-lft'. Did you mean 'lung-left'"),
        ("score(effusion)", 1, "a number where true or false is needed"),
        ("score(effusion) > metadata(sex)", 19, "a word where a number is needed"),
        ("not score(effusion) + 1 > 0 and effusion", 33, "Did you mean score(effusion)?"),
        ("0.1 < score(effusion) < 0.5", 23, "comparisons cannot be chained"),
        ("metadata(view) < PA", 16, "words are compared with == and !="),
        ("(score(effusion) > 1) == true", 23, "true or false already"),
        ("score(effusion) > 1)", 20, "')' follows where the expression could end"),
        ("score(effusion) > ", 19, "ends where a value is needed"),
        ("score(effusion > 1", 16, "')' is needed here; got '>'"),
        ("score(effusion) = 1", 17, "Equality is written =="),
        ('metadata(sex) == "F', 18, "a quote is opened and not closed"),
        ("inside(lung-left, 0.5)", 1, "about a box"),
        ("any(regions(nodule) where inside(lung-left, 50))", 45, "50 is no share"),
        ("any(regions(nodule) where any(regions(tube)))", 27, "inside the filter of other regions"),
        ("at_least(3, true, false)", 10, "at least 3 of 2"),
        ("at_least(x, true)", 10, "starts with a whole number"),
        ("score(effusion) > 1e999", 19, "larger than any number"),
        ("metadata(age) in [score(effusion)]", 19, "no fixed value"),
        (
            "any(regions(nodule) where locatoin == upper)",
            27,
            "locatoin and upper are both words; nothing of a study is read. Did you mean 'location'?",
        ),
        ("PA == AP", 1, "PA and AP are both words"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_rule_line_and_column(when: str, column: int, told: str) -> None:
    with pytest.raises(UnusableInput) as wrong:
        rules(zero="true", one=when)
    # fifteen lines of head and four a rule; when = ''' takes ten columns
    assert f"line 23, column {column + 10}, rule 'one': " in str(wrong.value)
    assert told in str(wrong.value)


@pytest.mark.parametrize(
    "deep", ["(" * 60 + "true" + ")" * 60, "not " * 60 + "true", "1 + " * 60 + "1 > 0", "-" * 9000]
)
def test_what_is_nested_too_deep_is_refused_at_its_place(deep: str) -> None:
    with pytest.raises(UnusableInput, match=r"line 19, column \d+, rule 'one': nested more than 50 deep"):
        rules(one=deep)


def test_a_long_flat_rule_is_not_deep() -> None:
    assert len(getattr(tree(" or ".join(["score(effusion) > 0.5"] * 3000)), "of", ())) == 3000
