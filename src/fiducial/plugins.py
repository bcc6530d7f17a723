"""The one door for layouts, checks, rungs, conditions and their like: entry points, for our own and for outsiders'.

A package adds a member by declaring it in its ``pyproject.toml``, for example::

    [project.entry-points."fiducial.checks"]
    my-check = "my_package.my_check:MyCheck"
"""

from functools import cache
from importlib.metadata import EntryPoint, entry_points

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.names import did_you_mean

KINDS = (
    "layouts",
    "checks",
    "rungs",
    "segmenters",
    "conditions",
    "steps",
    "explainers",
    "fusers",
    "keyholders",
    "rule_checks",
    "losses",
    "samplers",
    "augmenters",
    "objectives",
    "outputs",
)


def names(kind: str) -> tuple[str, ...]:
    """The names of all members of a kind, sorted; two packages may not claim one name."""
    return tuple(sorted(_declared(kind)))


def load(kind: str, name: str) -> type:
    """The class behind a name, imported now.

    Raises:
        WrongUsage: nothing of this kind bears the name.
        UnusableInput: the package that declares it cannot be imported.
    """
    declared = _declared(kind)
    if name not in declared:
        hint = did_you_mean(name, declared)
        known = ", ".join(names(kind)) or "none is installed"
        raise WrongUsage(f"no {_one(kind)} is called {name!r}.{hint} There are: {known}.")
    try:
        member: type = declared[name].load()
    except (ImportError, AttributeError) as broken:
        raise UnusableInput(
            f"the {_one(kind)} {name!r} ({declared[name].value}) cannot be loaded: {broken}. "
            "Mend or uninstall the package that declares it."
        ) from broken
    return member


def _one(kind: str) -> str:
    return kind.removesuffix("s").replace("_", " ")


@cache
def _declared(kind: str) -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=f"fiducial.{kind}"):
        if point.name in found and found[point.name].value != point.value:
            raise UnusableInput(
                f"{found[point.name].value} and {point.value} both declare the {_one(kind)} "
                f"{point.name!r}. Uninstall one of the packages."
            )
        found[point.name] = point
    return found
