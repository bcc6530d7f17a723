"""The state of a run in one file, replaced as a whole after every epoch: a run that is killed goes on from it."""

import io
import pickle
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.files.writing import replacing

SCHEMA = "fiducial.learn-state/1"


@dataclass(slots=True)
class State:
    """``phase``, ``epoch``: the next to be done. ``best``: the kept weights of the phase, and their tuning score."""

    recipe: str  # its hash
    data: str  # the hash of the rows
    micro: int
    phase: int = 0
    epoch: int = 0
    network: dict[str, Any] | None = None
    average: dict[str, Any] | None = None
    optimiser: dict[str, Any] | None = None
    schedule: dict[str, Any] | None = None
    best: dict[str, Any] | None = None
    score: float | None = None
    waited: int = 0
    log: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tracked: str | None = None  # the identity of its MLflow run

    def save(self, path: Path) -> None:
        """All of it or nothing.

        Raises:
            UnusableInput: the disk is full, or the folder cannot be written to; the state before is kept.
        """
        content = io.BytesIO()
        torch.save({"schema": SCHEMA, "torch": str(torch.__version__), "state": _plain(self)}, content)
        try:
            with replacing(path) as temporary:
                temporary.write_bytes(content.getbuffer())
        except OSError as refused:
            raise UnusableInput(
                f"{path}: cannot be written ({refused.strerror}). Make room and run the same command again: the state "
                "of the epoch before is kept."
            ) from refused


def read_state(path: Path, recipe: str, data: str) -> State | None:
    """The state of a run of this recipe on these rows, or None where there is none yet.

    Raises:
        WrongUsage: it is of another recipe or of other rows.
        UnusableInput: it is no state.
    """
    if not path.exists():
        return None
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
        state = State(**found["state"])
    except (OSError, RuntimeError, EOFError, ValueError, KeyError, TypeError, pickle.UnpicklingError) as broken:
        raise UnusableInput(f"{path}: is no state of a run ({broken}). Delete it to begin anew.") from broken
    for what, of_state, asked in (("recipe", state.recipe, recipe), ("data", state.data, data)):
        if of_state != asked:
            raise WrongUsage(
                f"{path}: is the state of a run with another {what}. Name another --out, or delete the file to begin "
                "anew."
            )
    return state


def _plain(state: State) -> dict[str, Any]:
    # asdict copies tensors deeply, which is what a state of this moment wants.
    return asdict(state)
