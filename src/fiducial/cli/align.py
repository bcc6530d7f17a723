"""``fiducial align``: pairs of scans that really show the same anatomy."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

import fiducial as fd
from fiducial.cli.output import note, print_json, progress
from fiducial.errors import UnusableInput, WrongUsage

if TYPE_CHECKING:
    from fiducial.align.options import AlignOptions
    from fiducial.align.pair import Alignment

_EXITS = {"verified": 0, "dropped": 1, "review": 3}
_ENDINGS = (".nii.gz", ".nii", ".nrrd", ".nhdr", ".mha", ".mhd", ".dcm")
_FAILED = 5  # the batch finished and some pairs could not be used


class _TableFirst(TyperGroup):
    """``fiducial align pairs.csv`` is ``fiducial align many pairs.csv``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401  (typer keeps the type to itself)
        """Put the verb in front where a file stands first."""
        first = next((arg for arg in args if not arg.startswith("-")), None)
        if first is not None and first not in self.commands:
            args = ["many", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_TableFirst,
    no_args_is_help=True,
    help="Make sure that paired CT scans show the same anatomy: `align pairs.csv --out aligned/`, or `align one`.",
)

_OptionsFile = Annotated[Path | None, typer.Option("--options", help="TOML with thresholds under [align].")]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


@app.command("one")
def one(  # noqa: PLR0913  (each is an option of the verb)
    moving: Annotated[Path, typer.Argument(help="The scan that is moved: a DICOM folder or file, NIfTI, NRRD, MHA.")],
    fixed: Annotated[Path, typer.Argument(help="The scan that stays.")],
    picture: Annotated[
        Path | None, typer.Option(help="Where to write the contact sheet [FIXED.align.png in this folder].")
    ] = None,
    no_picture: Annotated[bool, typer.Option("--no-picture", help="Draw none.")] = False,
    options: _OptionsFile = None,
    json: _Json = False,
) -> None:
    """One pair: verdict, reasons, shift, every gate, a picture. Exit code 0 verified, 1 dropped, 3 for review."""
    if picture is not None and no_picture:
        raise WrongUsage("--picture and --no-picture contradict each other; give one of them.")
    asked = _read(options)
    scans = fd.read_volume(moving), fd.read_volume(fixed)
    try:
        found = fd.align_pair(*scans, asked)
    except UnusableInput as unfit:
        raise UnusableInput(f"moving {moving}, fixed {fixed}: {unfit}") from unfit
    sheet = None if no_picture else picture or _sheet_of(fixed)
    if json:
        print_json(found.document())
    else:
        _tell(found)
    if sheet is not None:
        fd.save_sheet(f"{moving.name} on {fixed.name}", found, *scans, sheet)
        typer.echo(f"{sheet} shows both scans at the place found.", err=json)
    raise typer.Exit(_EXITS[found.verdict])


@app.command("many")
def many(  # noqa: PLR0913  (each is an option of the verb)
    pairs: Annotated[Path, typer.Argument(help="A table with patient, moving, fixed.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to write.")] = Path("aligned"),
    options: _OptionsFile = None,
    slices: Annotated[
        bool, typer.Option("--slices", help="Verified pairs as 16-bit PNG slices, too (HU + 1024).")
    ] = False,
    refine: Annotated[
        bool, typer.Option("--refine", help="Register verified pairs rigidly; tell the residual.")
    ] = False,
    workers: Annotated[int, typer.Option(help="Processes; -1 is one a core.")] = -1,
    cluster: Annotated[str | None, typer.Option(help="tcp://host:port (Dask) or ray://host:port.")] = None,
    json: _Json = False,
) -> None:
    """All pairs of a table. A run that was killed goes on where it was. Exit code 5: some could not be used."""
    wanted = fd.WantedPairs(_read(options) or fd.AlignOptions(), refine=refine, slices=slices)
    with progress("aligning pairs") as told:
        done = fd.align_pairs(pairs, out, wanted, workers=workers, cluster=cluster, told=told)
    counts = done.verdicts
    if json:
        print_json({"verdicts": counts, "page": str(done.page), "pairs": done.table.to_dicts()})
    else:
        for row in done.table.filter(done.table["verdict"].fill_null("failed") != "verified").iter_rows(named=True):
            typer.echo(f"{row['folder']}: {row['verdict'] or 'failed'}: {row['error'] or row['reasons']}")
        typer.echo(", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items())))
        typer.echo(f"Read {done.page}")
    raise typer.Exit(_exit(counts))


def _sheet_of(fixed: Path) -> Path:
    """Named after the fixed scan, in the current folder: scans may lie where nothing may be written."""
    name = fixed.name or fixed.resolve().name
    stem = next((name.removesuffix(one) for one in _ENDINGS if name.lower().endswith(one)), name)
    return Path(f"{stem}.align.png")


def _exit(counts: dict[str, int]) -> int:
    if counts.get("failed"):
        return _FAILED
    return next((_EXITS[verdict] for verdict in ("dropped", "review") if counts.get(verdict)), 0)


def _read(path: Path | None) -> "AlignOptions | None":
    return None if path is None else fd.read_align_options(path)


def _tell(found: "Alignment") -> None:
    typer.echo(f"{found.verdict}")
    for reason, words in zip(found.reasons, found.words, strict=True):
        typer.echo(f"  {reason}: {words}")
    if found.shift is not None:
        x, y, z = found.shift
        if found.verdict != "verified":
            typer.echo("The place that fits best, which is not to be relied on:")
        typer.echo(f"Add {z:.1f} mm to the moving scan's z (x {x:.0f}, y {y:.0f} mm); {found.overlap:.0f} mm overlap.")
    if found.breathing is not None and round(found.breathing):
        typer.echo(f"Air moved {found.breathing:+.0f} mm against bone: breathing.")
    for gate in found.gates:
        typer.echo(f"{' ' if gate.passed else 'X'} {gate.name:18} {gate.shown:>8}  {gate.bound:15} {gate.why}")
    for line in found.notes:
        note(line)
