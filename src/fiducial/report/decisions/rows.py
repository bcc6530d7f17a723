"""A trace laid out as rows, one a line of the tree: the picture and the list both say what stands here, and no more."""

from collections.abc import Iterator
from dataclasses import dataclass

from fiducial.report.decisions.comparing import Comparison
from fiducial.report.decisions.saved import Part, SavedBox, SavedOverride
from fiducial.report.decisions.words import is_written, named, origin, override_reason, state, told, truth

MOST_BOXES = 8  # of one question about regions: those that settle it come first
MOST_ROWS = 400  # of one tree
_JOINING = ("and", "or", "at-least", "not")


@dataclass(frozen=True, slots=True)
class Row:
    """One line. ``says``: yes, no, unknown, given (a number or a word), or nothing where no study was asked.

    ``on``: it settled the whole. ``value``: what the study brings, where that is more than yes or no.
    ``notes``: who says so. ``why``: why it is unknown.
    """

    depth: int
    says: str
    on: bool
    label: str
    value: str = ""
    notes: tuple[str, ...] = ()
    why: str = ""
    scale: Comparison | None = None

    @property
    def sentence(self) -> str:
        """All that the picture shows of it, in words."""
        value = f": {self.value}" if self.value else ""
        because = f" because {self.why}" if self.why else ""
        notes = f" ({'; '.join(self.notes)})" if self.notes else ""
        return f"{self.label}{value}{because}{notes}"


def rows_of(trace: Part, overrides: tuple[SavedOverride, ...] = ()) -> list[Row]:
    """The rows of a rule's trace, from the top; what a reader set says so."""
    set_by = {"".join(one.flag.split()): one for one in overrides}
    found = list(_rows(trace, 0, on=trace.asked, set_by=set_by))
    if len(found) <= MOST_ROWS:
        return found
    return [*found[:MOST_ROWS], Row(0, "", on=False, label=f"and {len(found) - MOST_ROWS:,} more lines")]


def _rows(part: Part, depth: int, *, on: bool, set_by: dict[str, SavedOverride]) -> Iterator[Row]:
    below, hidden = _below(part)
    yield _row(part, depth, on=on, set_by=set_by)
    for one in below:
        yield from _rows(one, depth + 1, on=on and one.settles, set_by=set_by)
    if hidden:
        yield Row(depth + 1, "", on=False, label=f"and {hidden:,} more boxes")


def _row(part: Part, depth: int, *, on: bool, set_by: dict[str, SavedOverride]) -> Row:
    compared = Comparison.of(part)
    sources = _sources(part)
    notes = [note for one in sources if (note := _note(one, set_by))]
    said = state(part.value) if isinstance(part.value, bool) or part.value is None else "given"
    tells = part.kind not in _JOINING or not _below(part)[0]  # why it is unknown; else the parts below do
    return Row(
        depth,
        said if part.asked else "",
        on,
        _label(part, compared),
        _value(part, compared),
        tuple(dict.fromkeys(notes)),
        (part.reason or "") if tells else "",
        compared,
    )


def _label(part: Part, compared: Comparison | None) -> str:
    what = _spelled(part, compared)
    return f"box {_corners(part.box)}{'' if what == 'true' else f': {what}'}" if part.box is not None else what


def _spelled(part: Part, compared: Comparison | None) -> str:
    if compared is not None:
        return f"{named(compared.asked)} {compared.sign} {compared.asks or named(compared.against)}"
    if part.kind == "compare":
        sign = {"==": "is", "!=": "is not"}.get(part.op, part.op)
        return f"{named(part.parts[0])} {sign} {named(part.parts[1])}"
    if part.kind == "in":
        return f"{named(part.parts[0])} is one of {', '.join(map(named, part.parts[1:]))}"
    if part.kind == "not" and len(part.parts) == 1 and not part.parts[0].parts:
        return f"not {named(part.parts[0])}"
    return named(part)


def _corners(box: SavedBox) -> str:
    score = "" if box.score is None else f", score {told(box.score)}"
    return f"({told(box.x0)}, {told(box.y0)}) to ({told(box.x1)}, {told(box.y1)}){score}"


def _value(part: Part, compared: Comparison | None) -> str:
    if not part.asked:
        return ""
    if compared is not None:
        if not compared.known:
            return told(compared.asked.value, compared.asked.low, compared.asked.high)
        value, threshold = compared.written
        return f"{value} against {threshold}"
    if part.kind in {"compare", "in"}:
        return told(part.parts[0].value)
    return "" if isinstance(part.value, bool) or part.value is None else told(part.value)


def _sources(part: Part) -> list[Part]:
    """The parts whose origin stands in the row of this one: its own, and those that have no row."""
    return [part, *(one for one in part.parts if not _has_row(part, one))]


def _below(part: Part) -> tuple[list[Part], int]:
    """The parts with rows of their own, the boxes of a compared count among them; and how many boxes are left out."""
    found: list[Part] = []
    for one in part.parts:
        if _has_row(part, one):
            found.append(one)
        elif part.kind in {"compare", "not"}:
            found += one.parts
    boxes = [one for one in found if one.box is not None]
    if len(boxes) <= MOST_BOXES:
        return found, 0
    first = sorted(boxes, key=lambda one: not one.settles)[:MOST_BOXES]
    return first, len(boxes) - MOST_BOXES


def _has_row(above: Part, part: Part) -> bool:
    if above.kind == "not":
        return bool(part.parts)
    if above.kind in {"compare", "in"}:
        return part.kind == "arithmetic"
    return not is_written(part) or part.box is not None or above.kind == "arithmetic"


def _note(part: Part, set_by: dict[str, SavedOverride]) -> str:
    override = set_by.get("".join(part.expression.split()))
    if override is not None:
        return f"set by {override.reader}, was {truth(override.was)}: {override_reason(override)}"
    return origin(part)
