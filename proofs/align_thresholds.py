"""Where each bound of the alignment lies between what true pairs and what impostors measured, as a page."""

from collections.abc import Iterator, Sequence
from math import isinf

import numpy as np

from fiducial.align.gates import Gate
from fiducial.align.options import AlignOptions
from proofs.align_cases import Outcome

_GROUPS = {
    "true pairs, phantom": (False, True),
    "true pairs, real": (True, True),
    "impostors, phantom": (False, False),
    "impostors, real": (True, False),
}


def thresholds_page(outcomes: Sequence[Outcome]) -> list[str]:
    """All lines of the page."""
    return [
        "# Where the thresholds of the alignment lie",
        "",
        "Made by `make prove` from the pairs of `docs/align-proofs.md`. A true pair must pass every gate; an impostor",
        "need only miss one, so that the two overlap at most gates. `margin` of true pairs is how far the worst of",
        "them lies on the good side of the bound; negative where it was missed. `margin` of impostors is how far",
        "beyond the bound the nearest of those lies that this gate stops. Distances are mm; `none` is no place at all.",
        "",
        "| gate | pairs | n | lowest | 5% | median | 95% | highest | bound | miss it | margin |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *_distributions(outcomes),
        "",
        "## Which gate stops whom",
        "",
        "The share of each kind of impostor that misses a gate, and the fewest gates that any of a kind misses so",
        "clearly that it is dropped and not shown to a person.",
        "",
        *_stops([one for one in outcomes if not one.is_true]),
        "",
        "## What each bound is for",
        "",
        *(
            f"- `{name}` = {getattr(AlignOptions(), name)}: {field.description}."
            for name, field in AlignOptions.model_fields.items()
        ),
    ]


def _names(outcomes: Sequence[Outcome]) -> list[str]:
    return list(dict.fromkeys(gate.name for one in outcomes for gate in one.gates))


def _distributions(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for name in _names(outcomes):
        for group, (is_real, is_true) in _GROUPS.items():
            chosen = [one for one in outcomes if (one.is_real, one.is_true) == (is_real, is_true)]
            gates = [gate for one in chosen for gate in one.gates if gate.name == name]
            if gates:
                yield _distribution(f"`{name}`", group, gates, is_true=is_true)


def _distribution(name: str, group: str, gates: list[Gate], *, is_true: bool) -> str:
    values = np.array([gate.value for gate in gates])
    shown = [_number(float(value)) for value in np.quantile(values, [0, 0.05, 0.5, 0.95, 1], method="inverted_cdf")]
    floors = sorted({gate.floor for gate in gates})
    bound = _number(floors[0]) if len(floors) == 1 else f"{_number(floors[0])} to {_number(floors[-1])}"
    missed = [gate for gate in gates if not gate.passed]
    margins = [_margin(gate) for gate in (gates if is_true else missed)]
    margin = _number(min(margins) if is_true else -max(margins)) if margins else ""
    sign = "at most" if gates[0].at_most else "at least"
    cells = [name, group, str(len(gates)), *shown, f"{sign} {bound}", f"{len(missed) / len(gates):.0%}", margin]
    return f"| {' | '.join(cells)} |"


def _margin(gate: Gate) -> float:
    """How far on the good side."""
    return gate.floor - gate.value if gate.at_most else gate.value - gate.floor


def _stops(false: Sequence[Outcome]) -> Iterator[str]:
    names = _names(false)
    yield f"| kind | n | fewest clear misses | {' | '.join(names)} |"
    yield f"| --- | --- | --- | {' | '.join('---' for _ in names)} |"
    doubt = AlignOptions().doubt
    for kind in dict.fromkeys(one.kind for one in false):
        chosen = [one for one in false if one.kind == kind]
        clear = [sum(not gate.passed and not gate.nearly(doubt) for gate in one.gates) for one in chosen]
        shares = [
            sum(gate.name == name and not gate.passed for one in chosen for gate in one.gates) / len(chosen)
            for name in names
        ]
        cells = [kind, str(len(chosen)), str(min(clear)), *(f"{share:.0%}" for share in shares)]
        yield f"| {' | '.join(cells)} |"


def _number(value: float) -> str:
    return "none" if isinf(value) else f"{value:.3g}"
