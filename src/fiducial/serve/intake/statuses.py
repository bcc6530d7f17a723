"""Why an image was not kept, as the status that both C-STORE (PS3.4 B.2.3) and STOW-RS (PS3.18 I.2.2) have for it."""

from enum import IntEnum

from sqlalchemy.exc import SQLAlchemyError

from fiducial.errors import UnusableInput
from fiducial.serve.errors import Mismatched, Refused, TooLarge


class Status(IntEnum):
    """Of one image. Out of resources: the sender may try again later."""

    SUCCESS = 0x0000
    OUT_OF_RESOURCES = 0xA700
    MISMATCH = 0xA900  # the data set is not what was announced
    CANNOT_UNDERSTAND = 0xC000


NOT_KEPT = (UnusableInput, SQLAlchemyError)  # what ``Archive.keep`` raises of an image, or of the store


def status_of(error: UnusableInput | SQLAlchemyError) -> Status:
    """What to answer to who sent it."""
    match error:
        case Mismatched():
            return Status.MISMATCH
        case Refused() if not isinstance(error, TooLarge):
            return Status.CANNOT_UNDERSTAND
        case _:
            return Status.OUT_OF_RESOURCES


def words_of(error: UnusableInput | SQLAlchemyError) -> str:
    """The reason; a store that is away names neither its address nor a statement."""
    return "the store does not answer; send it again later" if isinstance(error, SQLAlchemyError) else str(error)
