"""A small provider of OpenID Connect on loopback: it checks what a real one checks, and lies when it is told to."""

import json
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_urlsafe
from threading import Thread
from time import sleep, time
from typing import Annotated, Any
from urllib.parse import quote_plus, urlencode

import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

SECRET = "of the client"  # noqa: S105  (of a provider that lives for one test)
CLIENT = "fiducial"


def new_key() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


@dataclass
class Provider:
    """``claims``: of whoever logs in. ``lies``: claims of the ID token that are not as they should be."""

    address: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    lies: dict[str, Any] = field(default_factory=dict)
    key: RSAPrivateKey = field(default_factory=new_key)
    signs: RSAPrivateKey | None = None  # another key than the one that is shown
    algorithm: str = "RS256"
    kid: str = "k1"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def token(self, nonce: str) -> str:
        now = int(time())
        told = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": nonce, "sub": "u1"}
        told = {name: value for name, value in (told | self.claims | self.lies).items() if value is not None}
        if self.algorithm == "none":
            return jwt.encode(told, "", algorithm="none", headers={"kid": self.kid})
        if self.algorithm == "HS256":  # signed with what everybody can read
            head, body = (_part({"alg": "HS256", "kid": self.kid}), _part(told))
            return f"{head}.{body}.{urlsafe_b64encode(b'x' * 32).rstrip(b'=').decode()}"
        return jwt.encode(told, self.signs or self.key, algorithm=self.algorithm, headers={"kid": self.kid})

    def jwk(self) -> dict[str, Any]:
        return jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True) | {
            "kid": self.kid, "alg": "RS256", "use": "sig",
        }  # fmt: skip


def make_provider(known: Provider) -> FastAPI:
    app = FastAPI()

    @app.get("/.well-known/openid-configuration")
    def configuration() -> dict[str, Any]:
        return {
            "issuer": known.address,
            "authorization_endpoint": f"{known.address}/authorize",
            "token_endpoint": f"{known.address}/token",
            "jwks_uri": f"{known.address}/keys",
        }

    @app.get("/keys")
    def keys() -> dict[str, Any]:
        return {"keys": [known.jwk()]}

    @app.get("/authorize")
    def authorize(request: Request) -> Response:
        asked = dict(request.query_params)
        assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", CLIENT, "S256")
        code = token_urlsafe(8)
        known.codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 303)

    @app.post("/token")
    def token(request: Request, code: Annotated[str, Form()], code_verifier: Annotated[str, Form()]) -> Response:
        asked = known.codes.pop(code, None)
        sent = urlsafe_b64encode(sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
        secret = b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        if asked is None or asked["code_challenge"] != sent or secret != f"{CLIENT}:{quote_plus(SECRET)}":
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"id_token": known.token(asked["nonce"]), "token_type": "Bearer"})

    return app


@contextmanager
def running(known: Provider) -> Iterator[Provider]:
    server = uvicorn.Server(uvicorn.Config(make_provider(known), port=0, log_level="error"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        sleep(0.01)
    known.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield known
    finally:
        server.should_exit = True
        thread.join(10)


def _part(told: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()
