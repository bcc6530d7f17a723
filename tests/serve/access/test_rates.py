"""Buckets fill at a steady rate."""

from fiducial.serve.access.rates import Buckets


def test_a_burst_passes_and_then_the_steady_rate() -> None:
    now = [0.0]
    buckets = Buckets(2.0, 3.0, clock=lambda: now[0])
    assert [buckets.take("a") for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    now[0] = 0.5
    assert [buckets.take("a"), buckets.take("b")] == [0.0, 0.0]
    assert buckets.take("a") > 0.0


def test_to_look_takes_nothing() -> None:
    buckets = Buckets(1.0, 1.0, clock=lambda: 0.0)
    assert [buckets.wait("a"), buckets.wait("a"), buckets.take("a")] == [0.0, 0.0, 0.0]
    assert buckets.wait("a") == 1.0
