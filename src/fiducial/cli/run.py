"""``fiducial run``: a pipeline over studies, into a worklist, tables, traces and pictures."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import fiducial as fd
from fiducial.cli.output import finish, note, progress

if TYPE_CHECKING:
    from fiducial.pipelines.folder import RunResult

SHOWN = 10  # studies on the terminal; all stand in worklist.csv


def run(  # noqa: PLR0913  (each is an option of the verb)
    pipeline: Annotated[Path, typer.Argument(help="pipeline.toml, or the folder that holds it.")],
    studies: Annotated[list[Path], typer.Argument(help="Images, folders or cohort tables (.parquet, .csv).")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to write.")],
    unit: Annotated[str, typer.Option(help="In a folder, what a study is: study, series or image.")] = "study",
    workers: Annotated[int, typer.Option(help="Processes; -1 is one a core.")] = -1,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Ask every model, fuse, decide. Exit code 0: no study failed; 5: some did, and are listed; 4: unusable input."""
    options = fd.RunOptions(workers=workers, unit=fd.Unit.named(unit))
    with progress("running") as told:
        found = fd.run_pipeline(pipeline, studies, out, options, told=told)
    finish(found, _tell, out, json=json)


def _tell(found: "RunResult", out: Path | None) -> None:
    for row in found.worklist.head(SHOWN).iter_rows(named=True):
        perhaps = "" if row["certain"] else ", perhaps"
        typer.echo(f"{row['place']}. {row['study']}: {row['urgency']}{perhaps}: {row['why']}")
    if found.worklist.height > SHOWN:
        typer.echo(f"... and {found.worklist.height - SHOWN} more in worklist.csv.")
    for what, listed in (("failed", found.failed), ("does not enter", found.outside)):
        for study, reason in list(listed.items())[:SHOWN]:
            note(f"{study} {what}: {reason}")
        if len(listed) > SHOWN:
            note(f"... and {len(listed) - SHOWN} more; results.json names each.")
    told = found.document()
    typer.echo(
        f"{told['entered']} of {told['studies']} studies entered, {len(found.failed)} failed. Written: {out}: "
        f"{', '.join(told['written'])}"
    )
    typer.echo("Not a medical device.")
