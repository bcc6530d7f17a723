"""A document before it is drawn: sections of plain blocks, so that HTML and PDF say the same words."""

from dataclasses import dataclass
from typing import ClassVar, TypeAlias


@dataclass(frozen=True, slots=True)
class Mark:
    """A verdict or a status, drawn in its colour: ``label`` where other words say it; ``words`` stand after it."""

    status: str
    words: str = ""
    label: str = ""

    @property
    def shown(self) -> str:
        """What is written for the status."""
        return self.label or self.status


@dataclass(frozen=True, slots=True)
class Gap:
    """Not shown: ``why`` in words, and the key of ``answers.toml`` under which a person can say it."""

    why: str = ""
    key: str = ""

    def __str__(self) -> str:
        """``not shown: nobody said it (answers.toml: model.contact)``."""
        place = f" (say it in answers.toml: {self.key})" if self.key else ""
        return f"not shown{': ' if self.why else ''}{self.why}{place}"


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to another file, where the paper can be clicked."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Pieces:
    """Several places to look at, with semicolons between."""

    pieces: tuple["str | Link | Gap", ...]

    def __str__(self) -> str:
        """The words alone."""
        return "; ".join(one.words if isinstance(one, Link) else str(one) for one in self.pieces)


Cell: TypeAlias = str | Mark | Gap | Link | Pieces


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    kind: ClassVar[str] = "text"
    words: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Alarm:
    """What every reader must know first."""

    kind: ClassVar[str] = "alarm"
    words: str


@dataclass(frozen=True, slots=True)
class Banner:
    """The verdict on the claim, and why."""

    kind: ClassVar[str] = "banner"
    status: str
    words: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and what is known of them."""

    kind: ClassVar[str] = "facts"
    pairs: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table. ``widths``: of the columns, as shares that add up to 1. ``numbers``: columns that stand on the right."""

    kind: ClassVar[str] = "rows"
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Fields:
    """Lines to write on; a row each."""

    kind: ClassVar[str] = "fields"
    rows: tuple[tuple[str, ...], ...]


Block: TypeAlias = Text | Alarm | Banner | Facts | Rows | Fields


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it; a heading may be empty."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """``name``: of its files. ``kind``: the small line above the title. ``origin``: what it was made from.

    ``one_page``: it must fit one page of A4, and its type gets smaller until it does.
    """

    name: str
    kind: str
    title: str
    sections: tuple[Section, ...]
    origin: str
    one_page: bool = False
