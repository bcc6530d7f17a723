"""MLflow, where it is installed and the environment has its address: the recipe, and every row of the log."""

import os
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

from fiducial.learn.recipe import Recipe

ADDRESS = "MLFLOW_TRACKING_URI"


class Tracker(Protocol):
    """Hears every epoch."""

    def add(self, row: dict[str, Any], epoch: int) -> None:
        """The numbers of a row of the log."""
        ...

    def close(self) -> None:
        """Nothing more will come."""
        ...


class Nobody:
    """Where nothing tracks."""

    def add(self, row: dict[str, Any], epoch: int) -> None:
        """Unheard."""

    def close(self) -> None:
        """Nothing to end."""


class Mlflow:
    """One MLflow run; a training that goes on goes on in the run that it began."""

    def __init__(self, recipe: Recipe, run: str | None) -> None:
        """``run``: the identity of the run that this training began, if it did."""
        self._client = import_module("mlflow").MlflowClient()
        told = self._client.get_experiment_by_name("fiducial")
        experiment = told.experiment_id if told else self._client.create_experiment("fiducial")
        self.run = run or self._begun(recipe, experiment)

    def add(self, row: dict[str, Any], epoch: int) -> None:
        """Every number, under its name."""
        for name, value in row.items():
            if isinstance(value, int | float):
                self._client.log_metric(self.run, name, float(value), step=epoch)

    def close(self) -> None:
        """The run has ended."""
        self._client.set_terminated(self.run)

    def _begun(self, recipe: Recipe, experiment: str) -> str:
        run = self._client.create_run(experiment, run_name=recipe.recipe.name)
        self._client.log_param(run.info.run_id, "recipe", recipe.hash)
        self._client.log_dict(run.info.run_id, recipe.model_dump(mode="json", exclude={"data"}), "recipe.json")
        return str(run.info.run_id)


def tracker(recipe: Recipe, run: str | None) -> "Mlflow | Nobody":
    """MLflow's where ``MLFLOW_TRACKING_URI`` names a server or a folder and the package is there."""
    wanted = bool(os.environ.get(ADDRESS)) and find_spec("mlflow") is not None
    return Mlflow(recipe, run) if wanted else Nobody()
