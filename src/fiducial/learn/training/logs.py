"""What every epoch did, as a table for people and as events for TensorBoard."""

from pathlib import Path
from typing import Any

import polars as pl
from torch.utils.tensorboard import SummaryWriter

from fiducial.files.tables import write_table
from fiducial.learn.recipe import Recipe
from fiducial.learn.training.state import State
from fiducial.learn.training.trackers import tracker

KEYS = {"phase", "epoch"}


def write_log(rows: list[dict[str, Any]], folder: Path) -> None:
    """``log.csv``: one row an epoch, written anew as a whole."""
    write_table(pl.DataFrame(rows, infer_schema_length=None), folder / "log.csv")


class Logs:
    """Everything that hears of an epoch: the table, TensorBoard, and MLflow where it is."""

    def __init__(self, recipe: Recipe, folder: Path, state: State) -> None:
        """Of a run that begins, or goes on where ``state`` stands."""
        self._folder, self._state = folder, state
        self._events = Events(folder, len(state.log))
        self._tracker = tracker(recipe, state.tracked)
        state.tracked = getattr(self._tracker, "run", None)

    def add(self, row: dict[str, Any], speed: list[dict[str, Any]]) -> None:
        """A row that stands last in the log; and how fast each epoch of this process was, which is no part of a log."""
        write_log(self._state.log, self._folder)
        write_table(pl.DataFrame(speed), self._folder / "speed.csv")
        told = row | {f"speed.{name}": value for name, value in speed[-1].items()}
        self._events.add(told, len(self._state.log))
        self._tracker.add(told, len(self._state.log))

    def close(self) -> None:
        """Nothing more will come."""
        self._events.close()
        self._tracker.close()


class Events:
    """TensorBoard's files under ``folder/tensorboard``; a run that goes on drops what came after its state."""

    def __init__(self, folder: Path, begun: int) -> None:
        """``begun``: epochs that are done."""
        self._writer = SummaryWriter(str(folder / "tensorboard"), purge_step=begun)

    def add(self, row: dict[str, Any], epoch: int) -> None:
        """Every number of a row of the log."""
        for name, value in row.items():
            if name not in KEYS and isinstance(value, int | float):
                self._writer.add_scalar(name, value, epoch)
        self._writer.flush()

    def close(self) -> None:
        """Nothing more will come."""
        self._writer.close()
