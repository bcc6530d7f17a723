"""What a claim says of its use: the workload, what a needless alarm costs, and the floors that need them."""

from typing import Any

import pytest

from fiducial.claims.claim import Claim
from fiducial.errors import UnusableInput
from fiducial.files.toml import parse

READ = {"studies_per_day": 100, "hours_per_day": 10, "reading_minutes": 5}


def claim(floors: dict[str, Any] | None = None, **use: object) -> Claim:
    said = {"name": "c", "finding": "x", "threshold": {"value": 0.5}, **use}
    return parse({"claim": said, "floors": floors or {}}, Claim, where="claim.toml")


def test_arrivals_are_counted_within_the_hours_of_work() -> None:
    workload = claim(workload=READ).claim.workload
    assert workload is not None
    assert workload.arrivals_per_minute == pytest.approx(100 / 600)


def test_a_day_is_told_in_one_line() -> None:
    assert str(claim(workload=READ).claim.workload) == "100 studies a day in 10 hours, 1 reader, 5 minutes each"


@pytest.mark.parametrize(
    ("workload", "told"),
    [
        (READ | {"reading_minutes": 6.5}, "faster than they are read: 100 a day, 6.5 minutes each, are 108%"),
        (READ | {"reading_times": "lognormal"}, "needs reading_minutes and reading_deviation"),
        (READ | {"reading_times": "readings"}, "which measures them"),
        (READ | {"reading_deviation": 2}, 'belongs to reading_times = "lognormal"'),
        (READ | {"readers": 0}, "claim.workload.readers"),
        ({"hours_per_day": 8}, "claim.workload.studies_per_day: missing"),
        (READ | {"studies_a_day": 5}, "Did you mean 'studies_per_day'"),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_its_reason(workload: dict[str, Any], told: str) -> None:
    with pytest.raises(UnusableInput, match=told):
        claim(workload=workload)


def test_more_readers_keep_up() -> None:
    assert claim(workload=READ | {"reading_minutes": 6.5, "readers": 2}).claim.workload is not None


@pytest.mark.parametrize(
    ("floors", "use", "told"),
    [
        ({"net_benefit": 0.0}, {}, "floors.net_benefit needs claim.prevalence"),
        ({"net_benefit": 0.0}, {"prevalence": [0.1, 0.2]}, "needs claim.threshold_probability"),
        ({"alerts_per_day": 10.0}, {"prevalence": [0.1, 0.2]}, "needs claim.workload"),
        ({"false_alarms_per_day": -1.0}, {}, "must be 0 or more"),
        ({"weighted_sensitivity": 2.0}, {}, "must lie from 0 to 1"),
    ],
)
def test_a_floor_needs_what_it_depends_on(floors: dict[str, Any], use: dict[str, Any], told: str) -> None:
    with pytest.raises(UnusableInput, match=told):
        claim(floors, **use)


def test_a_range_of_threshold_probabilities_ascends() -> None:
    with pytest.raises(UnusableInput, match="lowest, highest"):
        claim(threshold_probability=[0.2, 0.1])
