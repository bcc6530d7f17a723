"""In whom does the model fail? Groups of decisions in plain words, found by a small tree over the metadata.

The tree is grown on half of the patients and its groups are counted in the other half, so that a group that was only
luck is not told.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier

from fiducial.audit.case import Decisions
from fiducial.audit.metadata import MISSING, Column, metadata
from fiducial.claims.evidence import Figure
from fiducial.stats.clusters import numbered
from fiducial.stats.intervals import Interval, wilson_clustered

DEPTH = 3
SMALLEST = 10  # decisions of a group, in the half that the tree is grown on
SMALLEST_SHARE = 0.05
WORTH = 12.0  # chi-square of a split, so that noise does not cut a true group in two
MOST_ROWS = 100_000  # to grow the tree on
ENOUGH = 10  # wrong calls in either half; fewer describe nobody


@dataclass(frozen=True, slots=True)
class Failures:
    """What was found: ``notes`` in words, ``rows`` for a forest chart (all decisions first), ``figures`` the same."""

    notes: tuple[str, ...]
    rows: tuple[tuple[str, float, float, float, int], ...] = ()
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """One question of the tree: a number at or above ``edge``, a category that is ``value``, or a missing number."""

    column: Column
    value: int | None = None
    asks_missing: bool = False

    @property
    def answers(self) -> NDArray[np.float32]:
        """What every row answers, (n,); a missing number stands at the median, as its own question tells it apart."""
        content = self.column.content
        absent = np.isnan(content)
        if self.value is not None:
            told = content == self.value
        else:
            told = absent if self.asks_missing else np.where(absent, np.nanmedian(content), content)
        return np.asarray(told, dtype=np.float32)  # as the tree takes it

    @property
    def is_yes_or_no(self) -> bool:
        """Whether the answers are 0 and 1."""
        return self.value is not None or self.asks_missing


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    """A group: ``low`` and ``high`` bound the answers to each question of its path, ``low`` < answer <= ``high``."""

    number: int
    bounds: dict[int, tuple[float, float]]


def describe_failures(decisions: Decisions, rng: np.random.Generator, confidence: float = 0.95) -> Failures:
    """Groups that are wrong more often than all decisions are, at the claim's threshold.

    ``decisions``: answered ones. A group is told where its whole interval (by patient, Bonferroni over the groups of
    the tree) lies above the error rate of all; both are counted on the patients that the tree has not seen.
    """
    columns = metadata(decisions.columns)
    wrong = decisions.called != decisions.truth
    grown = _half(decisions.patient, rng)
    if not columns:
        return Failures(("Failures cannot be described: no column beside keys and labels varies.",))
    if min(int(wrong[grown].sum()), int(wrong[~grown].sum())) < ENOUGH:
        return Failures(
            (f"Failures are too few to be described: {int(wrong.sum())} of {wrong.size:,} calls are wrong.",)
        )
    questions = list(_questions(columns))
    answers = np.column_stack([question.answers for question in questions])
    tree = _grown(answers[grown], wrong[grown], rng)
    leaves = list(_leaves(tree.tree_))
    judged = decisions.where(~grown)
    return _told(leaves, questions, tree.apply(answers[~grown]), judged, confidence)


def _grown(answers: NDArray[np.float32], wrong: NDArray[np.bool_], rng: np.random.Generator) -> Any:  # noqa: ANN401  (scikit-learn ships no types)
    if wrong.size > MOST_ROWS:
        kept = rng.choice(wrong.size, MOST_ROWS, replace=False)
        answers, wrong = answers[kept], wrong[kept]
    rate, n = float(wrong.mean()), wrong.size
    return DecisionTreeClassifier(
        max_depth=DEPTH,
        min_samples_leaf=max(SMALLEST, int(np.ceil(SMALLEST_SHARE * n))),
        # Gini's index falls by itself times chi-square / n.
        min_impurity_decrease=WORTH * 2 * rate * (1 - rate) / n,
        random_state=int(rng.integers(2**31)),
    ).fit(answers, wrong)


def _half(patient: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.bool_]:
    member, patients = numbered(patient)
    chosen = np.zeros(patients, dtype=bool)
    chosen[rng.permutation(patients)[: patients // 2]] = True
    return chosen[member]


def _questions(columns: tuple[Column, ...]) -> Iterator[Condition]:
    for column in columns:
        if column.is_category:
            yield from (Condition(column, value) for value in np.unique(column.content).astype(int).tolist())
            continue
        yield Condition(column)
        if np.isnan(column.content).any():
            yield Condition(column, asks_missing=True)


def _leaves(tree: Any, node: int = 0, bounds: dict[int, tuple[float, float]] | None = None) -> Iterator[Leaf]:  # noqa: ANN401  (scikit-learn ships no types)
    """Every leaf with the tightest bounds of its path."""
    bounds = bounds or {}
    if tree.children_left[node] < 0:
        yield Leaf(node, bounds)
        return
    asked, edge = int(tree.feature[node]), float(tree.threshold[node])
    low, high = bounds.get(asked, (-np.inf, np.inf))
    yield from _leaves(tree, int(tree.children_left[node]), bounds | {asked: (low, min(high, edge))})
    yield from _leaves(tree, int(tree.children_right[node]), bounds | {asked: (max(low, edge), high)})


def _told(
    leaves: list[Leaf], questions: list[Condition], place: NDArray[np.int64], judged: Decisions, confidence: float
) -> Failures:
    wrong = judged.called != judged.truth
    overall = float(wrong.mean())
    everyone = Figure("error_rate", overall, wilson_clustered(wrong, judged.patient, confidence), wrong.size)
    strict = 1 - (1 - confidence) / len(leaves)
    found, notes = [everyone], []
    for leaf in leaves:
        inside = place == leaf.number
        if not inside.any() or inside.all():
            continue
        interval = wilson_clustered(wrong[inside], judged.patient[inside], strict)
        if interval.low > overall:
            words = _in_words(leaf, questions)
            rate, n = float(wrong[inside].mean()), int(inside.sum())
            found.append(Figure("error_rate", rate, interval, n, subgroup=words))
            notes.append(
                f"{int(wrong[inside].sum())} of {n:,} calls are wrong where {words} ({100 * interval.low:.0f}-"
                f"{100 * interval.high:.0f}%), against {100 * float(wrong[~inside].mean()):.0f}% elsewhere."
            )
    if not notes:
        notes.append(
            f"No group that the metadata describe is wrong more often than the rest, as far as {judged.patients:,} "
            f"patients can show ({100 * overall:.0f}% of their calls are wrong)."
        )
    ranked = [found[0], *sorted(found[1:], key=lambda figure: -figure.value)]
    return Failures(tuple(notes), tuple(_row(figure) for figure in ranked), tuple(replace(one) for one in ranked))


def _row(figure: Figure) -> tuple[str, float, float, float, int]:
    ends = figure.interval or Interval(0.0, 1.0)
    return ("all calls" if figure.subgroup == "all" else figure.subgroup, figure.value, ends.low, ends.high, figure.n)


def _in_words(leaf: Leaf, questions: list[Condition]) -> str:
    return " and ".join(_condition(questions[asked], *leaf.bounds[asked]) for asked in sorted(leaf.bounds))


def _condition(question: Condition, low: float, high: float) -> str:
    """``scanner = X``, ``age from 40 to 60``: the answer lies above ``low`` and at or below ``high``."""
    column = question.column
    if question.is_yes_or_no:
        value = MISSING if question.value is None else column.values[question.value]
        sign = "is" if value == MISSING else "="
        return f"{column.name} {sign if low >= 0 else f'{sign} not' if sign == 'is' else 'is not'} {value}"
    # The edge lies between two values; those that are there read better than a number in between.
    values = np.unique(column.content[~np.isnan(column.content)].astype(np.float32))
    least = column.in_words(float(values[np.searchsorted(values, low, side="right") % values.size]))
    most = column.in_words(float(values[np.searchsorted(values, high, side="right") - 1]))
    if np.isinf(high):
        return f"{column.name} >= {least}"
    return f"{column.name} <= {most}" if np.isinf(low) else f"{column.name} from {least} to {most}"
