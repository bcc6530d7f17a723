"""Numbers of a decision: a threshold is written whole, a value is rounded, but never so that it meets its threshold."""

from math import isfinite

_DIGITS = 12


def exact(value: float) -> str:
    """Every digit of a number, and two after the point of one that is not whole: ``0.80``, ``0.625``, ``3``."""
    told = f"{value:.{_DIGITS}g}"
    if "e" in told or "." not in told:
        return told
    whole, _, digits = told.partition(".")
    return f"{whole}.{digits:0<2}"


def beside(value: float, threshold: float) -> tuple[str, str]:
    """A value and its threshold with digits enough to tell them apart: ``0.91`` and ``0.80``, ``61`` and ``18``."""
    told = exact(threshold)
    if "e" in told or not isfinite(value) or (float(value).is_integer() and float(threshold).is_integer()):
        return exact(value), told
    digits = max(2, len(told.partition(".")[2]))
    while value != threshold and float(f"{value:.{digits}f}") == threshold and digits < _DIGITS:
        digits += 1
    return f"{value:.{digits}f}", told


def rounded(value: float) -> str:
    """A value that stands alone: two digits after the point, more of a small one."""
    if float(value).is_integer():
        return exact(value)
    return f"{value:.2f}" if abs(value) >= 0.01 else f"{value:.2g}"


def relation(value: float, threshold: float) -> str:
    """``over``, ``under`` or ``at``."""
    return "over" if value > threshold else "under" if value < threshold else "at"
