"""What an output is: one verb that makes files of what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from fiducial.serve.errors import Refused
from fiducial.serve.results.given import Given

DICOM = "application/dicom"


class NothingToShow(Refused):
    """There is no such output of this study, and why; for most studies that is as it should be."""


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """One file. The same result gives the same name and the same bytes."""

    name: str
    media_type: str
    content: bytes


class Output(Protocol):
    """A kind of output. It is made without arguments."""

    @property
    def name(self) -> str:
        """As a request names it."""
        ...

    def make(self, given: Given) -> Sequence[Made]:
        """The files of one study's result.

        Raises:
            NothingToShow: this study has none of the kind, in words for who asked.
            UnusableInput: an image that is needed cannot be read any more.
        """
        ...
