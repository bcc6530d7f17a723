"""Production: what is missing is told at once; a service that lacks nothing runs over TLS and says so to systemd."""

import os
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

import fiducial as fd
from fiducial.errors import WrongUsage
from fiducial.serve.access.file import AccessFile, Before
from fiducial.serve.production import Plant, refuse_unfit
from fiducial.serve.work.tuned import Tuned
from serve.clinic import free_port, write_sealed
from serve.licence.issuing import Issuer, write_certificate
from serve.making import radiograph


def plant(pipeline: Path, folder: Path, **access: object) -> Plant:
    folder.mkdir(mode=0o700, exist_ok=True)
    options = fd.AccessOptions(**access)  # type: ignore[arg-type]  # each test names its own
    return Plant(pipeline, folder, str(folder / "store.sqlite"), options)


def name_somebody(folder: Path) -> str:
    with fd.open_tokens(folder / "store.sqlite", create=True) as tokens:
        return tokens.create("ward", ["reader"], by="it")[1]


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sealed(tmp_path_factory.mktemp("sealed"))


def test_all_that_is_missing_is_told_at_once(pipeline: Path, tmp_path: Path) -> None:
    asked = plant(pipeline, tmp_path / "data", host="0.0.0.0")  # noqa: S104  (what is tested)
    asked.folder.chmod(0o755)
    with pytest.raises(WrongUsage) as told:
        refuse_unfit(asked)
    lines = str(told.value).splitlines()
    assert lines[0] == "--production: 7 things are missing:"
    words = ("first is not sealed", "token create", "without TLS", "chmod 700")
    assert all(any(word in line for line in lines) for word in words)


def test_a_sealed_bundle_whose_key_nobody_names_is_told(sealed: Path, tmp_path: Path) -> None:
    text = "\n".join(line for line in sealed.read_text().splitlines() if not line.startswith("key"))
    (sealed.parent / "keyless.toml").write_text(text)
    name_somebody(tmp_path)
    with pytest.raises(WrongUsage, match="does not say where its key lies"):
        refuse_unfit(plant(sealed.parent / "keyless.toml", tmp_path))


@pytest.mark.parametrize(
    "access",
    [{}, {"host": "10.0.0.5", "tls": True}, {"host": "::1", "file": AccessFile(proxy=Before(trusted=("10.0.0.7",)))}],
    ids=["loopback", "TLS", "proxy"],
)
def test_a_service_that_lacks_nothing_may_start(sealed: Path, tmp_path: Path, access: dict[str, object]) -> None:
    name_somebody(tmp_path)
    refuse_unfit(plant(sealed, tmp_path, **access))


def test_a_worker_opens_no_bundle_that_is_not_sealed(pipeline: Path) -> None:
    with pytest.raises(WrongUsage, match="is not sealed"):
        Tuned.open(pipeline, sealed=True)


def test_a_service_in_production_runs_over_tls_and_tells_systemd(sealed: Path, tmp_path: Path) -> None:
    cert, key = write_certificate(tmp_path)
    issuer, data, port = Issuer(), tmp_path / "data", free_port()
    data.mkdir(mode=0o700)
    token = name_somebody(data)
    with fd.open_licences(data / "store.sqlite", issuer.write_key(tmp_path)) as shelf:
        shelf.install(issuer.licence(exp=4e9), by="it")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(60)
        command = [
            sys.executable, "-m", "fiducial", "serve", "-p", str(sealed), "--data", str(data), "--port", str(port),
            "--tls-cert", str(cert), "--tls-key", str(key), "--licence-key", str(tmp_path / "issuer.pem"),
            "--production",
        ]  # fmt: skip
        environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "600000"}
        with subprocess.Popen(command, env=environment) as service:  # noqa: S603  (ours)
            try:
                told = [systemd.recv(100) for _ in range(2)]
                with httpx.Client(base_url=f"https://127.0.0.1:{port}", verify=trusting(cert), timeout=30) as client:
                    reply = client.post(
                        "/studies?complete=true",
                        files=[("files", ("a.dcm", radiograph().read()))],
                        headers={"Authorization": f"Bearer {token}"},
                    )
                    health = client.get("/health").json()
            finally:
                service.send_signal(signal.SIGTERM)
                service.wait(40)
    assert (told[0], told[1], service.returncode) == (b"READY=1", b"WATCHDOG=1", 0)
    assert (reply.status_code, "max-age" in reply.headers["strict-transport-security"]) == (202, True)
    assert health["licence"]["state"] == "valid"
    assert "holder" not in health["licence"]


def trusting(cert: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(cert))
