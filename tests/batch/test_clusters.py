"""Clusters: an address that none answers, a name that is of none."""

import pytest

from fiducial.batch import run
from fiducial.batch.clusters import _installed
from fiducial.errors import WrongUsage


def doubled(number: int) -> int:
    if number == 3:
        raise ValueError(number)
    return 2 * number


def test_another_word_than_a_cluster_is_refused() -> None:
    with pytest.raises(WrongUsage, match=r"cluster must be tcp://host:port \(Dask\), ray or ray://host:port, got 'x'"):
        list(run(doubled, [1], cluster="x"))


def test_a_scheduler_that_does_not_answer_is_told_with_what_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fiducial.batch.clusters._SECONDS", 1)
    with pytest.raises(WrongUsage, match=r"no Dask scheduler answers at tcp://127.0.0.1:9: .* with `dask scheduler`"):
        list(run(doubled, [1], cluster="tcp://127.0.0.1:9"))


def test_a_package_that_is_not_installed_is_told_with_its_extra() -> None:
    with pytest.raises(WrongUsage, match=r"no_such_package is not installed; install fiducial\[ray\]"):
        _installed("no_such_package", "ray")


def test_outcomes_from_dask_keep_their_order_and_their_reasons() -> None:
    from distributed import LocalCluster  # noqa: PLC0415  (an extra)

    told: list[int] = []
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp", host="127.0.0.1", dashboard_address=None
    ) as one:
        done = list(run(doubled, range(6), cluster=one.scheduler_address, told=lambda count, _: told.append(count)))
    assert [one.result for one in done] == [0, 2, 4, None, 8, 10]
    assert done[3].reason == "ValueError: 3"
    assert told == [1, 2, 3, 4, 5, 6]
