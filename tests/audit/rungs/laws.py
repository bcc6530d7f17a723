"""The laws that every rung obeys, ours and outsiders'."""

import json
from dataclasses import replace

import numpy as np
from polars.testing import assert_frame_equal

from fiducial.audit.case import Case, Decisions
from fiducial.audit.contract import Rung
from fiducial.audit.ladder import judged
from fiducial.claims.claim import ALL_ROWS
from fiducial.claims.evidence import Figure, RungResult, Verdict
from fiducial.cohort.labels import COLUMNS as LABELS
from fiducial.cohort.readings import COLUMNS as READINGS

ARRAYS = ("study", "patient", "truth", "score", "answered", "trained_on")


def obeys_the_laws(rung: Rung, case: Case) -> RungResult:
    """It names itself, says what it asks, gives whole figures, twice the same, and leaves the case alone."""
    before = _copy(case.decisions)
    found, again = judged(rung, case), judged(rung, replace(case))  # which begins without what was made
    assert rung.name
    assert rung.asks.endswith("?")
    assert repr(found) == repr(again)  # a NaN in a chart is not equal to itself
    _assert_same(case.decisions, before)
    assert found.rung == rung.name
    assert found.verdict in Verdict
    assert found.sentence.endswith(".")
    assert not set(found.alarms) & set(found.notes)
    assert all(line.strip() for line in (*found.alarms, *found.notes))
    json.dumps(found.document(required=True), allow_nan=False)
    for figure in found.figures:
        is_whole(figure)
    assert {shown.study for shown in found.cases} <= set(case.decisions.study.tolist())
    assert found.figures or found.verdict is Verdict.NOT_SHOWN
    if not case.claim.floors:
        assert found.verdict is not Verdict.HOLDS
    return found


def is_whole(figure: Figure) -> None:
    """A name, a number, how many stand behind it, and an interval that holds it."""
    assert figure.name
    assert figure.subgroup
    assert figure.n >= 0
    assert np.isfinite(figure.value), figure
    if figure.interval is not None:
        low, high = figure.interval.low, figure.interval.high
        assert low - 1e-9 <= figure.value <= high + 1e-9, figure


def never_takes_missing_for_shown(rung: Rung, case: Case) -> None:
    """Without anything that it needs the verdict is "not shown", with the name of what is missing."""
    without = lacking(case)
    for need in rung.needs:
        for poorer in without.get(need, ()):
            found = judged(rung, poorer)
            assert found.verdict is Verdict.NOT_SHOWN, need
            assert found.missing, need
            assert found.figures == (), need


def takes_no_order_for_evidence(rung: Rung, case: Case, rng: np.random.Generator) -> None:
    """Rows in another order give the verdict and the figures again; resampled ones up to the noise of the draws."""
    one, other = judged(rung, case), judged(rung, shuffled(case, rng))
    assert one.verdict is other.verdict
    assert one.alarms == other.alarms
    for before, after in zip(one.figures, other.figures, strict=True):
        assert (after.name, after.subgroup, after.n) == (before.name, before.subgroup, before.n)
        width = before.interval.high - before.interval.low if before.interval else 0.0
        assert abs(after.value - before.value) <= 1e-9 + 0.02 * width, before


def lacking(case: Case) -> dict[str, tuple[Case, ...]]:
    """The case without each thing that a rung can need: the column absent, its values absent, or the claim silent."""
    columns = case.decisions.columns
    strata = [text.split(":")[0] for text in case.claim.evidence.strata]
    groups = [text.split(":")[0] for text in case.claim.evidence.external_by]
    internal = case.claim.evidence.internal
    return {
        **{f"cohort.{name}": (_drop(case, name),) for name in columns.columns if name != "patient"},
        "cohort.patient": (_drop(case, "patient"), _emptied(case, "patient")),
        "claim.strata": (_silent(case, "strata"), *(_drop(case, name) for name in strata)),
        "claim.external_by": (_silent(case, "external_by"), *(_drop(case, name) for name in groups)),
        "split.internal": () if internal == ALL_ROWS else (_drop(case, "split"), _emptied(case, "split")),
        "split.external": (_drop(case, "split"), _emptied(case, "split")),
        "predictions.conditions": (replace(case, probed=replace(case.probed, stressed=None)),),
        "regions.truth": _undrawn(case),
        "regions.model": (replace(case, boxes=None),),
        "claim.prevalence": (_unstated(case),),
        "claim.seal": (replace(case, sealed=None),),
        "claim.arms": (_silent(case, "arms"),),
        **{f"labels.{name}": _unsaid(case, "labels", name) for name in LABELS},
        **{f"readings.{name}": _unsaid(case, "readings", name) for name in READINGS},
        **{f"probes.{name}": _unprobed(case, name) for name in ("attributions", "features", "measurements")},
    }


def _unprobed(case: Case, name: str) -> tuple[Case, ...]:
    """Without a table of the probes, and with one that has no rows."""
    table = getattr(case.probed, name)
    poorer = (None,) if table is None else (None, table.clear())
    return tuple(replace(case, probed=replace(case.probed, **{name: one})) for one in poorer)


def _unsaid(case: Case, kind: str, column: str) -> tuple[Case, ...]:
    """Without the table, with one that has no rows, and with one whose column is empty."""
    table = getattr(case, kind)
    if table is None:
        return (case,)
    blank = table.with_columns(table.clear(table.height).get_column(column))
    poorer = (None, table.clear(), blank)
    return tuple(replace(case, **{kind: one}) for one in poorer)  # type: ignore[arg-type]  # one of two tables


def _undrawn(case: Case) -> tuple[Case, ...]:
    """Without boxes, and without those of readers."""
    bare = () if case.boxes is None else (replace(case, boxes=replace(case.boxes, drawn=None)),)
    return (replace(case, boxes=None), *bare)


def _unstated(case: Case) -> Case:
    statement = case.claim.claim.model_copy(update={"prevalence": None})
    return replace(case, claim=case.claim.model_copy(update={"claim": statement}))


def shuffled(case: Case, rng: np.random.Generator) -> Case:
    """The same decisions in another order."""
    order = rng.permutation(len(case.decisions))
    old = case.decisions
    arrays = {name: getattr(old, name)[order] for name in ARRAYS}
    pictures = None if case.thumbnails is None else case.thumbnails[order]
    return replace(case, decisions=replace(old, **arrays, columns=old.columns[order.tolist()]), thumbnails=pictures)


def _drop(case: Case, name: str) -> Case:
    return _with(case, replace(case.decisions, columns=case.decisions.columns.drop(name)))


def _emptied(case: Case, name: str) -> Case:
    blank = case.decisions.columns.clear(len(case.decisions)).get_column(name)
    return _with(case, replace(case.decisions, columns=case.decisions.columns.with_columns(blank)))


def _silent(case: Case, key: str) -> Case:
    evidence = case.claim.evidence.model_copy(update={key: ()})
    return replace(case, claim=case.claim.model_copy(update={"evidence": evidence}))


def _with(case: Case, decisions: Decisions) -> Case:
    return replace(case, decisions=decisions)


def _copy(decisions: Decisions) -> Decisions:
    return replace(decisions, **{name: getattr(decisions, name).copy() for name in ARRAYS})


def _assert_same(one: Decisions, other: Decisions) -> None:
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert_frame_equal(one.columns, other.columns)
