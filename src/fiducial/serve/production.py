"""What a service in production must have; all that is missing is told at once, before anything starts."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fiducial.errors import WrongUsage
from fiducial.files.toml import read_toml
from fiducial.models.sealed import is_sealed
from fiducial.pipelines.opening import FILE
from fiducial.pipelines.recipe import ModelLine, PipelineFile
from fiducial.serve.access.opening import opened
from fiducial.serve.access.options import REMEDY, AccessOptions
from fiducial.serve.access.tokens import Tokens

_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class Plant:
    """What is to run: the pipeline, the folder of the data, the address of the store, and how it is reached."""

    pipeline: Path
    folder: Path
    store: str
    access: AccessOptions


def refuse_unfit(plant: Plant) -> None:
    """Before a service in production starts.

    Raises:
        WrongUsage: something is missing; the message lists all of it.
        UnusableInput: the pipeline's file or the store cannot be opened.
    """
    faults = [*_unsealed(plant.pipeline), *_unnamed(plant), *_overheard(plant.access), *_open_to_others(plant.folder)]
    if faults:
        listed = "".join(f"\n  - {one}" for one in faults)
        raise WrongUsage(f"--production: {len(faults)} things are missing:{listed}")


def refuse_unsealed(pipeline: Path) -> None:
    """Before a pipeline is opened, at the start and whenever it changes.

    Raises:
        WrongUsage: a bundle that is not sealed; the message lists all.
    """
    faults = list(_unsealed(pipeline))
    if faults:
        raise WrongUsage("; ".join(faults))


def _unsealed(pipeline: Path) -> Iterator[str]:
    path = pipeline / FILE if pipeline.is_dir() else pipeline
    for line in read_toml(path, PipelineFile).models:
        yield from _fault(path.parent / line.bundle, line)


def _fault(where: Path, line: ModelLine) -> Iterator[str]:
    if not where.is_file() or not is_sealed(where):
        yield f"{where} is not sealed. `fiducial bundle seal` seals it; only sealed bundles run in production."
    elif line.key is None:
        yield f"{where} is sealed, and the pipeline does not say where its key lies: key = 'env:...' or 'file:...'."


def _unnamed(plant: Plant) -> Iterator[str]:
    with opened(plant.store, create=True) as database:
        if plant.access.file.oidc is None and not Tokens(database).any():
            yield f"nobody has a name, so everybody at this machine could do everything. {REMEDY}."


def _overheard(access: AccessOptions) -> Iterator[str]:
    if not access.loopback and not access.tls:
        yield (
            f"--host {access.host} without TLS: names and images would travel in the open. Give --tls-cert and "
            "--tls-key, or name the proxy that ends TLS ([proxy] trusted in access.toml)."
        )


def _open_to_others(folder: Path) -> Iterator[str]:
    if folder.exists() and folder.stat().st_mode & _OTHERS:
        yield f"{folder} can be entered by other users of this machine: chmod 700 {folder}"
