"""A trace laid out as rows."""

from fiducial.report.decisions.rows import MOST_BOXES, MOST_ROWS, Row, rows_of
from fiducial.report.decisions.saved import Part, SavedBox, decision_of
from fiducial.rules.decision import Decision
from report.decisions.chest import decision, read_over, saved

THRESHOLD = "threshold pneumothorax: revision 3, tune split, specificity >= 0.9"
WRITTEN = "is written in the rule itself"


def rows(found: Decision, rule: str = "pneumothorax") -> list[Row]:
    document = decision_of(saved(found))
    trace = next(one.trace for one in document.rules if one.rule == rule)
    return rows_of(trace, document.overrides)


def test_the_rows_of_a_decision_are_these() -> None:
    told = [(one.depth, one.says, one.on, one.sentence) for one in rows(decision())]
    assert told == [
        (0, "yes", True, "all of"),
        (1, "yes", True, "rule judgeable"),
        (1, "yes", True, "any of"),
        (
            2,
            "yes",
            True,
            f"score of pneumothorax ≥ 0.80: 0.91 against 0.80 (cnn-a, version 2; {THRESHOLD})",
        ),
        (
            2,
            "no",
            False,
            f"number of lucency boxes where score > 0.5 ≥ 2: 1 against 2 (det, version 4; 2 {WRITTEN})",
        ),
        (
            3,
            "yes",
            False,
            f"box (10, 20) to (30, 40), score 0.70: score of the box > 0.50: 0.70 against 0.50 (0.50 {WRITTEN})",
        ),
        (
            3,
            "no",
            False,
            f"box (50, 20) to (70, 40), score 0.20: score of the box > 0.50: 0.20 against 0.50 (0.50 {WRITTEN})",
        ),
    ]


def test_what_is_unknown_says_why() -> None:
    found = next(one for one in rows(decision(None)) if one.scale is not None)
    assert (found.says, found.why, found.value) == ("unknown", "cnn-a: timed out", "unknown")


def test_an_input_that_a_reader_set_says_so() -> None:
    found = rows(read_over(decision(0.4), "score(pneumothorax)", 0.9, "missed"))
    assert "set by dr-a, was 0.40: the reader sees what the model did not (missed)" in found[3].notes


def test_a_threshold_without_revision_says_so() -> None:
    assert "threshold effusion: no revision given, no source given" in rows(decision(), "failing-heart")[1].notes


def test_of_many_boxes_those_that_settle_it_are_shown_and_the_others_counted() -> None:
    box = SavedBox(x0=0, y0=0, x1=1, y1=1)
    boxes = tuple(
        Part(kind="truth", expression="true", value=place > 90, settles=place > 90, box=box) for place in range(100)
    )
    found = rows_of(Part(kind="any", expression="any(regions(n))", value=True, name="n", parts=boxes))
    assert [one.says for one in found] == ["yes", *["yes"] * MOST_BOXES, ""]
    assert found[-1].label == f"and {100 - MOST_BOXES} more boxes"


def test_a_tree_without_end_is_cut_and_says_so() -> None:
    leaf = Part(kind="metadata", expression="metadata(x)", value=True, name="x")
    found = rows_of(Part(kind="or", expression="...", value=True, parts=(leaf,) * 1000))
    assert (len(found), found[-1].label) == (MOST_ROWS + 1, "and 601 more lines")
