"""What all verbs share: words to stdout, notes and progress to stderr, pairs from options."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, Protocol, TypeVar

import typer

from fiducial.errors import WrongUsage


def print_json(document: dict[str, Any]) -> None:
    """One document on stdout."""
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))


def note(text: str) -> None:
    """A line that is no result: stderr."""
    typer.echo(text, err=True)


def pairs(words: list[str], option: str) -> dict[str, str]:
    """``["patient=subject"]`` as a mapping.

    Raises:
        WrongUsage: a word without ``=``.
    """
    found = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not (name and equals and value):
            raise WrongUsage(f"{option} takes NAME=VALUE; got {word!r}.")
        found[name] = value
    return found


class Outcome(Protocol):
    """What a verb found: a document, and what the command ends with."""

    @property
    def exit_code(self) -> int:
        """As the page of formats lists them."""
        ...

    def document(self) -> dict[str, Any]:
        """What ``--json`` prints."""
        ...


Found = TypeVar("Found", bound=Outcome)


def finish(found: Found, tell: Callable[[Found, Path | None], None], page: Path | None, *, json: bool) -> NoReturn:
    """Print the document or the words, and end with the verdict's exit code."""
    if json:
        print_json(found.document())
    else:
        tell(found, page)
    raise typer.Exit(found.exit_code)


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr where that is a terminal; call the yielded function with (done, total)."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console  # noqa: PLC0415  (a third of --help's time, and only a terminal needs it)
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
