"""A worklist of studies: who waits how long where a model moves the called ones to the front, against first come.

Studies arrive at random (Poisson); a free reader takes the first called study, if there is one, else the first other,
and is never interrupted. A model makes nobody faster: what the called gain, the others wait.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heapify, heapreplace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Draw = Callable[[np.random.Generator, int], Floats]  # reading times of so many studies


@dataclass(frozen=True, slots=True, eq=False)
class Worklist:
    """Studies in the order of their arrival. ``arrival``, ``reading``: (n,), in one unit of time; ``readers``."""

    arrival: Floats
    reading: Floats
    readers: int


def exponential(mean: float) -> Draw:
    """Reading times of an exponential law."""
    return lambda rng, n: rng.exponential(mean, n)


def lognormal(mean: float, deviation: float) -> Draw:
    """Reading times of a lognormal law with this mean and standard deviation."""
    spread = np.log1p((deviation / mean) ** 2)
    return lambda rng, n: rng.lognormal(np.log(mean) - spread / 2, np.sqrt(spread), n)


def empirical(times: Floats) -> Draw:
    """Reading times that were measured, drawn with replacement. ``times``: (any,)."""
    return lambda rng, n: rng.choice(times, n)


def load_of(rate: float, mean: float, readers: int) -> float:
    """The share of the readers' time that is asked for. ``rate``: arrivals per unit of time; ``mean`` reading time.

    Raises:
        ValueError: it reaches 1, so that the queue grows without end, or a number is not positive.
    """
    if not (rate > 0 and mean > 0 and readers >= 1):
        raise ValueError(f"need arrivals, reading times and readers above 0; got {rate:g}, {mean:g} and {readers}")
    load = rate * mean / readers
    if load >= 1:
        raise ValueError(
            f"studies arrive faster than they are read: the load is {load:.2f} of the readers' time, and the queue "
            "grows without end; more readers, fewer studies or shorter readings are needed"
        )
    return load


def draw_worklist(rng: np.random.Generator, n: int, rate: float, reading: Draw, readers: int) -> Worklist:
    """Random arrivals at ``rate`` per unit of time, with reading times drawn by ``reading``."""
    arrival = np.cumsum(rng.exponential(1 / rate, n))
    return Worklist(arrival, reading(rng, n), readers)


def waits_first_come(worklist: Worklist) -> Floats:
    """Time from each arrival to the start of its reading in the order of arrival, (n,)."""
    free = [0.0] * worklist.readers
    waits = []
    for arrival, reading in zip(worklist.arrival.tolist(), worklist.reading.tolist(), strict=True):
        start = max(arrival, free[0])
        waits.append(start - arrival)
        heapreplace(free, start + reading)
    return np.array(waits)


def waits_called_first(worklist: Worklist, called: Bools) -> Floats:
    """The same where a free reader takes the first of the called; no reading is interrupted. ``called``: (n,)."""
    arrival, reading = worklist.arrival.tolist(), worklist.reading.tolist()
    is_called, n = called.tolist(), called.size
    free = [0.0] * worklist.readers
    heapify(free)
    ahead: deque[int] = deque()
    others: deque[int] = deque()
    waits = [0.0] * n
    come = 0
    for _ in range(n):
        now = free[0]
        if not ahead and not others:
            now = max(now, arrival[come])
        while come < n and arrival[come] <= now:
            (ahead if is_called[come] else others).append(come)
            come += 1
        study = (ahead or others).popleft()
        waits[study] = now - arrival[study]
        heapreplace(free, now + reading[study])
    return np.array(waits)


def expected_waits(
    rates: tuple[float, ...], mean: float, readers: int = 1, *, second_moment: float | None = None
) -> tuple[float, ...]:
    """Mean wait of each class, first class first, where no reading is interrupted.

    ``rates``: arrivals of each class; ``mean``: of every reading time, exponential unless ``second_moment``, the mean
    of its square, says otherwise (one reader only). One class gives the M/M/c queue, served as they come.

    Source: Cobham 1954, J Oper Res Soc Am 2:70-76, doi:10.1287/opre.2.1.70; the share that waits at all: Erlang's C.

    Raises:
        ValueError: the queue grows without end, or several readers with times that are not exponential.
    """
    if second_moment is not None and readers > 1:
        raise ValueError("with several readers a closed form is known for exponential reading times only")
    load = load_of(sum(rates), mean, readers)
    if second_moment is not None:
        residual = sum(rates) * second_moment / 2
    else:
        residual = _share_that_waits(load * readers, readers) * mean / readers
    before = np.concatenate(([0.0], np.cumsum(rates) * mean / readers))
    return tuple(float(residual / ((1 - above) * (1 - through))) for above, through in pairwise(before))


def _share_that_waits(offered: float, readers: int) -> float:
    """Erlang's C: the chance that all readers are busy. ``offered``: arrivals times mean reading time.

    By the recursion of Erlang's B, as powers and factorials of many readers are beyond any float (Cooper 1981,
    Introduction to Queueing Theory, second edition).
    """
    lost = 1.0
    for busy in range(1, readers + 1):
        lost = offered * lost / (busy + offered * lost)
    return lost / (1 - offered / readers * (1 - lost))
