"""``fiducial cohort``: build, check, split and list the layouts."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import fiducial as fd
from fiducial.cli import adjudicate, seal, select
from fiducial.cli.output import note, pairs, print_json, progress
from fiducial.errors import WrongUsage
from fiducial.files.names import refuse_other_endings

if TYPE_CHECKING:
    from fiducial.cohort.checks.contract import Finding
    from fiducial.cohort.splits import SplitOutcome
    from fiducial.cohort.table import Cohort

BUILD_SCHEMA = "fiducial.cohort-build/1"
LAYOUTS_SCHEMA = "fiducial.cohort-layouts/1"
LABEL_SCHEMA = "fiducial.cohort-label/1"
STACK_SCHEMA = "fiducial.cohort-stack/1"
SPLIT_SCHEMA = "fiducial.cohort-split/1"
MARKS = {"error": "X", "warning": "!", "note": "-"}
NAMED_PATHS = 6

app = typer.Typer(help="Who is in: build the table, select, check, split and seal it.", no_args_is_help=True)
app.command("select")(select.select)
app.command("seal")(seal.seal)
app.command("verify")(seal.verify)
app.command("adjudicate")(adjudicate.adjudicate)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
Out = Annotated[Path, typer.Option("--out", "-o", help="The cohort table to write (.parquet or .csv).")]


@app.command()
def build(  # noqa: PLR0913  (each is an option of the verb)
    source: Annotated[Path, typer.Argument(help="A folder of DICOM, PNG or JPEG, or a table.")],
    out: Out,
    unit: Annotated[str, typer.Option(help="What one decision is about: study, series or image.")] = "study",
    layout: Annotated[str | None, typer.Option(help="How the source is stored; found out where not given.")] = None,
    table: Annotated[Path | None, typer.Option(help="A table to join to the images (labels, site, ...).")] = None,
    column: Annotated[list[str] | None, typer.Option(help="OURS=THEIRS, e.g. label.fracture=fractured.")] = None,
    workers: Annotated[int, typer.Option(help="Processes; -1 is one a core.")] = -1,
    deidentify: Annotated[
        Path | None, typer.Option(help="Write de-identified DICOM copies to this folder, build from those.")
    ] = None,
    deid_key: Annotated[
        Path | None, typer.Option(help="The secret key of the stand-ins; made where absent; deid.key beside --out.")
    ] = None,
    mask_borders: Annotated[int, typer.Option(help="Pixels to blacken where letters may be burned in.", min=0)] = 0,
    mask_box: Annotated[list[str] | None, typer.Option(help="X0,Y0,X1,Y1 to blacken there, too; repeatable.")] = None,
    json: Json = False,
) -> None:
    """Read a source into one validated table, and a files table beside it. Exit code 5: some files had no pixels.

    A build that was killed goes on where it was when the same command is given again.
    """
    refuse_other_endings(out)
    journal = out.with_name(f".{out.name}.journal")
    columns = pairs(column or [], "--column")
    asked = fd.Source(source, fd.Unit.named(unit), table, columns, workers, journal=journal)
    masked = fd.Mask(mask_borders, tuple(_box(words) for words in mask_box or []))
    with progress("reading") as told:
        if deidentify is None:
            built = fd.build_cohort(asked, layout=layout, told=told)
        else:
            order = fd.Deidentification(deidentify, deid_key or out.with_name("deid.key"), masked)
            built = fd.build_deidentified(asked, order, layout=layout, told=told)
    fd.write_cohort(built.cohort, out)
    journal.unlink(missing_ok=True)
    for line in built.notes:
        note(line)
    failed = _unreadable(built.cohort)
    if json:
        print_json(_build_document(built.cohort, built.layout, built.notes, failed))
    else:
        _tell_build(built.cohort, built.layout, failed, out)
    raise typer.Exit(5 if failed else 0)


@app.command()
def check(
    cohort: Annotated[
        Path, typer.Argument(help="The table that cohort build wrote, or any CSV or Parquet of its form.")
    ],
    only: Annotated[list[str] | None, typer.Option(help="Run these checks alone.")] = None,
    claim: Annotated[Path | None, typer.Option(help="A claim.toml: is the cohort its population?")] = None,
    notes: Annotated[bool, typer.Option(help="Print notes, too, not only errors and warnings.")] = False,
    json: Json = False,
) -> None:
    """Ask the data every question that a model would answer by cheating. Exit code 1: an error was found."""
    report = fd.check_cohort(cohort, only, claim)
    if json:
        print_json(report.document())
    else:
        _tell_findings(report.findings, notes)
    raise typer.Exit(1 if report.worst == "error" else 0)


@app.command()
def split(  # noqa: PLR0913
    cohort: Annotated[Path, typer.Argument(help="The cohort table.")],
    out: Out,
    by: Annotated[str, typer.Option(help="patient, and of: site, scanner (held out as external), time.")] = "patient",
    fractions: Annotated[str, typer.Option(help="Shares of train, tune and test.")] = "0.6,0.2,0.2",
    stratify: Annotated[str | None, typer.Option(help="Columns to balance; the labels where not given.")] = None,
    hold_out: Annotated[
        list[str] | None,
        typer.Option(help="COLUMN=VALUE that becomes external, time=DAY from that day on; repeatable."),
    ] = None,
    external_share: Annotated[float, typer.Option(help="Share of rows to hold out where no value is named.")] = 0.2,
    seed: Annotated[int, typer.Option(help="Seed of the draw.", min=0)] = 0,
    patient_is_study: Annotated[bool, typer.Option(help="Every row is another patient.")] = False,
    json: Json = False,
) -> None:
    """Write a column `split`; a patient never crosses. The recipe stands beside it."""
    recipe = fd.SplitRecipe(
        by=tuple(by.split(",")),
        fractions=_fractions(fractions),
        stratify=tuple(stratify.split(",")) if stratify else None,
        hold_out=_held_out(hold_out or []),
        external_share=external_share,
        seed=seed,
        patient_is_study=patient_is_study,
    )
    outcome = fd.split_cohort(fd.read_cohort(cohort), recipe)
    fd.write_cohort(outcome.cohort, out)
    for line in outcome.notes:
        note(line)
    if json:
        print_json({"schema": SPLIT_SCHEMA, "splits": outcome.counts.to_dicts(), "notes": list(outcome.notes)})
    else:
        _tell_split(outcome, out)


@app.command()
def label(  # noqa: PLR0913  (as above)
    cohort: Annotated[Path, typer.Argument(help="The cohort table, with its splits.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to write: cohort.parquet and pictures.")],
    condition: Annotated[
        list[str] | None, typer.Option(help="LABEL=CONDITION: 1 on images under it; repeatable.")
    ] = None,
    column: Annotated[list[str] | None, typer.Option(help="LABEL=COLUMN:VALUE: 1 where it is so; repeatable.")] = None,
    severities: Annotated[str, typer.Option(help="Drawn for each image, of 1 to 5.")] = "3,4,5",
    seed: Annotated[int, typer.Option(help="Seed of the draw.", min=0)] = 0,
    json: Json = False,
) -> None:
    """Label images by what is done to them or what their header says. Exit code 5: some images could not be used."""
    done, told = fd.parse_labels(condition or [], column or [])
    wanted = fd.KnownLabels(done, told, _severities(severities), seed)
    with progress("labelling") as heard:
        found = fd.label_cohort(cohort, wanted, out, heard)
    for study, reason in list(found.failed.items())[:NAMED_PATHS]:
        note(f"{study}: {reason}")
    counts = found.counts
    if json:
        print_json({"schema": LABEL_SCHEMA, "rows": found.cohort.rows.height, "labels": counts, "failed": found.failed})
    else:
        for name, count in counts.items():
            typer.echo(f"{name}: {count} of {found.cohort.rows.height}")
        typer.echo(f"Written: {out / 'cohort.parquet'}")
        typer.echo("Not a medical device.")
    raise typer.Exit(5 if found.failed else 0)


@app.command()
def stack(
    cohort: Annotated[Path, typer.Argument(help="A cohort of images: slices, one a row.")], out: Out, json: Json = False
) -> None:
    """Write a cohort of volumes: a row a series, with a finding where any of its slices has it."""
    stacked = fd.stack_cohort(fd.read_cohort(cohort))
    fd.write_cohort(stacked, out)
    if json:
        print_json({"schema": STACK_SCHEMA, "rows": stacked.rows.height, "findings": stacked.findings})
    else:
        typer.echo(f"{out}: {stacked.rows.height} volumes")


@app.command()
def layouts(json: Json = False) -> None:
    """List the layouts that a source may have, in the order in which they are tried."""
    known = fd.list_layouts()
    if json:
        print_json(
            {"schema": LAYOUTS_SCHEMA, "layouts": [{"name": name, "says": says} for name, says in known.items()]}
        )
        return
    width = max(map(len, known))
    for name, says in known.items():
        typer.echo(f"{name:<{width}}  {says}")


def _box(words: str) -> tuple[int, int, int, int]:
    try:
        x0, y0, x1, y1 = (int(part) for part in words.split(","))
    except ValueError:
        raise WrongUsage(f"--mask-box takes four pixel numbers like 0,0,200,30; got {words!r}.") from None
    if not (0 <= x0 < x1 and 0 <= y0 < y1):
        raise WrongUsage(f"--mask-box takes X0,Y0,X1,Y1 with X0 < X1 and Y0 < Y1; got {words!r}.")
    return x0, y0, x1, y1


def _unreadable(cohort: "Cohort") -> list[dict[str, str]]:
    if cohort.files is None:
        return []
    failed = cohort.files.filter(cohort.files["reason"].is_not_null())
    return failed.select("study", "path", "reason").to_dicts()


def _build_document(
    cohort: "Cohort", layout: str, notes: tuple[str, ...], failed: list[dict[str, str]]
) -> dict[str, object]:
    return {
        "schema": BUILD_SCHEMA,
        "layout": layout,
        "rows": cohort.rows.height,
        "files": 0 if cohort.files is None else cohort.files.height,
        "columns": cohort.rows.columns,
        "boxes": 0 if cohort.regions is None else cohort.regions.height,
        "notes": list(notes),
        "failed": failed,
    }


def _tell_build(cohort: "Cohort", layout: str, failed: list[dict[str, str]], out: Path) -> None:
    files = "no images" if cohort.files is None else f"{cohort.files.height} files"
    labels = ", ".join(cohort.findings) or "none yet (--column label.NAME=COLUMN)"
    boxes = "" if cohort.regions is None else f", {cohort.regions.height} boxes"
    typer.echo(f"{out}: {cohort.rows.height} rows from {files}{boxes} ({layout}); labels: {labels}")
    for one in failed[:NAMED_PATHS]:
        typer.echo(f" ! {one['path']}: {one['reason']}")
    if len(failed) > NAMED_PATHS:
        typer.echo(f" ! and {len(failed) - NAMED_PATHS} more files without pixels; --json lists them all")


def _tell_findings(findings: "tuple[Finding, ...]", notes: bool) -> None:
    shown = [finding for finding in findings if notes or finding.severity != "note"]
    for finding in shown:
        typer.echo(f"{MARKS[finding.severity]} {finding.check}: {finding.message}")
        for one in [one.path for one in finding.files if one.path][:NAMED_PATHS]:
            typer.echo(f"    {one}")
        typer.echo(f"    -> {finding.remedy}")
    counts = {severity: sum(finding.severity == severity for finding in findings) for severity in MARKS}
    hidden = "" if notes or not counts["note"] else " (--notes shows them)"
    told = ", ".join(f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in counts.items())
    typer.echo(f"{told}{hidden}")


def _tell_split(outcome: "SplitOutcome", out: Path) -> None:
    columns = outcome.counts.columns
    typer.echo("  ".join(f"{name:>14}" for name in columns))
    for row in outcome.counts.rows():
        typer.echo("  ".join(f"{_cell(value):>14}" for value in row))
    typer.echo(f"Written: {out}")


def _cell(value: object) -> str:
    if value is None:
        return "(left out)"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _fractions(text: str) -> tuple[float, float, float]:
    try:
        train, tune, test = (float(part) for part in text.split(","))
    except ValueError:
        raise WrongUsage(f"--fractions takes three shares like 0.6,0.2,0.2; got {text!r}.") from None
    return train, tune, test


def _held_out(words: list[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for word in words:
        for column, value in pairs([word], "--hold-out").items():
            found[column] = (*found.get(column, ()), value)
    return found


def _severities(words: str) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in words.split(","))
    except ValueError:
        raise WrongUsage(f"--severities are whole numbers of 1 to 5, such as 3,4,5; got {words!r}.") from None
