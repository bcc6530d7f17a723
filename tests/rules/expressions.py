"""Any rule and any study, drawn by hypothesis: of every kind of node, and with every kind of gap."""

from hypothesis import strategies as st

from fiducial.rules.facts import Box, Facts, Found, Given

_TENTHS = st.integers(0, 10).map(lambda n: n / 10)
_OP = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
_CONSTANT = st.one_of(_TENTHS.map(str), st.just("$half"))
_FILTER = st.one_of(
    st.builds("score {} {}".format, _OP, _CONSTANT),
    st.sampled_from(["side == left", "location in [upper, mid]", "overlaps(tube, 0.2)", "score > score(effusion)"]),
    st.builds("area {} {}".format, _OP, st.sampled_from(["0.05", "0.2"])),
)
_REGIONS = st.one_of(st.just("regions(nodule)"), _FILTER.map("regions(nodule) where {}".format))
_NUMBER = st.recursive(
    st.one_of(
        st.sampled_from(["score(pneumothorax)", "score(effusion)", "measurement(ctr)", "metadata(age)"]),
        _CONSTANT,
        st.builds("{}({})".format, st.sampled_from(["count", "best", "largest"]), _REGIONS),
    ),
    lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
    max_leaves=3,
)
_LEAF = st.one_of(
    st.builds("{} {} {}".format, _NUMBER, _OP, _NUMBER),
    st.builds("{} in [{}, {}]".format, _NUMBER, _CONSTANT, _CONSTANT),
    st.sampled_from(["metadata(view) == PA", "metadata(sex) != F", "metadata(sex) in [F, M]", "metadata(portable)"]),
    st.sampled_from(["true", "false"]),
    _REGIONS.map("any({})".format),
)
WHEN = st.recursive(
    _LEAF,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not ({})".format, inner),
        st.builds("at_least({}, {}, {}, {})".format, st.integers(1, 3), inner, inner, inner),
    ),
    max_leaves=5,
)
_GAP = st.just(Given(None, "failed"))
_SCORES = st.fixed_dictionaries({}, optional=dict.fromkeys(("pneumothorax", "effusion"), _TENTHS.map(Given) | _GAP))
_METADATA = st.fixed_dictionaries(
    {},
    optional={
        "age": st.integers(0, 3).map(float).map(Given) | _GAP,
        "view": st.sampled_from(["PA", "AP", "LL"]).map(Given),
        "sex": st.sampled_from(["F", "M"]).map(Given),
        "portable": st.booleans().map(Given) | _GAP,
    },
)
_BOX = st.builds(
    lambda x, y, score, size: Box(x, y, x + 20, y + 30, score, size, size),
    st.sampled_from([0.0, 30.0, 70.0]),
    st.sampled_from([0.0, 30.0, 70.0]),
    st.none() | _TENTHS,
    st.sampled_from([100, 100, None]),
)
_FOUND = st.builds(Found, st.lists(_BOX, max_size=3).map(tuple), st.sampled_from([None, None, "failed"]))
FACTS = st.builds(
    Facts,
    st.just("s1"),
    scores=_SCORES,
    regions=st.fixed_dictionaries({}, optional={"nodule": _FOUND, "tube": _FOUND}),
    measurements=st.fixed_dictionaries({}, optional={"ctr": _TENTHS.map(Given) | _GAP}),
    metadata=_METADATA,
)
