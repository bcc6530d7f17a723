"""What a decision file may be at most, so that a hostile or mistaken one is refused at once."""

import re
from pathlib import Path

from fiducial.errors import UnusableInput

LARGEST = 1_000_000  # bytes; two hundred rules take some forty thousand
DEEPEST = 20  # lists and tables of TOML inside one another
_STRUCTURE = re.compile(
    r'''"""(?:[^\\]|\\.)*?"""|\'{3}.*?\'{3}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|\#[^\n]*|[\[{\]}.\n=,]''', re.DOTALL
)


def text_within_limits(path: Path) -> str:
    """The text of a file that is not larger than LARGEST.

    Raises:
        UnusableInput: absent, larger, or not UTF-8.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except FileNotFoundError as absent:
        raise UnusableInput(f"{path}: there is no such file.") from absent
    except OSError as refused:
        raise UnusableInput(f"{path}: cannot be read ({refused.strerror}).") from refused
    if len(content) > LARGEST:
        raise UnusableInput(
            f"{path}: is larger than {LARGEST:,} bytes, the most that a decision file may have. Make several of it."
        )
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as wrong:
        line = content[: wrong.start].count(b"\n") + 1
        raise UnusableInput(f"{path}: in line {line} stands a byte that is not UTF-8. Save it as UTF-8.") from wrong


def refuse_deep_nesting(text: str, file: str) -> None:
    """Raises UnusableInput, with line and column, where brackets or dotted keys are nested deeper than DEEPEST."""
    brackets = dots = 0
    for found in _STRUCTURE.finditer(text):
        match found.group():
            case "[" | "{":
                brackets += 1
            case "]" | "}":
                brackets -= 1
            case ".":
                dots += 1
            case "\n" | "=" | ",":
                dots = 0
        if max(brackets, dots) > DEEPEST:
            line = text.count("\n", 0, found.start()) + 1
            column = found.start() - text.rfind("\n", 0, found.start())
            raise UnusableInput(
                f"{file}: line {line}, column {column}: brackets or dotted keys are nested more than {DEEPEST} deep; "
                "a decision file needs three."
            )
