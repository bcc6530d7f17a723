"""What a bundle should hold: the SHA-256 and the size of each file, and which of them differ."""

import json
from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fiducial.errors import UnusableInput
from fiducial.files.hashes import hash_bytes
from fiducial.models.names import CONTENTS

SCHEMA: Literal["fiducial.contents/1"] = "fiducial.contents/1"


class Listed(BaseModel):
    """One file: its hash as ``sha256:<hex>`` and its size in bytes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    size: int = Field(ge=0)


class Contents(BaseModel):
    """The document ``contents.json``: every file of the bundle but itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_: Literal["fiducial.contents/1"] = Field(alias="schema")
    files: dict[str, Listed]

    def as_bytes(self) -> bytes:
        """The same bytes for the same files, names sorted."""
        return (json.dumps(self.model_dump(by_alias=True), indent=2, sort_keys=True) + "\n").encode()


def verify(files: Mapping[str, bytes | memoryview], where: str = "the bundle") -> tuple[str, ...]:
    """One sentence for every file that is not what ``contents.json`` says; empty where all is as it was packed.

    Raises:
        UnusableInput: there is no ``contents.json``, or it cannot be read.
    """
    listed = _read(files, where).files
    return tuple(_differences(files, listed))


def _differences(files: Mapping[str, bytes | memoryview], listed: Mapping[str, Listed]) -> Iterator[str]:
    for name in sorted({*files, *listed} - {CONTENTS}):
        if name not in listed:
            yield f"{name}: is not listed in {CONTENTS}; it was added later."
        elif name not in files:
            yield f"{name}: is listed in {CONTENTS} and missing."
        else:
            yield from _difference(name, files[name], listed[name])


def _difference(name: str, content: bytes | memoryview, listed: Listed) -> Iterator[str]:
    if len(content) != listed.size:
        yield f"{name}: has {len(content):,} bytes; {CONTENTS} says {listed.size:,}."
    elif hash_bytes(content) != listed.sha256:
        yield f"{name}: its SHA-256 is not the one in {CONTENTS}; it was changed after packing."


def _read(files: Mapping[str, bytes | memoryview], where: str) -> Contents:
    if CONTENTS not in files:
        raise UnusableInput(
            f"{where}: holds no {CONTENTS}, so there is nothing to compare with. Pack it: `fiducial bundle pack`."
        )
    try:
        return Contents.model_validate_json(bytes(files[CONTENTS]))
    except ValidationError as wrong:
        first = wrong.errors()[0]
        key = ".".join(map(str, first["loc"])) or "(top level)"
        raise UnusableInput(f"{where}: {CONTENTS} cannot be read: {key}: {first['msg']}. Pack it again.") from wrong
