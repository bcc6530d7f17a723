"""Where to: an address as it is given, as it is shown, and the peer that stands for it."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.serve.dimse.allowed import check_title
from fiducial.serve.dimse.tls import Certificates
from fiducial.serve.sending.contract import Peer
from fiducial.serve.sending.cstore import DicomPeer
from fiducial.serve.sending.stow import StowPeer
from fiducial.serve.sending.webhook import WebhookPeer

_SHORTEST = 32  # characters of a key
_MAKE_ONE = "Make one: openssl rand -hex 32"
FORMS = "dicom://AET@host:port, dicom+tls://AET@host:port, https://host/dicom-web or webhook+https://host/path"


class Kind(StrEnum):
    """What a destination takes: files of images and documents, or news."""

    DICOM = "dicom"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Of this service. ``title``: its AE title. ``signing``: the key under which webhooks are signed."""

    title: str = "FIDUCIAL"
    certificates: Certificates | None = None
    signing: bytes | None = None

    @classmethod
    def of(cls, title: str, certificates: Certificates | None, key: Path | None) -> "Credentials":
        """``key``: a file; white space around what it holds does not count.

        Raises:
            UnusableInput: it cannot be read, or holds less than 32 characters.
        """
        if key is None:
            return cls(title, certificates)
        try:
            signing = key.read_bytes().strip()
        except OSError as refused:
            raise UnusableInput(f"{key}: cannot be read ({refused.strerror}). {_MAKE_ONE}") from refused
        if len(signing) < _SHORTEST:
            raise UnusableInput(f"{key}: holds {len(signing)} characters, a key has {_SHORTEST} or more. {_MAKE_ONE}")
        return cls(title, certificates, signing)


@dataclass(frozen=True, slots=True, eq=False)
class Destination:
    """``name``: the address without a password, by which the outbox knows it."""

    name: str
    kind: Kind
    peer: Peer

    @classmethod
    def parse(cls, address: str, ours: Credentials | None = None) -> "Destination":
        """An address as the option ``--send`` takes it.

        Raises:
            WrongUsage: it is none, is not encrypted though it leaves this machine, or lacks a key or a certificate.
        """
        ours = ours or Credentials()
        parts = _split(address)
        match parts.scheme:
            case "dicom" | "dicom+tls":
                return cls(_shown(parts), Kind.DICOM, _dicom(address, parts, ours))
            case "https" | "http":
                _encrypted(parts)
                return cls(_shown(parts), Kind.DICOM, StowPeer(*_web(parts)))
            case "webhook+https" | "webhook+http":
                _encrypted(parts)
                if ours.signing is None:
                    raise WrongUsage(f"{_shown(parts)}: a webhook is signed; name a file with the key: --webhook-key.")
                return cls(_shown(parts), Kind.WEBHOOK, WebhookPeer(*_web(parts), ours.signing))
            case _:
                raise WrongUsage(f"{_shown(parts)!r} is no destination. Expected {FORMS}.")


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as wrong:
        raise WrongUsage(f"a destination cannot be read ({wrong}). Expected {FORMS}.") from None
    if not parts.hostname or (parts.scheme.startswith("dicom") and port is None):
        raise WrongUsage(f"{_shown(parts)!r} is no destination. Expected {FORMS}.")
    return parts


def _dicom(address: str, parts: SplitResult, ours: Credentials) -> DicomPeer:
    if parts.username is None:
        raise WrongUsage(f"{address}: names no AE title. Expected dicom://AET@host:port.")
    title = unquote(parts.username)
    check_title(title)
    secured = parts.scheme == "dicom+tls"
    if secured and ours.certificates is None:
        raise WrongUsage(f"{address}: needs a certificate: --dicom-tls-cert, --dicom-tls-key and --dicom-tls-ca.")
    tls = ours.certificates.calling() if secured and ours.certificates is not None else None
    return DicomPeer(title, parts.hostname or "", parts.port or 0, ours.title, tls)


def _web(parts: SplitResult) -> tuple[str, tuple[str, str] | None]:
    """The bare address, and the name and password that it was given with."""
    bare = parts._replace(scheme=parts.scheme.removeprefix("webhook+"), netloc=_place(parts)).geturl()
    if parts.username is None:
        return bare, None
    return bare, (unquote(parts.username), unquote(parts.password or ""))


def _encrypted(parts: SplitResult) -> None:
    if parts.scheme.endswith("https") or _only_here(parts.hostname or ""):
        return
    raise WrongUsage(f"{_shown(parts)}: would send unencrypted to another machine. Use https, or a proxy on this one.")


def _shown(parts: SplitResult) -> str:
    if parts.scheme.startswith("dicom"):
        return parts.geturl()
    return parts._replace(netloc=_place(parts), query="").geturl()


def _place(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def _only_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
