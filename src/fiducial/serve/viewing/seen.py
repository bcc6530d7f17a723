"""Decoded parts in memory: the pixels that the models were given, by the same code, for as long as somebody looks."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from fiducial.models.contract import Shown, Study
from fiducial.models.reading import shown_clean
from fiducial.scans.dicom import header_of, parse, quiet
from fiducial.scans.physical import physical
from fiducial.serve.viewing.windows import Window, windows_of

MEMORY = 1 << 29  # bytes of decoded pixels and of maps that are kept


@dataclass(slots=True, eq=False)
class Seen:
    """One part: its scan, and what models made of it, which is asked for once."""

    shown: Shown
    decoding: Lock = field(default_factory=Lock)
    asking: Lock = field(default_factory=Lock)  # apart: who scrolls does not wait for a model
    made: dict[tuple[str, ...], npt.NDArray[Any]] = field(default_factory=dict)

    @property
    def slices(self) -> int:
        """How many there are."""
        return len(self.shown.scan.array)

    @property
    def size(self) -> int:
        """Bytes held."""
        return int(self.shown.scan.array.nbytes + sum(one.nbytes for one in self.made.values()))

    def values(self, number: int) -> npt.NDArray[np.float32]:
        """One slice in physical values (rows, columns), as a preparation begins with them."""
        scan = self.shown.scan
        values: npt.NDArray[np.float32] = physical(replace(scan, array=scan.array[number : number + 1]))[0]
        return values

    def grey(self, number: int, window: Window) -> npt.NDArray[np.uint8]:
        """One slice in a window: ``window.shown(values)``, by a table where stored values are few, which is sooner."""
        scan = self.shown.scan
        if scan.is_colour or scan.array.dtype.kind not in "iu" or scan.array.dtype.itemsize > 2:
            return window.shown(self.values(number))
        unsigned = np.dtype(f"u{scan.array.dtype.itemsize}")
        every = np.arange(2 ** (8 * unsigned.itemsize), dtype=unsigned).view(scan.array.dtype)
        table = window.shown(physical(replace(scan, array=every.reshape(1, 1, -1))).ravel())
        found: npt.NDArray[np.uint8] = np.take(table, np.ascontiguousarray(scan.array[number]).view(unsigned))
        return found

    @property
    def windows(self) -> tuple[Window, ...]:
        """What can be chosen; first what it opens with."""
        return windows_of(replace(self.shown.scan, header=self.header), self.values(self.slices // 2))

    @property
    def header(self) -> Mapping[str, str]:
        """Of a series that of its first file: a volume keeps of the headers only what all of them share."""
        paths = self.shown.study.paths
        if len(paths) < 2:
            return self.shown.scan.header
        with quiet():
            return {**header_of(parse(paths[0])), **self.shown.scan.header}

    @property
    def aspect(self) -> float:
        """How tall a pixel is by its width."""
        spacing = self.shown.scan.spacing
        return spacing[1] / spacing[2] if spacing and spacing[2] > 0 else 1.0

    def once(self, key: tuple[str, ...], make: Callable[[], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """What is made of it, made by one caller and kept for the others."""
        with self.asking:
            if key not in self.made:
                self.made[key] = make()
            return self.made[key]


class Gallery:
    """The parts that were looked at last."""

    def __init__(self, memory: int = MEMORY) -> None:
        """``memory``: bytes that may be held; the part in use is held in any case."""
        self._memory = memory
        self._kept: OrderedDict[tuple[Path, ...], Seen] = OrderedDict()
        self._lock = Lock()

    def seen(self, files: Study) -> Seen:
        """A part, decoded.

        Raises:
            UnusableInput: its images cannot be read.
        """
        key = files.paths
        with self._lock:
            found = self._kept.pop(key, None) or Seen(shown_clean(files))
            self._kept[key] = found
        with found.decoding:
            _ = found.shown.scan  # decoded by one caller, outside the lock of all
        with self._lock:
            self._forget(key)
        return found

    def _forget(self, used: tuple[Path, ...]) -> None:
        held = sum(one.size for one in self._kept.values() if "scan" in vars(one.shown))
        for key in list(self._kept):
            if held <= self._memory:
                return
            if key != used and "scan" in vars(self._kept[key].shown):
                held -= self._kept.pop(key).size
