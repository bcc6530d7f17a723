"""``fiducial learn``: from a recipe to a bundle, and what each of its choices bought."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

import fiducial as fd
from fiducial.cli.output import finish, note, print_json, progress
from fiducial.errors import WrongUsage

if TYPE_CHECKING:
    from fiducial.claims.ablation import Ablation, Contrast
    from fiducial.claims.starts import Starts

SHOWN = 10
RECIPES_SCHEMA = "fiducial.learn-recipes/1"
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", help="KEY=VALUE instead of the file's, such as network.backbone=small:8; repeatable."),
]
_BETWEEN = re.compile(r",(?![^\[]*\])")  # commas, but not those of a list


class RecipeFirst(TyperGroup):
    """``fiducial learn recipe.toml`` is ``fiducial learn train recipe.toml``; every other verb is named."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer's context
        """Put ``train`` before anything that is no verb."""
        named = args and (args[0] in self.commands or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if named or not args else ["train", *args])


app = typer.Typer(
    cls=RecipeFirst,
    no_args_is_help=True,
    help="Train by a recipe and leave a bundle. `fiducial learn recipe.toml` is `fiducial learn train recipe.toml`.",
)


@app.command()
def train(
    recipe: Annotated[Path, typer.Argument(help="A recipe.toml; docs/learn.md lists its keys.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder of the run; default: the recipe's name.")
    ] = None,
    changes: Changes = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Train, tune and export; a stopped run goes on. Exit code 0: done; 5: done, and some images were unusable."""
    with progress("learning") as told:
        found = fd.learn_bundle(_read(recipe, changes), out or recipe.with_suffix(""), told=told)
    finish(found, _tell, None, json=json)


@app.command()
def recipes(
    name: Annotated[str | None, typer.Argument(help="The one to take; without a name all are listed.")] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The file to write; default: NAME.toml.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """List the recipes that ship, or write one to a file of your own."""
    if name is not None:
        typer.echo(f"Written: {fd.take_recipe(name, out or Path(f'{name}.toml'))}")
        return
    shipped = fd.list_recipes()
    if json:
        listed = [{"name": one.name, "statement": one.statement, "findings": one.findings} for one in shipped]
        print_json({"schema": RECIPES_SCHEMA, "recipes": listed})
        return
    for one in shipped:
        typer.echo(f"{one.name:10} {one.statement}")
    typer.echo("Take one: fiducial learn recipes NAME --out NAME.toml. Not a medical device.")


@app.command()
def ablate(  # noqa: PLR0913  (one parameter an option)
    recipe: Annotated[Path, typer.Argument(help="A recipe.toml.")],
    over: Annotated[
        str,
        typer.Option(help="Keys of the recipe, such as augment.rotation,network.dropout=0.2|0.5,start=noise|FILE."),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder; default: the recipe's name and -ablation.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Every combination instead of one key at a time.")] = False,
    seeds: Annotated[int, typer.Option(help="Runs of each variant, from the recipe's seed upwards.")] = 3,
    labels: Annotated[
        str | None, typer.Option(help="Shares of training patients with labels, such as 0.01,0.1,1; for start alone.")
    ] = None,
    workers: Annotated[int, typer.Option(help="Runs at a time; -1 is one a core.")] = 1,
    cluster: Annotated[str | None, typer.Option(help="tcp://host:port (Dask) or ray[://host:port].")] = None,
    changes: Changes = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Say what each choice of a recipe bought, on the tuning split. Exit code 5: a variant has no result."""
    folder = out or recipe.with_name(f"{recipe.stem}-ablation")
    options = fd.AblateOptions(full=full, seeds=seeds, workers=workers, cluster=cluster)
    if labels is not None:
        _compare(_read(recipe, changes), _BETWEEN.split(over), labels, folder, options, json=json)
    with progress("ablating") as told:
        found = fd.ablate_recipe(_read(recipe, changes), _BETWEEN.split(over), folder, options, told=told)
    finish(found, _tell_ablation, folder / "ablation.html", json=json)


def _compare(  # noqa: PLR0913  (what is compared, where, and how it is told)
    recipe: "fd.Located", over: list[str], labels: str, folder: Path, options: "fd.AblateOptions", *, json: bool
) -> None:
    if options.full:
        raise WrongUsage("--full and --labels exclude each other: shares of labels are compared by start alone.")
    try:
        shares = [float(word) for word in labels.split(",")]
    except ValueError:
        raise WrongUsage(f"--labels takes shares, such as 0.01,0.1,1; got {labels!r}.") from None
    with progress("comparing") as told:
        found = fd.compare_starts(recipe, over, shares, folder, options, told=told)
    finish(found, _tell_starts, folder / "starts.html", json=json)


def _read(path: Path, changes: list[str] | None) -> "fd.Located":
    if not path.exists() and path.name in [one.name for one in fd.list_recipes()]:
        name = path.name
        raise WrongUsage(f"{name} ships, and is taken first: `fiducial learn recipes {name} --out {name}.toml`.")
    asked = fd.read_recipe(path)
    return fd.change_recipe(asked, changes) if changes else asked


@app.command()
def mine(  # noqa: PLR0913  (one parameter an option)
    bundle: Annotated[Path, typer.Argument(help="A bundle of this cohort's training split, .fidu or folder.")],
    cohort: Annotated[Path, typer.Argument(help="The cohort that it was trained on.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The list to write (.csv); a page comes beside it.")],
    finding: Annotated[str | None, typer.Option(help="Of whose negatives, if the bundle scores several.")] = None,
    most: Annotated[int, typer.Option(help="Rows of the list at most.", min=1)] = 100,
    per_patient: Annotated[int, typer.Option(help="Of one patient at most.", min=1)] = 2,
    masks: Annotated[Path | None, typer.Option(help="A table of masks: does it look at one of those regions?")] = None,
    key: Annotated[str | None, typer.Option(help="Where the key of a sealed bundle lies.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """List the negatives that the model is most wrongly sure of, to be reviewed before they enter training.

    Exit code 5: some images could not be scored.
    """
    options = fd.MineOptions(finding, most, per_patient, masks, key)
    with progress("mining") as told:
        found = fd.mine_negatives(bundle, cohort, options, told=told)
    page = fd.save_list(found, out)
    for study, reason in list(found.failed.items())[:SHOWN]:
        note(f"{study}: not scored: {reason}")
    if json:
        typer.echo(page.with_suffix(".json").read_text(encoding="utf-8"), nl=False)
        raise typer.Exit(found.exit_code)
    called = sum(one.called for one in found.negatives)
    typer.echo(
        f"{len(found.negatives)} of {found.looked_at} negatives of {found.finding}, {called} called {found.finding}."
    )
    for group, count in found.groups.items():
        typer.echo(f"  looks at {group}: {count}")
    typer.echo(f"Written: {out}, {page}. Fill in `decision`, then name it as [data] mined. Not a medical device.")
    raise typer.Exit(found.exit_code)


def _tell_ablation(found: "Ablation", page: Path | None) -> None:
    for variant, reason in found.failed.items():
        note(f"{variant}: no result: {reason}")
    for line in found.notes:
        note(line)
    for one in found.contrasts:
        low, high = one.interval.low, one.interval.high
        said = f"AUROC {one.difference:+.3f} ({low:+.3f} to {high:+.3f}), {one.shown(found.confidence)}"
        typer.echo(f"{one.variant}, {one.finding}: {said}{_at_rule(one)}")
    typer.echo(f"Written: {page}")
    typer.echo("Not a medical device.")


def _at_rule(one: "Contrast") -> str:
    if one.corner is None:
        return ""
    low, high = one.corner.interval.low, one.corner.interval.high
    return f"; at {one.corner.rule} {one.corner.name} {one.corner.difference:+.3f} ({low:+.3f} to {high:+.3f})"


def _tell_starts(found: "Starts", page: Path | None) -> None:
    for what, reason in found.failed.items():
        note(f"{what}: no result: {reason}")
    for line in found.notes:
        note(line)
    for row in found.rows():
        said = f"AUROC {row['auroc']:.3f} ({row['low']:.3f} to {row['high']:.3f})"
        if row["shown"] is not None:
            said += f", {row['difference']:+.3f} against {found.reference}: {row['shown']}"
        typer.echo(f"{row['finding']}, {100 * row['share']:.4g}% of labels, {row['start']}: {said}")
    typer.echo(f"Written: {page}")
    typer.echo("Not a medical device.")


def _tell(found: "fd.Learned", page: Path | None) -> None:  # noqa: ARG001  (as every verb's)
    for study, reason in list(found.failed.items())[:SHOWN]:
        note(f"{study}: not learned from: {reason}")
    if len(found.failed) > SHOWN:
        note(f"... and {len(found.failed) - SHOWN} more; learned.json names each.")
    for line in found.notes:
        note(line)
    for name, value in found.metrics.items():
        typer.echo(f"{name}: {value:.3f}")
    for gap in found.sequence.gaps if found.sequence else ():
        typer.echo(str(gap))
    for line in found.audit.lines() if found.audit else ():
        typer.echo(line)
    typer.echo(f"Parity of the exported graph: {found.parity:.1e}")
    typer.echo(f"Written: {found.packed}")
    typer.echo("Not a medical device.")
