"""The laws that every condition obeys, ours and outsiders'."""

import pickle

import numpy as np

from fiducial.errors import UnusableInput
from fiducial.scans.conditions.contract import SEVERITIES, Change, Condition, Severity
from fiducial.scans.physical import physical
from fiducial.scans.scan import Scan


def says_what_it_does(condition: Condition) -> None:
    """It has a name, one line for a reader, a unit, five finite severities that all differ, and a source for them."""
    assert condition.name
    assert condition.says
    assert "\n" not in condition.says + condition.source
    assert condition.unit
    assert condition.source
    assert len(set(condition.severities)) == len(SEVERITIES)
    assert np.isfinite(condition.severities).all()


def leaves_the_scan_alone(condition: Condition, scan: Scan, severity: Severity) -> None:
    """The scan handed in keeps its bytes and its header, and the result is another array of the same form."""
    array, header = scan.array.copy(), dict(scan.header)
    changed = drawn(condition, scan, severity).apply(scan)
    np.testing.assert_array_equal(scan.array, array)
    assert dict(scan.header) == header
    assert (changed.array.dtype, changed.array.shape) == (array.dtype, array.shape)
    assert np.isfinite(changed.array).all()
    if dict(changed.header) != header or changed.spacing != scan.spacing:
        assert any(word in condition.says for word in ("header", "tags")), "touches the header and does not say so"


def replays_exactly(condition: Condition, scan: Scan, severity: Severity) -> None:
    """One seed draws one change, which always does the same, also once it was sent; another draw looks different."""
    change = drawn(condition, scan, severity)
    sent = pickle.loads(pickle.dumps(change))  # noqa: S301  (our own)
    first = change.apply(scan)
    for again in (change, sent, drawn(condition, scan, severity)):
        assert is_same(again.apply(scan), first)
    other = drawn(condition, scan, severity, seed=2)
    if pickle.dumps(other) != pickle.dumps(change):
        assert not is_same(other.apply(scan), first)


def grows_with_severity(condition: Condition, scan: Scan) -> None:
    """The worst severity changes the scan, and more than the mildest: by more, or in more of its pixels."""
    mild, worst = (drawn(condition, scan, severity).apply(scan) for severity in (1, 5))
    assert how_much(scan, worst) > 0
    assert how_much(scan, worst) > how_much(scan, mild) or how_many(scan, worst) > how_many(scan, mild)


def refuses_colour(condition: Condition, colour: Scan) -> None:
    """What changes grey pixels says so of colour; what changes the header alone need not."""
    try:
        changed = drawn(condition, colour, 1).apply(colour)
    except UnusableInput as refused:
        assert "colour" in str(refused)  # noqa: PT017  (the message is half of the law)
    else:
        np.testing.assert_array_equal(changed.array, colour.array)


def is_same(one: Scan, other: Scan) -> bool:
    """Whether two scans of one form agree in pixels, header and spacing."""
    told = (dict(one.header), str(one.spacing)), (dict(other.header), str(other.spacing))
    return one.array.tobytes() == other.array.tobytes() and told[0] == told[1]


def how_much(scan: Scan, changed: Scan) -> float:
    """Root of the mean square of what changed in rescaled values; what changed in header and spacing counts too."""
    seen = np.sqrt(np.mean((physical(changed).astype(float) - physical(scan)) ** 2))
    told = len(set(scan.header.items()) ^ set(changed.header.items()))
    if scan.spacing is None or changed.spacing is None:
        return float(seen + told)
    return float(seen + told + np.nansum(np.abs(np.log(np.divide(changed.spacing, scan.spacing)))))


def how_many(scan: Scan, changed: Scan) -> int:
    """Pixels that changed: what is filled or masked grows in extent rather than in strength."""
    return int((changed.array != scan.array).sum())


def drawn(condition: Condition, scan: Scan, severity: Severity, seed: int = 1) -> Change:
    """The change that a seed draws."""
    return condition.draw(scan, severity, np.random.default_rng(seed))
