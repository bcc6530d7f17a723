"""What a kind of destination can do."""

from typing import Protocol

from fiducial.serve.sending.letters import Letter


class Peer(Protocol):
    """One destination."""

    def send(self, letter: Letter) -> None:
        """Return when the letter is in the other's hands, as the other says.

        Raises:
            NotTaken: it may be tried again later.
            Unsendable: another try would say the same.
        """
        ...
