"""What the rules may read of one study: scores, boxes, masks, measurements and metadata, or why there is none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fiducial.pipelines.known import Known
from fiducial.pipelines.members import Answered, Member
from fiducial.rules.declared import Inputs, Metadatum
from fiducial.rules.facts import Box, Facts, Found, Given, Marked, Plain

_INSIDE = 0.5  # of a segmentation: a pixel belongs to what it is at least so probably
_CORNERS = ("x0", "y0", "x1", "y1", "score", "rows", "columns", "z0", "z1", "slices")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """What is known of one study before the rules. ``predictions``, ``regions``: rows of members and ensembles.

    ``gives``: finding -> whose word is taken. ``version``: of the pipeline, for what it fused.
    """

    study: str
    predictions: Iterable[Row]
    regions: Iterable[Row]
    answers: Mapping[str, Answered]
    gives: Mapping[str, str]
    members: tuple[Member, ...]
    known: Known
    version: str


def facts_of(inputs: Inputs, said: Said) -> Facts:
    """The facts that the inputs of the rules name.

    ``finding`` is what the pipeline says of it, fused where several models give it; ``finding@model`` is one's own.
    """
    versions = {one.name: one.version for one in said.members}
    rows = {(row["finding"], row["model"]): row for row in said.predictions}

    def row_of(name: str) -> Row | None:
        finding, _, model = name.partition("@")
        return rows.get((finding, model or said.gives.get(finding, "")))

    def version(model: str) -> str:
        return versions.get(model, said.version)

    def boxes_of(row: Row) -> tuple[Box, ...]:
        mine = (one for one in said.regions if (one["finding"], one["model"]) == (row["finding"], row["model"]))
        return tuple(Box(**{name: one[name] for name in _CORNERS if name in one}) for one in mine)

    scores, regions = {}, {}
    for name in inputs.scores:
        if (row := row_of(name)) is not None:
            scores[name] = Given(*_value(row), row["model"], version(row["model"]))
    for name in inputs.regions:
        if (row := row_of(name)) is not None:
            reason = _value(row)[1]
            boxes = () if reason else boxes_of(row)
            regions[name] = Found(boxes, reason, row["model"], version(row["model"]))
    return Facts(
        said.study,
        scores,
        regions,
        {name: one for name in inputs.masks if (one := _mask(name, said)) is not None},
        {name: _measured(name, unit, said) for name, unit in inputs.measurements.items()},
        {name: _told(name, of, said.known) for name, of in inputs.metadata.items()},
    )


def _value(row: Row) -> tuple[float | None, str | None]:
    """The score, or why there is none; who abstains has said nothing."""
    if row["score"] is None or row["abstained"]:
        return None, row["reason"] or "abstained"
    return float(row["score"]), None


def _mask(name: str, said: Said) -> Marked | None:
    owner = next((one for one in said.members if name in one.masks), None)
    if owner is None:
        return None
    answer = said.answers[owner.name].answer
    if answer.reason or name not in answer.maps:
        return Marked(None, f"{owner.name}: {answer.reason or answer.doubts.get(name) or 'gave no mask'}")
    inside = np.asarray(answer.maps[name] >= _INSIDE)
    return Marked(inside[0] if len(inside) == 1 else inside)


def _measured(name: str, unit: str, said: Said) -> Given:
    owner = next(one for one in said.members if name in one.measurements)
    answer = said.answers[owner.name].answer
    found = answer.measurements.get(name)
    if answer.reason or found is None:
        return Given(None, answer.reason or "nothing says how large a pixel is", owner.name, owner.version)
    if found[1] != unit:
        return Given(None, f"is measured in {found[1]}, and the rules read {unit}", owner.name, owner.version)
    return Given(found[0], None, owner.name, owner.version)


def _told(name: str, of: Metadatum, known: Known) -> Given:
    found = known[name]
    if found is None:
        return Given(None, "neither the cohort nor the header says it")
    if of.kind == "number":
        return _as_number(found)
    if of.kind == "truth":
        truth = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
        value = truth.get(str(found).casefold())
        return Given(value, None if value is not None else f"is {found!r}, neither true nor false")
    word = str(found)
    same = {one.casefold(): one for one in of.choices}
    if of.choices and word.casefold() not in same:
        return Given(None, f"is {word!r}, which is none of {', '.join(of.choices)}")
    return Given(same.get(word.casefold(), word))


def _as_number(found: Plain) -> Given:
    try:
        return Given(float(found))
    except ValueError:
        return Given(None, f"is {found!r}, which is no number")
