"""Open a bundle: read its manifest, check that everything it names is there, and give a model that answers."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fiducial.claims.claim import Claim
from fiducial.claims.evidence import NOTICE
from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.hashes import hash_bytes
from fiducial.files.toml import parse
from fiducial.models.bundle_files import required
from fiducial.models.catalogued import Catalogued
from fiducial.models.graph import Content
from fiducial.models.keyholders.naming import open_keyholder
from fiducial.models.manifest import SCHEMA, Manifest
from fiducial.models.names import CONTENTS, MANIFEST
from fiducial.models.opening import read_files
from fiducial.scans.preparation.contract import Step
from fiducial.scans.preparation.preparing import parse_steps

SHOWN_SCHEMA = "fiducial.bundle-show/1"


@dataclass(frozen=True, eq=False)
class Bundle:
    """What lies in a bundle, checked: ``claims`` by finding, ``steps`` of the preparation, every file by name."""

    manifest: Manifest
    claims: Mapping[str, Claim]
    steps: tuple[Step, ...]
    files: Mapping[str, Content]
    where: str

    @cached_property
    def hash(self) -> str:
        """One hash of all files and their names, the same for a folder, a packed and a sealed bundle; reckoned once."""
        lines = [f"{name} {hash_bytes(self.files[name])}\n" for name in sorted(self.files) if name != CONTENTS]
        return hash_bytes("".join(lines).encode())

    @property
    def catalogued(self) -> tuple[Catalogued, ...]:
        """What the catalogue knows of each finding, in the order of the manifest."""
        return tuple(Catalogued.of(finding.name, finding.codes) for finding in self.manifest.findings)

    def document(self) -> dict[str, Any]:
        """What ``fiducial bundle show --json`` prints."""
        return {
            "schema": SHOWN_SCHEMA,
            "notice": NOTICE,
            "hash": self.hash,
            "files": {name: len(self.files[name]) for name in self.files},
            "manifest": self.manifest.model_dump(mode="json", by_alias=True, exclude_none=True),
            "claims": {name: claim.model_dump(mode="json", exclude_none=True) for name, claim in self.claims.items()},
            "catalogue": {one.finding: one.document() for one in self.catalogued},
        }


def open_bundle(path: str | Path, *, key: str | None = None) -> Bundle:
    """Open a folder, a packed file or a sealed one; ``key`` says where the key of a sealed one lies (``env:NAME``).

    Raises:
        UnusableInput: it is no bundle, of another schema, sealed with another key, names what it does not hold, or a
            step of preparation that nothing installed knows; the message says which key.
        WrongUsage: it is sealed and no key was named.
    """
    path = Path(path)
    files = read_files(path, open_keyholder(key) if key else None)
    manifest = _manifest(files, str(path))
    steps = _steps(manifest, f"{path}: {MANIFEST}")
    for name in _named(manifest):
        required(files, name, where=str(path))
    claims = {
        finding.name: _claim(files, finding.claim, finding.name, str(path))
        for finding in manifest.findings
        if finding.claim is not None
    }
    return Bundle(manifest, claims, steps, files, str(path))


def _manifest(files: Mapping[str, Content], where: str) -> Manifest:
    content = _toml(required(files, MANIFEST, where=where), f"{where}: {MANIFEST}")
    found = content.get("schema")
    if found != SCHEMA:
        raise UnusableInput(
            f"{where}: {MANIFEST} is of the schema {found!r}; this version of fiducial reads {SCHEMA!r}. "
            "Export the model again, or install the version that wrote it."
        )
    return parse(content, Manifest, where=f"{where}: {MANIFEST}")


def _steps(manifest: Manifest, where: str) -> tuple[Step, ...]:
    try:
        return parse_steps(manifest.preparation, where=where)
    except WrongUsage as unknown:
        raise UnusableInput(f"{unknown} Install what knows it, or export the model again.") from unknown


def _claim(files: Mapping[str, Content], name: str, finding: str, where: str) -> Claim:
    claim = parse(_toml(required(files, name, where=where), f"{where}: {name}"), Claim, where=f"{where}: {name}")
    if claim.claim.finding != finding:
        raise UnusableInput(
            f"{where}: {name} is a claim about {claim.claim.finding!r}, and {MANIFEST} gives it to {finding!r}."
        )
    return claim


def _named(manifest: Manifest) -> list[str]:
    aggregation = manifest.aggregation.file if manifest.aggregation else None
    named = (manifest.graph.file, manifest.outputs.head, aggregation, manifest.support.file)
    return [name for name in named if name is not None]


def _toml(content: Content, where: str) -> dict[str, object]:
    try:
        return tomllib.loads(bytes(content).decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise UnusableInput(f"{where}: is not valid TOML: {wrong}.") from wrong
