"""The same work on a Dask or Ray cluster, through joblib's own doors to both."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from importlib import import_module
from types import ModuleType
from typing import TypeVar

import joblib

from fiducial.batch.chunks import Done, outcome
from fiducial.errors import WrongUsage

Item = TypeVar("Item")
Result = TypeVar("Result")

_SECONDS = 20  # to reach a scheduler


def on_cluster(work: Callable[[Item], Result], items: Sequence[Item], cluster: str) -> Iterator[Done[Item, Result]]:
    """One outcome an item, in order: as they come from Dask, all at the end from Ray, whose door gives no generator.

    Raises:
        WrongUsage: the name is of neither, its package is not installed, or nothing answers there.
    """
    calls = (joblib.delayed(outcome)(work, item) for item in items)
    if cluster.startswith(("tcp://", "tls://")):
        with _dask(cluster):
            yield from joblib.Parallel(return_as="generator")(calls)
    elif cluster == "ray" or cluster.startswith("ray://"):
        with _ray(cluster):
            yield from joblib.Parallel()(calls)
    else:
        raise WrongUsage(f"cluster must be tcp://host:port (Dask), ray or ray://host:port, got {cluster!r}.")


def _dask(address: str) -> AbstractContextManager[object]:
    distributed = _installed("distributed", "dask")
    try:
        client = distributed.Client(address, timeout=_SECONDS, set_as_default=True)
    except OSError as silent:
        raise WrongUsage(
            f"no Dask scheduler answers at {address}: {silent}. Start one with `dask scheduler`."
        ) from silent
    return _Session(joblib.parallel_config(backend="dask"), client.close)


def _ray(address: str) -> AbstractContextManager[object]:
    ray = _installed("ray", "ray")
    _installed("ray.util.joblib", "ray").register_ray()
    try:
        ray.init(address="auto" if address == "ray" else address, ignore_reinit_error=True)
    except ConnectionError as silent:
        raise WrongUsage(
            f"no Ray cluster answers at {address}: {silent}. Start one with `ray start --head`."
        ) from silent
    return _Session(joblib.parallel_config(backend="ray"), ray.shutdown)


class _Session(AbstractContextManager[object]):
    """joblib's setting while the work lasts, and what ends the connection behind it."""

    def __init__(self, setting: joblib.parallel_config, end: Callable[[], object]) -> None:
        self._setting, self._end = setting, end

    def __exit__(self, *raised: object) -> None:
        self._setting.unregister()
        self._end()


def _installed(module: str, extra: str) -> ModuleType:
    try:
        return import_module(module)
    except ImportError as absent:
        raise WrongUsage(f"{module} is not installed; install fiducial[{extra}].") from absent
