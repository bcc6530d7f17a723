"""``fiducial pipeline``: what a pipeline is made of, checked as for a run."""

from pathlib import Path
from typing import Annotated, Any

import typer

import fiducial as fd
from fiducial.cli.output import print_json

app = typer.Typer(no_args_is_help=True, help="What a pipeline is made of, checked as for a run.")


@app.callback()
def _group() -> None:
    """A group, so that its verb is named."""


@app.command("show")
def show(
    pipeline: Annotated[Path, typer.Argument(help="pipeline.toml, or the folder that holds it.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Which studies enter, which bundles run, what is fused and which rules decide. It is opened as for a run."""
    told = fd.open_pipeline(pipeline).document()
    if json:
        print_json(told)
        return
    typer.echo(f"{told['name']} {told['version']}: {told['statement']}".rstrip(": "))
    typer.echo("Enters: " + ("; ".join(told["entry"]) or "every study"))
    for one in told["models"]:
        _tell_model(one)
    for one in told["fusion"]:
        members = ", ".join(one["recipe"]["ensemble"]["members"])
        typer.echo(f"  {one['name']}: {', '.join(one['findings'])} out of {members}")
    _tell_rules(told["rules"])
    typer.echo("Not a medical device.")


def _tell_model(one: dict[str, Any]) -> None:
    required = ", required" if one["required"] else ""
    typer.echo(f"  {one['name']} {one['version']}: {one['task']}, {one['seconds']:g} s at most{required}")
    for finding in one["findings"]:
        threshold = one["thresholds"].get(finding)
        typer.echo(f"    {finding}" + ("" if threshold is None else f", in its bundle positive from {threshold:g}"))
    typer.echo(f"    {one['hash']}")


def _tell_rules(rules: dict[str, Any]) -> None:
    typer.echo(f"Rules: {rules['name']} {rules['version']}, {rules['hash']}")
    for name, one in rules["thresholds"].items():
        origin = ", ".join(f"{key} {one[key]}" for key in ("revision", "source") if one[key])
        typer.echo(f"  ${name} = {one['value']:g}" + (f" ({origin})" if origin else ""))
    for one in rules["rules"]:
        marks = [one["urgency"], "a conclusion" if one["name"] in rules["conclusions"] else None]
        words = ", ".join(mark for mark in marks if mark)
        typer.echo(f"  {one['name']}{f' ({words})' if words else ''}: {one['when']}")
