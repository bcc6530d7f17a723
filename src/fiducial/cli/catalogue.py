"""``fiducial catalogue``: the findings and devices that ship, one of them or all."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

import fiducial as fd
from fiducial.cli.output import print_json
from fiducial.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fiducial.claims.catalogue.catalogue import Catalogue
    from fiducial.claims.catalogue.entry import Entry


def catalogue(
    name: Annotated[
        str | None, typer.Argument(help="A name, a synonym or a code, e.g. RID5352; all without it.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="finding or device.")] = None,
    body_part: Annotated[str | None, typer.Option(help="What is looked for there, e.g. chest or 'upper limb'.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")] = False,
) -> None:
    """Names, synonyms, sub-types, urgency and sourced codes of findings and devices.

    Exit code 0; 2: nothing bears that name (the nearest is told).
    """
    if name and (kind or body_part):
        raise WrongUsage("--kind and --body-part choose from the whole catalogue; leave them out beside a name.")
    shipped = fd.catalogue()
    entries = (shipped.with_code(name) or shipped.get(name),) if name else shipped.choose(kind, body_part)
    if json:
        print_json(shipped.document(entries))
        return
    for line in _one(shipped, entries[0]) if name else _all(shipped, entries):
        typer.echo(line)
    typer.echo(f"Catalogue {shipped.version}. Not a medical device.")


def _one(shipped: "Catalogue", entry: "Entry") -> Iterator[str]:
    where = ", ".join(entry.body_parts) or "anywhere"
    yield f"{entry.name}: a {entry.kind}; {where}; {entry.urgency}: {shipped.urgencies[entry.urgency].meaning}"
    if entry.synonyms:
        yield f"  also called: {', '.join(entry.synonyms)}"
    for layout, labels in entry.labels.items():
        yield f"  label of {layout}: {', '.join(labels)}"
    for way in shipped.lineages(entry):
        if way:
            yield f"  a kind of: {' > '.join(one.name for one in way)}"
    yield from _below(shipped, entry, 1)
    for code in entry.codes:
        yield f"  {code.system} {code.code} ({code.label}), from {shipped.source(code).where}"
    if not entry.codes:
        yield "  no code: none could be sourced"
    if entry.note:
        yield f"  {entry.note}"


def _below(shipped: "Catalogue", entry: "Entry", depth: int) -> Iterator[str]:
    for child in shipped.children(entry):
        yield f"{'  ' * depth}- {child.name}"
        yield from _below(shipped, child, depth + 1)


def _all(shipped: "Catalogue", entries: "Sequence[Entry]") -> Iterator[str]:
    yield f"{'name':40} {'kind':8} {'told in':8} {'radlex':9} {'snomed':16} where"
    for entry in entries:
        radlex, snomed = (found.code if found else "-" for found in (entry.code("radlex"), entry.code("snomed")))
        where = ", ".join(entry.body_parts) or "anywhere"
        yield f"{entry.name:40} {entry.kind:8} {entry.urgency:8} {radlex:9} {snomed:16} {where}"
    yield f"{len(entries)} of {len(shipped.entries)} entries."
