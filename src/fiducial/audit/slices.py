"""In whom does the model fail? Slices of the data in plain words, found by a small tree over the metadata.

The tree is grown on half of the patients and its leaves are counted in the other half, so that a slice that was only
luck is not told.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier

from fiducial.audit.metadata import MISSING, Column, metadata
from fiducial.stats.clusters import numbered
from fiducial.stats.two_shares import TwoShares, two_shares

DEPTH = 3
SMALLEST = 10  # decisions of a slice, in the half that the tree is grown on
SMALLEST_SHARE = 0.05
WORTH = 12.0  # chi-square of a split, so that noise does not cut a true slice in two
MOST_ROWS = 100_000  # to grow the tree on
ENOUGH = 10  # errors in either half; fewer describe nobody


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """One leaf. ``member``: which of all rows it holds, ``counted``: those that the tree did not grow on; (n,) each.

    ``shares``: errors in it and elsewhere, of the counted rows.
    """

    words: str
    member: NDArray[np.bool_]
    counted: NDArray[np.bool_]
    shares: TwoShares


@dataclass(frozen=True, slots=True)
class Searched:
    """Every slice of the tree that was counted, by how far it is above the rest, or why there is none."""

    slices: tuple[Slice, ...]
    reason: str | None = None


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


def find_slices(
    columns: pl.DataFrame,
    wrong: NDArray[np.bool_],
    patient: NDArray[np.int64],
    rng: np.random.Generator,
    *,
    worth: float = WORTH,
) -> Searched:
    """Where errors concentrate. ``columns``: the cohort's, (n rows). ``wrong``, ``patient``: (n,).

    Rows are of one class, ill or healthy, so that a slice is about one kind of error. A tree of at most three
    questions (CART: Breiman and others 1984, Classification and Regression Trees) grows on half of the patients; what
    is counted in the other half knows nothing of how the tree was chosen. ``worth``: the chi-square below which no
    slice is cut in two; 0 leaves the tree unpruned.
    """
    known = metadata(columns)
    if not known:
        return Searched((), "no column beside keys and labels varies")
    grown = _half(patient, rng)
    if min(int(wrong[grown].sum()), int(wrong[~grown].sum())) < ENOUGH:
        return Searched((), f"{int(wrong.sum())} errors are too few for a search ({ENOUGH} in each half are needed)")
    questions = list(_questions(known))
    answers = np.column_stack([question.answers for question in questions])
    tree = _grown(answers[grown], wrong[grown], rng, worth)
    place = tree.apply(answers)
    found = [
        Slice(
            _in_words(leaf, questions),
            place == leaf.number,
            ~grown,
            two_shares(wrong[~grown], inside, patient[~grown]),
        )
        for leaf in _leaves(tree.tree_)
        if (inside := place[~grown] == leaf.number).any() and not inside.all()
    ]
    return Searched(tuple(sorted(found, key=lambda one: -one.shares.apart)))


def smallest_slice(n: int) -> int:
    """How many of ``n`` decisions a slice holds at least."""
    return max(SMALLEST, int(np.ceil(SMALLEST_SHARE * n)))


def _grown(answers: NDArray[np.float32], wrong: NDArray[np.bool_], rng: np.random.Generator, worth: float) -> Any:  # noqa: ANN401  (scikit-learn ships no types)
    if wrong.size > MOST_ROWS:
        kept = rng.choice(wrong.size, MOST_ROWS, replace=False)
        answers, wrong = answers[kept], wrong[kept]
    rate, n = float(wrong.mean()), wrong.size
    return DecisionTreeClassifier(
        max_depth=DEPTH,
        min_samples_leaf=smallest_slice(n),
        # Gini's index falls by itself times chi-square / n.
        min_impurity_decrease=worth * 2 * rate * (1 - rate) / n,
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
