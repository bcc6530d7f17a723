"""``fiducial service install``: let systemd start, watch and restart the service."""

from pathlib import Path
from typing import Annotated, Any

import typer

import fiducial as fd
from fiducial.cli import serve
from fiducial.cli.output import note

app = typer.Typer(help="The service as a part of this machine: install.", no_args_is_help=True)
UNITS = Path("/etc/systemd/system")
STATE = Path("/var/lib/fiducial")


@app.callback()
def _service() -> None:
    """A verb of its own, though there is but one yet."""


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def install(  # noqa: PLR0913  (each is an option of the verb)
    context: typer.Context,
    pipeline: Annotated[Path, typer.Option("--pipeline", "-p", help="pipeline.toml, or the folder that holds it.")],
    data: Annotated[Path, typer.Option(help="Folder of the data; below /var/lib systemd makes it.")] = STATE,
    user: Annotated[str | None, typer.Option(help="Whose service it is; default: a user that systemd makes.")] = None,
    environment: Annotated[Path | None, typer.Option(help="File of VARIABLE=value lines: keys, secrets.")] = None,
    to: Annotated[Path, typer.Option(help="Folder of units.")] = UNITS,
    name: Annotated[str, typer.Option(help="Of the unit.")] = "fiducial",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the unit and write nothing.")] = False,
) -> None:
    """Write a systemd unit. Every other option is one of `fiducial serve` and is checked as such."""
    words, port = _serve_options(["--pipeline", str(pipeline), *context.args])
    options = fd.UnitOptions(pipeline, data, words, user, environment, low_port=port < 1024)
    if dry_run:
        typer.echo(fd.unit_text(options), nl=False)
        return
    path = fd.install_unit(options, to, name)
    typer.echo(f"{path} is written.")
    note(f"Start it: systemctl daemon-reload && systemctl enable --now {name}. Its log: journalctl -u {name}")


def _serve_options(words: list[str]) -> tuple[tuple[str, ...], int]:
    """Options of ``serve`` as that verb reads them, with absolute paths, and the port."""
    verb = typer.Typer(add_completion=False)
    verb.command()(serve.serve)
    command = typer.main.get_command(verb)
    parsed = command.make_context("fiducial serve", words)
    found: list[str] = []
    for option in command.params:
        value: Any = parsed.params.get(option.name or "")
        if option.name in {"pipeline", "data"} or value == option.get_default(parsed) or value is None:
            continue
        if isinstance(value, bool):
            found.append(option.opts[0] if value else option.secondary_opts[0])
            continue
        for one in value if isinstance(value, list | tuple) else [value]:
            found += [option.opts[0], str(one.absolute()) if isinstance(one, Path) else str(one)]
    return tuple(found), int(parsed.params["port"])
