"""Whoever issues licences: a key pair, and a small server that renews them, over TLS if it is given a certificate."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Thread
from time import sleep

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID
from fastapi import FastAPI, HTTPException, Request

from fiducial.errors import UnusableInput
from fiducial.serve.licence.licence import Claims, issue_licence, read_licence
from fiducial.serve.queue.job import DAY
from serve.access.provider import new_key

BEGAN = 1_000_000.0  # where the fake clock stands at first


@dataclass
class Issuer:
    """``days``: for which a renewed licence is good, from its end on. ``open``: whether it renews."""

    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    days: float = 30.0
    open: bool = True
    address: str = ""
    asked: int = 0

    def licence(self, **more: object) -> str:
        """For the small pipeline of the tests, 30 days from the beginning of the fake clock."""
        told = {"jti": "L-1", "sub": "St. Elsewhere", "seats": 2, "features": ("small",), "nbf": BEGAN}
        return issue_licence(Claims.model_validate(told | {"exp": BEGAN + 30 * DAY} | more), self.key)

    def write_key(self, folder: Path) -> Path:
        path = folder / "issuer.pem"
        path.write_bytes(self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        return path


def make_server(issuer: Issuer) -> FastAPI:
    app = FastAPI()

    @app.post("/renew")
    def renew(request: Request) -> dict[str, str]:
        issuer.asked += 1
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        try:
            known = read_licence(token, issuer.key.public_key())
        except UnusableInput as stranger:
            raise HTTPException(401, str(stranger)) from stranger
        if not issuer.open:
            raise HTTPException(402, "not paid")
        later = {"nbf": known.claims.exp - DAY, "exp": known.claims.exp + issuer.days * DAY}
        return {"licence": issue_licence(known.claims.model_copy(update=later), issuer.key)}

    return app


@contextmanager
def running(issuer: Issuer, cert: Path | None = None, key: Path | None = None) -> Iterator[Issuer]:
    config = uvicorn.Config(make_server(issuer), port=0, log_level="critical", ssl_certfile=cert, ssl_keyfile=key)
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    issuer.address = f"http{'s' if cert else ''}://127.0.0.1:{port}/renew"
    try:
        yield issuer
    finally:
        server.should_exit = True
        thread.join(10)


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of this machine for a day, signed by itself, and its key."""
    key = new_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    cert, secret = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return cert, secret
