"""What every epoch did, as a table for people and as events for TensorBoard."""

from pathlib import Path
from typing import Any

import polars as pl
from torch.utils.tensorboard import SummaryWriter

from fiducial.files.tables import write_table

KEYS = {"phase", "epoch"}


def write_log(rows: list[dict[str, Any]], folder: Path) -> None:
    """``log.csv``: one row an epoch, written anew as a whole."""
    write_table(pl.DataFrame(rows, infer_schema_length=None), folder / "log.csv")


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
