"""How often somebody may ask: a bucket of tokens each, which fills at a steady rate (RFC 2697 calls it so)."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

_MOST = 10_000  # buckets that are remembered; the one that was used longest ago is forgotten, and is full again


@dataclass(slots=True, eq=False)
class Buckets:
    """``rate``: requests a second in the long run. ``burst``: so many at once."""

    rate: float
    burst: float
    clock: Callable[[], float] = monotonic
    _filled: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def take(self, key: str) -> float:
        """One request of ``key``: 0 where it may go on, else the seconds until it may."""
        with self._lock:
            level = self._level(key)
            if level < 1.0:
                return (1.0 - level) / self.rate
            self._keep(key, level - 1.0)
            return 0.0

    def wait(self, key: str) -> float:
        """As ``take``, without taking."""
        with self._lock:
            level = self._level(key)
            return 0.0 if level >= 1.0 else (1.0 - level) / self.rate

    def _level(self, key: str) -> float:
        level, at = self._filled.get(key, (self.burst, self.clock()))
        return min(self.burst, level + (self.clock() - at) * self.rate)

    def _keep(self, key: str, level: float) -> None:
        self._filled[key] = (level, self.clock())
        self._filled.move_to_end(key)
        if len(self._filled) > _MOST:
            self._filled.popitem(last=False)
