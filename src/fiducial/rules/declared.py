"""The names that a decision file declares, and what each of them is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from fiducial.files.names import did_you_mean
from fiducial.rules.tree import Kind, Threshold

SIDES = ("left", "right")  # of the patient, in an image that is displayed as usual: left is on the right of the image
LOCATIONS = ("upper", "mid", "lower")  # thirds of the image's height
BOX_FIELDS: Mapping[str, tuple[Kind, tuple[str, ...]]] = MappingProxyType({
    "score": ("number", ()),
    "area": ("number", ()),  # share of the image, 0 to 1; of the volume where boxes have a depth
    "width": ("number", ()),  # share of the image's width
    "height": ("number", ()),
    "side": ("text", SIDES),
    "location": ("text", LOCATIONS),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Metadatum:
    """What a piece of metadata is; ``choices`` are the words that it may be, empty where it may be any."""

    kind: Kind
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inputs:
    """What must be known from outside. ``measurements``: name -> unit."""

    scores: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    masks: tuple[str, ...] = ()
    measurements: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, Metadatum] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Declared:
    """Every name that an expression may use."""

    thresholds: Mapping[str, Threshold]
    inputs: Inputs
    rules: tuple[str, ...]


def nothing_named(what: str, name: str, known: Iterable[str]) -> str:
    """``there is no score 'pnemothorax'. Did you mean 'pneumothorax'? There is: ...``."""
    names = list(known)
    if not names:
        return f"there is no {what} {name!r}; the file declares none."
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"there is no {what} {name!r}.{did_you_mean(name, names)} There is: {shown}."
