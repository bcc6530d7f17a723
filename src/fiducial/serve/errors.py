"""What a service refuses, in words for who sent it."""

from fiducial.errors import UnusableInput


class Refused(UnusableInput):
    """An image or a package that is not taken; nothing of it is kept."""


class TooLarge(Refused):
    """More than the service takes."""


class Mismatched(Refused):
    """An image that is not what its sender said that it would be."""
