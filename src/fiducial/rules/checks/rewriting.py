"""Trees with parts replaced: the same rule with one input raised, with one part left out, with its leaves renamed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from fiducial.rules.tree import And, Arithmetic, AtLeast, Compare, Node, Not, OneOf, Or, RuleRef, walk

Change = Callable[[Node], Node | None]


def rewritten(node: Node, change: Change) -> Node:
    """The tree with every part for which ``change`` gives another one; filters of regions stay as they are."""
    changed = change(node)
    if changed is not None:
        return changed
    match node:
        case And() | Or() | AtLeast():
            return replace(node, of=tuple(rewritten(part, change) for part in node.of))
        case Not():
            return replace(node, of=rewritten(node.of, change))
        case OneOf():
            return replace(node, of=rewritten(node.of, change))
        case Compare() | Arithmetic():
            return replace(node, left=rewritten(node.left, change), right=rewritten(node.right, change))
        case _:
            return node


def differ(one: Node, other: Node) -> Node:
    """True where two truths are not the same."""
    return Or((And((one, Not(other))), And((Not(one), other))))


def rules_read(node: Node) -> list[str]:
    """The rules that a tree reads, each once."""
    return list(dict.fromkeys(one.name for one in walk(node) if isinstance(one, RuleRef)))


def readers_of(rule: str, reads: Mapping[str, Sequence[str]]) -> list[str]:
    """The rules that read one, directly or through others, in order; ``reads``: what each reads, in order."""
    found = {rule}
    for name, read in reads.items():
        if name != rule and not found.isdisjoint(read):
            found.add(name)
    return [name for name in reads if name in found and name != rule]


def without_each_part(node: Node) -> Iterator[tuple[Node, Node]]:
    """Each part of an ``and`` or an ``or``, and the whole without it."""
    for joined in outside_filters(node):
        if not isinstance(joined, And | Or):
            continue
        for part in joined.of:
            yield part, _without(node, joined, part)


def _without(node: Node, joined: And | Or, part: Node) -> Node:
    rest = tuple(other for other in joined.of if other is not part)

    def change(one: Node) -> Node | None:
        if one is not joined:
            return None
        return rest[0] if len(rest) == 1 else replace(joined, of=rest)

    return rewritten(node, change)


def outside_filters(tree: Node) -> list[Node]:
    """The nodes of a tree, from the top, but for those of filters of regions: these speak of one box."""
    found: list[Node] = []

    def keep(node: Node) -> Node | None:
        found.append(node)
        if isinstance(node, OneOf):
            found.extend(node.choices)
        return None

    rewritten(tree, keep)
    return found
