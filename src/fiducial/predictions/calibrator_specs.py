"""Fitted calibrators as a file writes them: a kind and its numbers, checked when they are read."""

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from fiducial.predictions.calibrators import Beta, Calibrator, Isotonic, Platt, Temperature


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TemperatureSpec(_Spec):
    """As a bundle writes it."""

    kind: Literal["temperature"]
    temperature: float = Field(gt=0)

    def calibrator(self) -> Calibrator:
        """The calibrator that is meant."""
        return Temperature(self.temperature)


class PlattSpec(_Spec):
    """As a bundle writes it."""

    kind: Literal["platt"]
    intercept: float
    slope: float

    def calibrator(self) -> Calibrator:
        """The calibrator that is meant."""
        return Platt(self.intercept, self.slope)


class BetaSpec(_Spec):
    """As a bundle writes it."""

    kind: Literal["beta"]
    a: float = Field(ge=0)
    b: float = Field(ge=0)
    c: float

    def calibrator(self) -> Calibrator:
        """The calibrator that is meant."""
        return Beta(self.a, self.b, self.c)


class IsotonicSpec(_Spec):
    """As a bundle writes it: scores that rise, and the probability of each."""

    kind: Literal["isotonic"]
    scores: tuple[float, ...] = Field(min_length=2)
    probabilities: tuple[float, ...]

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if len(self.scores) != len(self.probabilities):
            raise ValueError("scores and probabilities must be as many")
        if any(np.diff(self.scores) < 0) or any(np.diff(self.probabilities) < 0):
            raise ValueError("scores and probabilities must rise")
        if min(self.probabilities) < 0 or max(self.probabilities) > 1:
            raise ValueError("probabilities must lie from 0 to 1")
        return self

    def calibrator(self) -> Calibrator:
        """The calibrator that is meant."""
        return Isotonic(np.array(self.scores), np.array(self.probabilities))


CalibratorSpec = Annotated[TemperatureSpec | PlattSpec | BetaSpec | IsotonicSpec, Field(discriminator="kind")]


def spec_of(calibrator: Calibrator) -> CalibratorSpec:
    """A fitted calibrator as a file writes it.

    Raises:
        TypeError: a calibrator of another package.
    """
    match calibrator:
        case Temperature():
            return TemperatureSpec(kind="temperature", temperature=calibrator.temperature)
        case Platt():
            return PlattSpec(kind="platt", intercept=calibrator.intercept, slope=calibrator.slope)
        case Beta():
            return BetaSpec(kind="beta", a=calibrator.a, b=calibrator.b, c=calibrator.c)
        case Isotonic():
            rising = (tuple(calibrator.scores.tolist()), tuple(calibrator.probabilities.tolist()))
            return IsotonicSpec(kind="isotonic", scores=rising[0], probabilities=rising[1])
        case _:
            raise TypeError(f"{type(calibrator).__name__} has no form that a file could hold")
