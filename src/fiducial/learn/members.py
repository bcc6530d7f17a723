"""A section of a recipe that names a plugin by its ``kind`` becomes that plugin, its settings checked."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from fiducial import plugins
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.toml import parse

if TYPE_CHECKING:
    from pydantic import BaseModel

KEY = "kind"


def parse_member(group: str, section: Mapping[str, Any], *, where: str) -> Any:  # noqa: ANN401  (the group says what)
    """``group``: losses, samplers, augmenters or objectives.

    Raises:
        UnusableInput: the section names no kind, or has a setting that its kind does not know.
        WrongUsage: no member of the group bears the name.
    """
    settings = dict(section)
    name = settings.pop(KEY, None)
    if not isinstance(name, str):
        known = ", ".join(plugins.names(group))
        raise UnusableInput(f'{where}: names no kind; give {KEY} = "...", one of: {known}.')
    try:
        member = cast("type[BaseModel]", plugins.load(group, name))
    except WrongUsage as unknown:
        raise WrongUsage(f"{where}: {unknown}") from unknown
    return parse(settings, member, where=f"{where} ({name})")
