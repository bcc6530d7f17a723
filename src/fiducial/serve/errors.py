"""What a service refuses, in words for who sent it; and what is wrong with the machine, for now, and with no study."""

import errno

from fiducial.errors import UnusableInput

_OF_THE_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.ESTALE})


class Refused(UnusableInput):
    """An image or a package that is not taken; nothing of it is kept. ``status``: what HTTP calls it."""

    status = 422


class TooLarge(Refused):
    """More than the service takes."""

    status = 413


class Mismatched(Refused):
    """An image that is not what its sender said that it would be."""


class Unlicensed(Refused):
    """A new study, or a start, that the licence does not cover; what was taken before is finished."""

    status = 402


class NoRoom(UnusableInput):
    """Nothing can be written for now; the same image can be sent again later."""

    status = 507


def is_of_the_disk(error: BaseException | None) -> bool:
    """Whether the disk is full, over its quota or gone, be it behind other words: no study is to blame for that."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
            return True
        error = error.__cause__
    return False
