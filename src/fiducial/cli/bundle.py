"""``fiducial bundle``: pack a bundle into one file, seal it at rest, and prove that it is as it was."""

from pathlib import Path
from typing import Annotated

import typer

import fiducial as fd
from fiducial.cli.output import print_json

app = typer.Typer(
    no_args_is_help=True,
    help="Pack, seal and verify bundles. A key is named by where it lies: env:VARIABLE, file:PATH or keyring:S/NAME.",
)

_Key = Annotated[str, typer.Option("--key", help="Where the key lies, e.g. env:FIDUCIAL_KEY.")]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


@app.command("show")
def show(
    bundle: Annotated[Path, typer.Argument(help="A folder, a packed file or a sealed one.")],
    key: Annotated[str | None, typer.Option("--key", help="Where the key of a sealed bundle lies.")] = None,
    json: _Json = False,
) -> None:
    """What a bundle says of itself. It is opened as for a run: what it names must be there."""
    opened = fd.open_bundle(bundle, key=key)
    if json:
        print_json(opened.document())
        return
    manifest = opened.manifest
    typer.echo(f"{manifest.name} {manifest.version}: {manifest.task}, {manifest.licence}")
    if manifest.statement:
        typer.echo(manifest.statement)
    for finding, known in zip(manifest.findings, opened.catalogued, strict=True):
        threshold = f"positive from {finding.threshold.value:g}" if finding.threshold else "no threshold"
        claim = "with a claim" if finding.name in opened.claims else "without a claim"
        meant = f", scores where {100 * finding.prevalence.deployed:.3g}% have it" if finding.prevalence else ""
        typer.echo(f"  {finding.name}: {threshold}{meant}, {claim}; {known}")
    for number, step in enumerate(manifest.preparation, start=1):
        settings = ", ".join(f"{name} = {value}" for name, value in step.items() if name != "step")
        typer.echo(f"  {number}. {step.get('step')}: {settings}")
    for name, value in manifest.provenance.metrics.items():
        typer.echo(f"  {name}: {value:g} (where it was made; no claim)")
    typer.echo(f"  {len(opened.files)} files, {opened.hash}")
    typer.echo("Not a medical device.")


@app.command("pack")
def pack(
    folder: Annotated[Path, typer.Argument(help="The folder that holds bundle.toml.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write, by custom .fidu.")],
) -> None:
    """Write a folder as one file: the same bytes from the same files."""
    typer.echo(f"Packed: {fd.pack_bundle(folder, out)}")


@app.command("verify")
def verify(
    bundle: Annotated[Path, typer.Argument(help="A folder, a packed file or a sealed one.")],
    key: Annotated[str | None, typer.Option("--key", help="Where the key of a sealed bundle lies.")] = None,
    json: _Json = False,
) -> None:
    """Is every file as it was packed? Exit code 0 yes, 1 no: the files that differ are listed."""
    differences = fd.verify_bundle(bundle, fd.open_keyholder(key) if key else None)
    if json:
        print_json({"bundle": bundle.name, "differences": list(differences)})
    else:
        for line in differences:
            typer.echo(f"X {line}")
        typer.echo(f"{bundle}: {len(differences)} files differ." if differences else f"{bundle}: as it was packed.")
    raise typer.Exit(1 if differences else 0)


@app.command("seal")
def seal(
    packed: Annotated[Path, typer.Argument(help="A packed bundle.")],
    key: _Key,
    out: Annotated[Path, typer.Option("--out", "-o", help="The sealed file to write.")],
) -> None:
    """Encrypt a packed bundle (AES-256-GCM). The packed one is left where it is."""
    fd.seal_bundle(packed, fd.open_keyholder(key), out)
    typer.echo(f"Sealed: {out}. Without its key nobody can open it again. {packed} is still readable by all.")


@app.command("unseal-check")
def unseal_check(
    sealed: Annotated[Path, typer.Argument(help="A sealed bundle.")],
    key: _Key,
) -> None:
    """Open every frame in memory and keep none: is this the key, and is no byte changed?"""
    typer.echo(f"{sealed}: {fd.check_seal(sealed, fd.open_keyholder(key)):,} bytes open with this key.")


@app.command("rotate")
def rotate(
    sealed: Annotated[Path, typer.Argument(help="A sealed bundle; it is replaced when the new one is written.")],
    old: Annotated[str, typer.Option("--old", help="Where the key lies that it is sealed with.")],
    new: Annotated[str, typer.Option("--new", help="Where the key lies that shall open it from now on.")],
) -> None:
    """Change the key of a sealed bundle without encrypting it anew."""
    fd.rotate_bundle(sealed, fd.open_keyholder(old), fd.open_keyholder(new))
    typer.echo(f"{sealed}: opens with {new} from now on; copies made before still open with {old}.")


@app.command("key")
def key(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="A new file that you alone can read [stdout].")
    ] = None,
) -> None:
    """Make a new key: 64 hexadecimal digits, in a file or on stdout."""
    if out is None:
        typer.echo(fd.new_key())
    else:
        kept = fd.write_new_key(out)
        typer.echo(f"Key {kept.key_id()} is in {out}: --key {kept.where()}. What is sealed with it is lost without it.")
