"""A criterion in words, for the boxes of the flow diagram."""

from fiducial.cohort.criteria import Criterion, Value

_SHOWN = 6


def asked(criterion: Criterion) -> str:
    """``age at least 18``, ``view is PA``, ``the first of each patient by follow_up``."""
    column = criterion.column
    if criterion.one_per_patient == "random":
        return f"one of each patient (drawn, seed {criterion.seed})"
    if criterion.one_per_patient is not None:
        return f"the {criterion.one_per_patient} of each patient by {column}"
    if criterion.between is not None:
        low, high = map(_told, criterion.between)
        return f"{column} from {low} to {high}"
    if criterion.present is not None:
        return f"{column} is {'there' if criterion.present else 'missing'}"
    words = {"is": "is", "in": "in", "not_in": "not in", "matches": "matches"}
    words |= {"at_least": "at least", "at_most": "at most"}
    return f"{column} {words[criterion.test]} {_wanted(criterion)}"


def _wanted(criterion: Criterion) -> str:
    values = criterion.in_ or criterion.not_in
    if values is not None:
        return _list(values)
    given = (criterion.is_, criterion.at_least, criterion.at_most, criterion.matches)
    return next(_told(value) for value in given if value is not None)


def _list(values: tuple[Value, ...]) -> str:
    more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    return ", ".join(_told(value) for value in values[:_SHOWN]) + more


def _told(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
