"""Studies made to order: facts of which variables have given values, boxes drawn until they do."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice, pairwise
from math import inf, nextafter, sqrt
from typing import Any

import numpy as np

from fiducial.rules.checks.search import Point, any_of, one_of
from fiducial.rules.checks.variables import Space, Variable, filters_read, regions_of, variables_of
from fiducial.rules.facts import Box, Facts, Found, Given, Marked
from fiducial.rules.geometry import box_field
from fiducial.rules.leaves import Case
from fiducial.rules.programs import compile_rules
from fiducial.rules.spelling import spell
from fiducial.rules.tree import (
    BoxField,
    Count,
    Measurement,
    Metadata,
    Most,
    Node,
    Score,
    Shares,
    Truth,
)
from fiducial.rules.values import Span

SIZE = 1000  # rows and columns of the image in which boxes are drawn
DRAWN = 400  # boxes to choose from
MOST = 60  # boxes of one finding in one study
TRIES = 3
_FEW = 5  # boxes of one finding in a drawn study are fewer
_EVERY = Truth(value=True)


def study_of(variables: Mapping[str, Variable], space: Space, point: Point) -> Facts | None:
    """A study at a point of a space; None where no boxes were found that come to what they should."""
    scores, measurements, metadata = {}, {}, {}
    for key, value in point.items():
        match variables[key].leaf:
            case Score(name=name):
                scores[name] = Given(value)
            case Measurement(name=name):
                measurements[name] = Given(value)
            case Metadata(name=name):
                metadata[name] = Given(value)
    asked = {key: one.leaf for key, one in variables.items() if isinstance(one.leaf, Count | Most)}
    for seed in range(TRIES if asked else 1):
        rng = np.random.default_rng(seed)
        scene = Facts("example", scores, {}, _masks(asked.values(), rng), measurements, metadata)
        found = _with_boxes(scene, asked, space, rng)
        if found is not None:
            return found
    return None


def any_study(variables: Mapping[str, Variable], rng: np.random.Generator) -> Facts:
    """A study that is drawn: numbers on either side of what they are compared with, a few boxes of each finding."""
    point = {key: _any_value(one, rng) for key, one in variables.items()}
    asked = [one.leaf for one in variables.values() if isinstance(one.leaf, Count | Most)]
    scene = study_of(
        {key: one for key, one in variables.items() if one.leaf not in asked},
        {},
        {key: value for key, value in point.items() if variables[key].leaf not in asked},
    ) or Facts("example")
    regions: dict[str, Found] = {}
    for name in dict.fromkeys(leaf.regions.name for leaf in asked):
        filters = [leaf.regions.where or _EVERY for leaf in asked if leaf.regions.name == name]
        few = rng.choice(DRAWN // 4, int(rng.integers(_FEW)), replace=False)
        drawn = list(islice(_drawn(filters, [], scene, rng), DRAWN // 4))
        regions[name] = Found(tuple(drawn[index] for index in few))
    return replace(scene, regions=regions, masks=_masks(asked, rng))


def _any_value(variable: Variable, rng: np.random.Generator) -> float | str | bool:
    if not isinstance(variable.domain, Span):
        return variable.domain[int(rng.integers(len(variable.domain)))]
    starts = (variable.domain.low, *variable.starts)
    ends = (*(nextafter(start, -inf) for start in variable.starts), variable.domain.high)
    cell = int(rng.integers(len(starts)))
    return any_of(Span(starts[cell], ends[cell]), rng)


def _masks(asked: Iterable[Count | Most], rng: np.random.Generator) -> dict[str, Marked]:
    areas = {node.area for leaf in asked for node in filters_read(leaf) if isinstance(node, Shares)}
    return {area: Marked(_box(rng, 0.3, 0.7)) for area in sorted(areas)}


def _with_boxes(
    scene: Facts, asked: Mapping[str, Count | Most], space: Space, rng: np.random.Generator
) -> Facts | None:
    """The scene with boxes; those that others lie in or overlap come first."""
    names = {name: None for leaf in asked.values() if (name := regions_of(leaf))}
    areas = [area for area in scene.masks if area in names]
    regions: dict[str, Found] = {}
    for name in (*areas, *(name for name in names if name not in areas)):
        masks = {area: mask for area, mask in scene.masks.items() if area not in names}
        scene = Facts("example", scene.scores, dict(regions), masks, scene.measurements, scene.metadata)
        mine = [(leaf, space[key]) for key, leaf in asked.items() if regions_of(leaf) == name]
        boxes = _boxes(scene, mine, rng)
        if boxes is None:
            return None
        regions[name] = Found(tuple(boxes))
    return Facts("example", scene.scores, regions, scene.masks, scene.measurements, scene.metadata)


def _boxes(scene: Facts, asked: list[tuple[Count | Most, Any]], rng: np.random.Generator) -> list[Box] | None:
    """Boxes of which as many pass each filter, and of which the best and largest are, as the spans say."""
    filters = [leaf.regions.where or _EVERY for leaf, _ in asked]
    judges = [compile_rules({"": where}).valued[""] for where in filters]
    pool = []
    for box in _drawn(filters, asked, scene, rng):
        passes = [judge(Case(scene, box=box)) is True for judge in judges]
        if not any(
            p and isinstance(leaf, Most) and _measured(box, leaf) > domain.high
            for p, (leaf, domain) in zip(passes, asked, strict=True)
        ):
            pool.append((box, passes))
    chosen: list[Box] = []
    counts = [0] * len(asked)
    while (short := _short(asked, counts, chosen, judges, scene)) is not None:
        fits = [(box, passes) for box, passes in pool if passes[short] and _room(asked, counts, passes)]
        leaf, domain = asked[short]
        if isinstance(leaf, Most):
            fits = [(box, passes) for box, passes in fits if _measured(box, leaf) >= domain.low]
        if not fits or len(chosen) >= MOST:
            return None
        box, passes = min(fits, key=lambda one: sum(one[1]))
        chosen.append(box)
        counts = [count + one for count, one in zip(counts, passes, strict=True)]
    return chosen


def _measured(box: Box, leaf: Most) -> float:
    value, _ = box_field(box, leaf.measure)
    return float(value or 0.0)


def _room(asked: list[tuple[Count | Most, Any]], counts: list[int], passes: list[bool]) -> bool:
    return all(
        not isinstance(leaf, Count) or count + more <= domain.high
        for (leaf, domain), count, more in zip(asked, counts, passes, strict=True)
    )


def _short(
    asked: list[tuple[Count | Most, Any]], counts: list[int], chosen: list[Box], judges: list[Any], scene: Facts
) -> int | None:
    """The first number that has not come to its least yet: best and largest before counts."""
    for index, (leaf, domain) in enumerate(asked):
        if isinstance(leaf, Most):
            passing = [box for box in chosen if judges[index](Case(scene, box=box)) is True]
            if max((_measured(box, leaf) for box in passing), default=0.0) < domain.low:
                return index
    for index, (leaf, domain) in enumerate(asked):
        if isinstance(leaf, Count) and counts[index] < domain.low:
            return index
    return None


def _drawn(
    filters: list[Node], asked: list[tuple[Count | Most, Any]], scene: Facts, rng: np.random.Generator
) -> Iterator[Box]:
    """Boxes of all sizes and places, with scores on both sides of every number that one is compared with."""
    variables = variables_of(filters)
    starts = next((one.starts for one in variables.values() if _is_score(one)), ())
    scores = {0.0, 1.0, 0.5, *starts, *(nextafter(start, 0.0) for start in starts)}
    edges = sorted(scores)
    scores |= {one_of(Span(low, high)) for low, high in pairwise(edges)}  # type: ignore[misc]
    areas = []
    for leaf, domain in asked:
        if isinstance(leaf, Most) and leaf.measure == "score":
            scores.add(float(one_of(domain)))
        elif isinstance(leaf, Most):
            areas.append(min(float(one_of(domain)), 1.0))
    menu = sorted(scores)
    marks = [one.area for one in scene.masks.values() if isinstance(one.area, Box)]
    marks += [box for one in scene.regions.values() for box in one.boxes]
    for index in range(DRAWN):
        score = menu[index % len(menu)]
        if areas and index % 4 == 0:
            side = sqrt(areas[index // 4 % len(areas)])
            yield _box(rng, side, side, score)
        elif marks and index % 4 == 1:
            mark = marks[index // 4 % len(marks)]
            yield Box(mark.x0, mark.y0, mark.x0 + (mark.x1 - mark.x0) * rng.uniform(), mark.y1, score, SIZE, SIZE)
        else:
            yield _box(rng, 0.01, 10 ** rng.uniform(-1.5, 0), score)


def _is_score(one: Variable) -> bool:
    return isinstance(one.leaf, BoxField) and one.leaf.name == "score"


def _box(rng: np.random.Generator, least: float, most: float, score: float | None = None) -> Box:
    wide, high = rng.uniform(least, max(least, most), 2)
    left, top = rng.uniform(0, 1 - min(wide, 1)), rng.uniform(0, 1 - min(high, 1))
    x0, y0 = round(left * SIZE, 1), round(top * SIZE, 1)
    return Box(x0, y0, x0 + wide * SIZE, y0 + high * SIZE, score, SIZE, SIZE)


def told(facts: Facts) -> str:
    """``score(pneumothorax) = 0.7, metadata(view) = PA, 2 boxes of nodule``."""
    words = [f"{name} = {value}" for name, value in inputs_document(facts).items()]
    words += [
        f"{len(found.boxes)} box{'' if len(found.boxes) == 1 else 'es'} of {name}"
        for name, found in facts.regions.items()
    ]
    return ", ".join(words) or "any study"


def inputs_document(facts: Facts) -> dict[str, Any]:
    """The inputs of a study, spelled as rules spell them."""
    return {
        **{spell(Score(name)): one.value for name, one in facts.scores.items()},
        **{spell(Measurement(name, "")): one.value for name, one in facts.measurements.items()},
        **{spell(Metadata(name, "text")): one.value for name, one in facts.metadata.items()},
    }


def study_document(facts: Facts) -> dict[str, Any]:
    """A study as ``--json`` prints it: inputs by name, boxes in pixels of an image of SIZE x SIZE."""
    return {
        "inputs": inputs_document(facts),
        "regions": {name: [_edges(box) for box in found.boxes] for name, found in facts.regions.items()},
        "masks": {name: _edges(mask.area) for name, mask in facts.masks.items() if isinstance(mask.area, Box)},
    }


def _edges(box: Box) -> dict[str, Any]:
    edges = {"x0": box.x0, "y0": box.y0, "x1": box.x1, "y1": box.y1, "rows": box.rows, "columns": box.columns}
    return edges if box.score is None else {**edges, "score": box.score}
