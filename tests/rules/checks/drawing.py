"""Expressions and decision files that hypothesis draws, out of everything that a rule may say."""

from hypothesis import strategies as st

from fiducial.rules.file import Rules
from rules.written import rules

NUMBERS = st.sampled_from(["0", "0.2", "$half", "$pneumothorax", "0.7", "1", "3"])
MEASURED = st.sampled_from(
    [
        "score(effusion)", "score(pneumothorax)", "metadata(age)", "measurement(ctr)", "count(regions(nodule))",
        "count(regions(nodule) where score > 0.5)", "count(regions(nodule) where score > 0.7 and side == left)",
        "best(regions(nodule))", "best(regions(nodule) where side == left)", "largest(regions(nodule))",
        "count(regions(nodule) where inside(lung-left, 0.5))", "score(effusion) + measurement(ctr)",
        "measurement(volume) / measurement(ctr)", "2 * score(effusion)",
    ]
)  # fmt: skip
SIGNS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
LEAVES = st.one_of(
    st.tuples(MEASURED, SIGNS, NUMBERS).map(" ".join),
    st.sampled_from(
        [
            "metadata(view) == PA", "metadata(view) != PA", "metadata(sex) == F", "metadata(portable)", "true",
            "any(regions(nodule) where score > 0.6 and location in [upper, mid])", "metadata(age) in [1, 2]",
            "score(effusion) > score(pneumothorax)", "any(regions(nodule) where score > 0.6 and score < 0.4)",
        ]
    ),
)  # fmt: skip
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda part: st.one_of(
        st.tuples(part, part).map(lambda two: f"({two[0]} and {two[1]})"),
        st.tuples(part, part).map(lambda two: f"({two[0]} or {two[1]})"),
        part.map(lambda one: f"not ({one})"),
        st.tuples(part, part, part).map(lambda three: f"at_least(2, {', '.join(three)})"),
    ),
    max_leaves=6,
)


@st.composite
def decision_files(draw: st.DrawFn) -> Rules:
    """Three rules, the second and third of which may read those before."""
    one, two, three = draw(EXPRESSIONS), draw(EXPRESSIONS), draw(EXPRESSIONS)
    link = draw(st.sampled_from([" and ", " or ", " and not "]))
    return rules(one=one, two=f"({two}){link}rule(one)", three=f"({three}){link}rule(two)")
