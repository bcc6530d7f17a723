"""One pair, from two volumes to a verdict."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from fiducial.align.gates import Gate, PairVerdict, anatomy_gates, extent_gates, organ_gate, verdict
from fiducial.align.headers import doubts, refuse
from fiducial.align.measure import Measures, measure
from fiducial.align.options import AlignOptions
from fiducial.align.organs import organ_dice
from fiducial.align.overlay import Overlay, overlay
from fiducial.align.words import in_words
from fiducial.scans.volume import Volume
from fiducial.scans.volumes import read_volume

SCHEMA = "fiducial.pair/1"


@dataclass(frozen=True, slots=True)
class Alignment:
    """``shift`` (x, y, z) is mm to be added to the moving scan's patient coordinates; None where nothing was found.

    ``breathing`` is how many mm further air moved than bone. ``measures`` and ``overlay`` are there for pictures.
    """

    verdict: PairVerdict
    reasons: tuple[str, ...]
    gates: tuple[Gate, ...]
    shift: tuple[float, float, float] | None
    overlap: float
    breathing: float | None
    notes: tuple[str, ...]
    measures: Measures | None
    overlay: Overlay

    @property
    def words(self) -> tuple[str, ...]:
        """What each reason means and what to do."""
        return tuple(in_words(reason) for reason in self.reasons)

    def document(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        z = None if self.shift is None else round(self.shift[2], 2)
        return {
            "schema": SCHEMA,
            "verdict": self.verdict.value,
            "reasons": list(self.reasons),
            "shift_mm": z,
            "shift_xyz_mm": None if self.shift is None else [round(value, 2) for value in self.shift],
            "overlap_mm": round(self.overlap, 1),
            "breathing_mm": None if self.breathing is None else round(self.breathing, 1),
            "gates": [gate.document() for gate in self.gates],
            "notes": list(self.notes),
        }


def align_pair(
    moving: Volume | str | Path, fixed: Volume | str | Path, options: AlignOptions | None = None
) -> Alignment:
    """Find where the moving CT lies in the fixed one, and whether they show the same anatomy there.

    Bone decides: it neither breathes nor takes up contrast. The pair is verified only where every gate is passed.

    Raises:
        UnusableInput: a scan that cannot be read, two patients, one scan given twice, or nothing to compare.
    """
    options = options or AlignOptions()
    a, b = (one if isinstance(one, Volume) else read_volume(Path(one)) for one in (moving, fixed))
    refuse(a, b)
    # Products summed by other numbers of threads are rounded in another order, and a voxel at an edge then turns.
    with threadpool_limits(1, user_api="blas"):
        laid = overlay(a, b, options.cell)
        found = measure(laid, options.overlap_mm)
    notes = tuple(f"{name}: {note}" for name, one in (("moving", a), ("fixed", b)) for note in one.notes)
    if found is None:
        longest = min(len(laid.moving.z), len(laid.fixed.z)) * options.cell[0]
        why = {name: field.description or "" for name, field in AlignOptions.model_fields.items()}["overlap_mm"]
        gate = Gate("overlap_mm", float(longest), options.overlap_mm, why, "overlap-too-short")
        return Alignment(PairVerdict.DROPPED, (gate.reason,), (gate,), None, 0.0, None, notes, None, laid)
    gates = (*extent_gates(found, options, options.cell[0]), *anatomy_gates(found, options))
    organs = None
    if options.segmenter is not None:
        organs = organ_dice(a, b, laid, found, options.segmenter)
        gates = gates if organs is None else (*gates, organ_gate(organs, options))
    without = ("no-organs-in-common",) if options.segmenter is not None and organs is None else ()
    said = (*without, *doubts(a, b, found.shift[0], options.frame_mm), *(("one-layer",) if laid.is_thin else ()))
    missed = dict.fromkeys(gate.reason for gate in gates if not gate.passed)
    z, y, x = found.shift
    return Alignment(
        verdict(gates, said, options.doubt),
        (*missed, *said),
        gates,
        (float(x), float(y), float(z)),
        found.overlap,
        float(np.round(found.by_tissue["air"] - z, 3)),
        notes,
        found,
        laid,
    )
