"""What a licence says: for whom, for which pipelines, how many workers, from when until when. Ed25519 signs it.

A licence is a JSON Web Token (RFC 7519) with algorithm EdDSA (RFC 8037). Whoever holds the private key may issue; a
service knows the public key alone.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.toml import parse
from fiducial.serve.access.file import LOOPBACK
from fiducial.serve.queue.job import DAY

ALGORITHM = "EdDSA"
KIND = "fiducial-licence"
EVERYTHING = "*"  # the feature that stands for every pipeline
Day = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Claims(BaseModel):
    """The content of a token. Times in seconds since 1970."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    iss: str = KIND
    jti: Annotated[str, Field(min_length=1)]
    sub: Annotated[str, Field(min_length=1)]
    seats: Annotated[int, Field(ge=1)]
    features: Annotated[tuple[str, ...], Field(min_length=1)]
    nbf: Day
    exp: Day
    grace: Day = 14.0  # days after `exp` in which it still counts, with a warning
    renew: str | None = None  # where a newer one is to be had

    @field_validator("renew")
    @classmethod
    def _over_tls(cls, address: str | None) -> str | None:
        parts = urlsplit(address or "")
        if address is None or parts.scheme == "https" or parts.hostname in LOOPBACK:
            return address
        raise ValueError("must be an https:// address")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.iss != KIND:
            raise ValueError(f"is no licence of this program (iss must be {KIND!r})")
        if self.exp <= self.nbf:
            raise ValueError("exp must come after nbf")
        return self


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence whose signature holds. ``token``: as it was issued."""

    claims: Claims
    token: str

    @property
    def ends(self) -> float:
        """From when on new studies are refused: the end, and the grace for who is offline."""
        return self.claims.exp + self.claims.grace * DAY

    def covers(self, pipeline: str) -> bool:
        """Whether it is for this pipeline."""
        return bool({EVERYTHING, pipeline} & set(self.claims.features))


def read_licence(token: str, key: Ed25519PublicKey) -> Licence:
    """Check the signature and the form, not the time: that depends on when one asks.

    Raises:
        UnusableInput: it was signed by another key, changed since, or lacks what a licence says.
    """
    token = token.strip()
    options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
    try:
        found: dict[str, Any] = jwt.decode(token, key, algorithms=[ALGORITHM], options=options)  # type: ignore[arg-type]  # a TypedDict
    except jwt.PyJWTError as wrong:
        raise UnusableInput(
            f"the licence does not hold ({wrong}). Install the file as it was sent, or ask for it again."
        ) from wrong
    return Licence(parse(found, Claims, where="the licence"), token)


def issue_licence(claims: Claims, key: Ed25519PrivateKey) -> str:
    """Sign a licence; for who holds the private key."""
    return jwt.encode(claims.model_dump(mode="json", exclude_none=True), key, algorithm=ALGORITHM)


def read_public_key(path: Path) -> Ed25519PublicKey:
    """An Ed25519 public key as PEM.

    Raises:
        WrongUsage: it is absent, or something else.
    """
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as unreadable:
        raise WrongUsage(
            f"{path}: no public key can be read there. A licence needs an Ed25519 one, PEM."
        ) from unreadable
    if not isinstance(key, Ed25519PublicKey):
        raise WrongUsage(f"{path}: is a public key of another kind. A licence needs an Ed25519 one.")
    return key
