"""Somebody who wants to hear of decisions: an event as JSON, signed so that nobody else can tell such news."""

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest, new
from time import time

from fiducial.serve.sending.letters import Letter, NotTaken
from fiducial.serve.sending.stow import post

SIGNATURE = "X-Fiducial-Signature"
DELIVERY = "X-Fiducial-Delivery"
_SECONDS = 30.0


@dataclass(frozen=True, slots=True, eq=False)
class WebhookPeer:
    """``key``: shared with who hears."""

    address: str
    login: tuple[str, str] | None
    key: bytes
    seconds: float = _SECONDS

    def send(self, letter: Letter) -> None:
        """POST the document; any 2xx means that it was heard.

        Raises:
            NotTaken: nobody answers, or the answer is no.
        """
        content = letter.read()
        headers = {
            "Content-Type": "application/json",
            SIGNATURE: signature(content, self.key, int(time())),
            DELIVERY: str(letter.id),  # the same in every try, so that who hears twice can tell
        }
        status = post(self.address, content, headers, self.login, self.seconds)
        if not 200 <= status < 300:
            raise NotTaken(f"{self.address} answered {status}")


def signature(content: bytes, key: bytes, at: int) -> str:
    """``t=SECONDS,v1=HEX``: HMAC-SHA256 of ``SECONDS.CONTENT``, so that old news cannot be told again as new."""
    return f"t={at},v1={new(key, f'{at}.'.encode() + content, sha256).hexdigest()}"


def is_signed(content: bytes, key: bytes, told: str, now: float, patience: float = 300.0) -> bool:
    """For who hears: whether the header fits the content, and is not older than ``patience`` seconds."""
    at = told.partition(",")[0].removeprefix("t=")
    fresh = at.isdecimal() and abs(now - int(at)) <= patience
    return fresh and compare_digest(told, signature(content, key, int(at)))
