"""TLS of DICOM (PS3.15 B.9, BCP 195): certificates for who listens and for who calls."""

from dataclasses import dataclass
from pathlib import Path
from ssl import CERT_REQUIRED, PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER, SSLContext, SSLError, TLSVersion

from fiducial.errors import UnusableInput, WrongUsage


@dataclass(frozen=True, slots=True)
class Certificates:
    """Files in PEM. ``authority``: whose signature the other side must show; without it, a caller shows nothing."""

    certificate: Path
    key: Path
    authority: Path | None = None

    @classmethod
    def given(cls, certificate: Path | None, key: Path | None, authority: Path | None) -> "Certificates | None":
        """From options that may be left out; None where all are.

        Raises:
            WrongUsage: one needs another.
        """
        if certificate is None and key is None and authority is None:
            return None
        if certificate is None or key is None:
            raise WrongUsage("TLS needs a certificate and its key: --dicom-tls-cert FILE --dicom-tls-key FILE.")
        return cls(certificate, key, authority)

    def listening(self) -> SSLContext:
        """For a listener; callers must have a certificate where there is an ``authority``.

        Raises:
            UnusableInput: a file is missing, unreadable or does not fit the other.
        """
        context = SSLContext(PROTOCOL_TLS_SERVER)
        self._load(context)
        if self.authority is not None:
            context.verify_mode = CERT_REQUIRED
        return context

    def calling(self) -> SSLContext:
        """For a caller; the other's certificate is checked, and its host name.

        Raises:
            UnusableInput: as ``listening``.
        """
        context = SSLContext(PROTOCOL_TLS_CLIENT)
        self._load(context)
        if self.authority is None:
            context.load_default_certs()
        return context

    def _load(self, context: SSLContext) -> None:
        context.minimum_version = TLSVersion.TLSv1_2
        try:
            context.load_cert_chain(self.certificate, self.key)
            if self.authority is not None:
                context.load_verify_locations(self.authority)
        except (OSError, SSLError) as wrong:
            files = ", ".join(str(one) for one in (self.certificate, self.key, self.authority) if one is not None)
            raise UnusableInput(
                f"{files}: cannot be used for TLS ({wrong}). Expected a certificate, its key and an authority in PEM."
            ) from wrong
