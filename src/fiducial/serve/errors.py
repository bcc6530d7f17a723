"""What a service refuses, in words for who sent it."""

from fiducial.errors import UnusableInput


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
