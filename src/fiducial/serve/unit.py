"""A systemd unit for a service: it starts with the machine, is watched, restarted, and may touch its data alone."""

import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.writing import write_text

STATE = Path("/var/lib")
UNITS = Path("/etc/systemd/system")
DRAIN = 90  # seconds in which the studies in hand are finished before the rest is killed
WATCHDOG = 120  # seconds without a sign of life after which the service is restarted
_NAME = "fiducial"
_LOW_PORTS = "CAP_NET_BIND_SERVICE"

_UNIT = """\
# Written by `fiducial service install`. Not a medical device.
[Unit]
Description=fiducial: {pipeline}
Wants=network-online.target
After=network-online.target postgresql.service

[Service]
Type=notify
NotifyAccess=main
ExecStart={start}
{who}
{environment}Restart=always
RestartSec=5
WatchdogSec={watchdog}
# SIGTERM goes to the service, which lets its workers finish what they have in hand.
KillMode=mixed
TimeoutStopSec={drain}
TimeoutStartSec=300
LimitNOFILE=65536
UMask=0077

NoNewPrivileges=yes
CapabilityBoundingSet={capabilities}
AmbientCapabilities={capabilities}
ProtectSystem=strict
ProtectHome=read-only
ProtectProc=invisible
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
PrivateTmp=yes
PrivateDevices=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
"""


@dataclass(frozen=True, slots=True)
class UnitOptions:
    """``serve``: further options of ``fiducial serve``. ``user``: whose service it is; None: one that systemd makes.

    ``data``: below /var/lib systemd makes the folder; elsewhere it must be the user's. ``environment``: a file of
    VARIABLE=value lines that root alone reads, for keys and secrets. ``low_port``: it listens below 1024.
    """

    pipeline: Path
    data: Path = STATE / _NAME
    serve: tuple[str, ...] = ()
    user: str | None = None
    environment: Path | None = None
    low_port: bool = False
    python: Path = field(default_factory=lambda: Path(sys.executable))

    @property
    def own_state(self) -> bool:
        """Whether systemd makes the folder of the data."""
        return self.data.parent == STATE


def unit_text(options: UnitOptions) -> str:
    """The unit.

    Raises:
        WrongUsage: data outside of /var/lib that nobody owns.
    """
    if not options.own_state and options.user is None:
        raise WrongUsage(f"{options.data} lies outside of {STATE}/NAME, so it belongs to a user: give --user.")
    start = [
        str(options.python), "-m", "fiducial", "serve", "--pipeline", str(options.pipeline.absolute()),
        "--data", str(options.data), *options.serve,
    ]  # fmt: skip
    who = [f"User={options.user}" if options.user else "DynamicUser=yes"]
    who += (
        [f"StateDirectory={options.data.name}", "StateDirectoryMode=0700"]
        if options.own_state
        else [f"ReadWritePaths={_quoted(str(options.data.absolute()))}"]
    )
    return _UNIT.format(
        pipeline=options.pipeline.absolute().as_posix().replace("%", "%%"),
        start=" ".join(_quoted(word) for word in start),
        who="\n".join(who),
        environment=f"EnvironmentFile={options.environment.absolute()}\n" if options.environment else "",
        watchdog=WATCHDOG,
        drain=DRAIN,
        capabilities=_LOW_PORTS if options.low_port else "",
    )


def install_unit(options: UnitOptions, folder: Path = UNITS, name: str = _NAME) -> Path:
    """Write the unit, once systemd itself (where it is installed) finds nothing wrong with it.

    Raises:
        WrongUsage: as ``unit_text``.
        UnusableInput: systemd finds something wrong, or the folder cannot be written to.
    """
    text = unit_text(options)
    faults = verify_unit(text, name)
    if faults:
        raise UnusableInput(f"systemd would not take the unit: {faults}")
    path = folder / f"{name}.service"
    write_text(path, text)
    return path


def verify_unit(text: str, name: str = _NAME) -> str:
    """What systemd finds wrong with a unit; "" where it finds nothing, or is not installed."""
    tool = which("systemd-analyze")
    if tool is None:
        return ""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.service"
        path.write_text(text, encoding="utf-8")
        command = [tool, "verify", "--man=no", "--recursive-errors=no", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (systemd's own)
    return done.stderr.strip() if done.returncode else ""


def _quoted(word: str) -> str:
    """As systemd reads words: its own escapes doubled, quoted where that is needed."""
    doubled = word.replace("%", "%%").replace("$", "$$")
    return doubled if shlex.quote(word) == word else '"' + doubled.replace("\\", "\\\\").replace('"', '\\"') + '"'
