"""``fiducial demo``: four hidden faults, found."""

from pathlib import Path
from typing import Annotated

import typer

import fiducial as fd
from fiducial.cli.output import note, print_json


def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for images, tables and reports.")] = Path("demo"),
    seed: Annotated[int, typer.Option(help="Seed of the phantom patients.", min=0)] = 7,
    json: Annotated[bool, typer.Option("--json", help="Print what happened as one JSON document.")] = False,
) -> None:
    """Make phantom hospitals with four hidden faults, and watch a claim that looks great fall on the ladder."""
    told = fd.tell_story(out, seed=seed, say=note if json else typer.echo)
    if json:
        print_json(told.document())
