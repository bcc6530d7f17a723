"""``fiducial cohort seal`` and ``fiducial cohort verify``: freeze a claim's test, and prove later that it was kept."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import fiducial as fd
from fiducial.cli.output import note, print_json, progress

if TYPE_CHECKING:
    from fiducial.cohort.seals.sealing import Seal
    from fiducial.cohort.seals.verifying import Verification

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


def seal(
    claim: Annotated[Path, typer.Argument(help="The claim.toml; it names the cohort.")],
    by: Annotated[str | None, typer.Option(help="Who seals [$FIDUCIAL_BY, else the login's name].")] = None,
    again: Annotated[str | None, typer.Option(help="The reason to seal once more; nothing is erased.")] = None,
    json: Json = False,
) -> None:
    """Freeze who is in, the labels and the claim before anybody looks; every later audit is then written down."""
    sealed = fd.seal_cohort(claim, by=by, again=again)
    if json:
        print_json(sealed.document())
    else:
        _tell_seal(sealed)
    if "predictions" in sealed.frozen.files and again is None:
        note("The predictions are there already: the seal cannot show that nobody has looked at them.")


def verify(
    path: Annotated[Path, typer.Argument(help="The claim.toml, or its .seal.json.")],
    head: Annotated[
        list[str] | None, typer.Option(help="A hash of the ledger that you kept: is it still in there? Repeatable.")
    ] = None,
    evidence: Annotated[
        list[Path] | None, typer.Option(help="An evidence.json: was that look written down? Repeatable.")
    ] = None,
    images: Annotated[bool, typer.Option("--images", help="Read the pixels of every image again.")] = False,
    json: Json = False,
) -> None:
    """Compute every hash anew and compare, offline. Exit code 0: all is as it was sealed; 1: it is not."""
    with progress("reading images") as told:
        found = fd.verify_cohort(path, heads=head or (), evidence=evidence or (), images=images, told=told)
    if json:
        print_json(found.document())
    else:
        _tell_verification(found)
    raise typer.Exit(found.exit_code)


def _tell_seal(sealed: "Seal") -> None:
    document = sealed.document()
    cohort = document["cohort"]
    splits = ", ".join(f"{count:,} {name}" for name, count in cohort["splits"].items())
    typer.echo(f"Sealed by {document['by']}: the claim {document['claim']['name']} and {cohort['studies']:,} studies")
    pixels = f"the pixels of {sealed.pixels:,}" if sealed.pixels else "no pixels, as no files table is there"
    typer.echo(f"  of {cohort['patients']:,} patients ({splits}); {pixels}.")
    typer.echo(f"{sealed.path} names nobody: give it to somebody who keeps it.")
    typer.echo(f"{document['ledger']['file']} holds the sealed rows: as confidential as the cohort.")
    typer.echo(f"Head of the ledger: {document['ledger']['hash']}")
    typer.echo("Not a medical device.")


def _tell_verification(found: "Verification") -> None:
    document = found.document()
    for entry in document["entries"]:
        typer.echo(f"{entry['number']:>4}  {entry['at']}  {entry['kind']:<10}  {entry['who']}: {entry['what']}")
    for one in found.differences:
        typer.echo(f"{'X' if one.breaks else '-'} {one.sentence}")
    for line in found.notes:
        typer.echo(f"- {line}")
    looks = document["looks"]
    state = "All that is judged is as it was sealed" if found.whole else "The seal is broken"
    typer.echo(f"{state}; {looks:,} look{'' if looks == 1 else 's'}. Head of the ledger: {document['head']}")
    typer.echo("Not a medical device.")
