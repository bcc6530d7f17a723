"""What every keyholder is: it wraps and unwraps data keys, and never hands out the key that it does so with."""

from typing import ClassVar, Protocol


class Keyholder(Protocol):
    """Made from what stands after its name and a colon: ``env:FIDUCIAL_KEY`` is ``Environment("FIDUCIAL_KEY")``."""

    name: ClassVar[str]
    says: ClassVar[str]  # one line for a reader: where the key lies, and what stands after the colon

    def key_id(self) -> str:
        """What names the key and tells nothing of it: a fingerprint, or its address in a key service; under 64 KiB.

        Raises:
            FiducialError: there is no key.
        """
        ...

    def wrap(self, data_key: bytes) -> bytes:
        """A data key of 32 bytes, encrypted so that a changed byte is noticed; under 64 KiB.

        Raises:
            FiducialError: there is no key.
        """
        ...

    def unwrap(self, wrapped: bytes) -> bytes:
        """The data key of 32 bytes.

        Raises:
            UnusableInput: this was not wrapped with this key, or was changed since.
            FiducialError: there is no key.
        """
        ...
