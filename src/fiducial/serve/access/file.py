"""``access.toml``: how people log in, how long they stay, how often they may ask, who stands before the service."""

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from fiducial.files.toml import read_toml
from fiducial.serve.access.person import Role

Word = Annotated[str, Field(min_length=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Provider(_Strict):
    """The ``[oidc]`` section: a provider of OpenID Connect, and what its groups may do here."""

    issuer: Word
    client: Word
    secret: Word | None = None  # env:VARIABLE or file:PATH; none: a public client, which PKCE suffices for
    here: Word  # how browsers reach this service: https://reads.hospital.example
    scopes: tuple[Word, ...] = ("openid", "profile")
    name: Word = "preferred_username"  # the claim that stands in the audit log
    groups: Word = "groups"  # the claim that roles are read from; dots lead into nested claims
    roles: dict[Word, tuple[Role, ...]]  # group -> roles
    label: Word = "your hospital's login"

    @field_validator("issuer", "here")
    @classmethod
    def _over_tls(cls, address: str) -> str:
        parts = urlsplit(address)
        if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
            return address.rstrip("/") if not parts.path.strip("/") else address
        raise ValueError(f"must be an https:// address (http:// on this machine alone), got {address!r}")

    @field_validator("secret")
    @classmethod
    def _lies_elsewhere(cls, told: str | None) -> str | None:
        if told is not None and not told.startswith(("env:", "file:")):
            raise ValueError("a secret does not stand in a configuration file; give env:VARIABLE or file:PATH")
        return told

    @model_validator(mode="after")
    def _asks_for_identity(self) -> Self:
        if "openid" not in self.scopes:
            raise ValueError("scopes must contain 'openid'")
        if not self.roles:
            raise ValueError('roles is empty, so nobody could do anything; write roles = {"radiology" = ["reader"]}')
        return self


class Staying(_Strict):
    """The ``[session]`` section."""

    idle: Positive = 30  # minutes
    longest: Positive = 12  # hours


class Asking(_Strict):
    """The ``[rate]`` section: of one token, person or address; and of one address that says who it is, wrongly."""

    second: Positive = 100
    burst: Annotated[float, Field(ge=1, allow_inf_nan=False)] = 400
    failures: Annotated[float, Field(ge=1, allow_inf_nan=False)] = 10  # at once; one more every ten seconds


class Before(_Strict):
    """The ``[proxy]`` section: who ends TLS before the service; their word on address and scheme is taken."""

    trusted: tuple[Word, ...] = ()  # addresses, as 10.0.0.7


class AccessFile(_Strict):
    """All of ``access.toml``; without one, tokens alone let people in."""

    oidc: Provider | None = None
    session: Staying = Staying()
    rate: Asking = Asking()
    proxy: Before = Before()


def read_access(path: Path) -> AccessFile:
    """Read ``access.toml``.

    Raises:
        UnusableInput: it is absent, not TOML, or a key is unknown or may not be so.
    """
    return read_toml(path, AccessFile)
