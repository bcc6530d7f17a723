"""The work into which the model is put: how many studies a day, and how long who reads them."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MINUTES = 60  # an hour


class Workload(BaseModel):
    """``claim.workload``. Without reading times only alerts a day follow from it; with them, who waits how long."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    studies_per_day: float = Field(gt=0, allow_inf_nan=False)
    hours_per_day: float = Field(default=24, gt=0, le=24)  # in which they arrive and are read
    readers: int = Field(default=1, ge=1)
    reading_minutes: float | None = Field(default=None, gt=0, allow_inf_nan=False)  # on average
    reading_times: Literal["exponential", "lognormal", "readings"] = "exponential"
    reading_deviation: float | None = Field(default=None, gt=0, allow_inf_nan=False)  # minutes, of the lognormal law

    @property
    def arrivals_per_minute(self) -> float:
        """Within the hours in which studies arrive."""
        return self.studies_per_day / (self.hours_per_day * MINUTES)

    def __str__(self) -> str:
        """``120 studies a day in 10 hours, 1 reader, 4 minutes each``."""
        readers = "1 reader" if self.readers == 1 else f"{self.readers} readers"
        told = f"{self.studies_per_day:g} studies a day in {self.hours_per_day:g} hours, {readers}"
        return told if self.reading_minutes is None else f"{told}, {self.reading_minutes:g} minutes each"

    @model_validator(mode="after")
    def _a_law_has_what_it_needs(self) -> Self:
        if self.reading_times == "readings" and self.reading_minutes is not None:
            raise ValueError('reading_minutes cannot be given beside reading_times = "readings", which measures them')
        if self.reading_times == "lognormal" and None in {self.reading_minutes, self.reading_deviation}:
            raise ValueError('reading_times = "lognormal" needs reading_minutes and reading_deviation, in minutes')
        if self.reading_times != "lognormal" and self.reading_deviation is not None:
            raise ValueError('reading_deviation belongs to reading_times = "lognormal"')
        return self

    @model_validator(mode="after")
    def _the_readers_keep_up(self) -> Self:
        if self.reading_minutes is None:
            return self
        load = self.arrivals_per_minute * self.reading_minutes / self.readers
        if load >= 1:
            raise ValueError(
                f"studies arrive faster than they are read: {self.studies_per_day:g} a day, {self.reading_minutes:g} "
                f"minutes each, are {100 * load:.0f}% of the time of {self.readers} "
                f"{'reader' if self.readers == 1 else 'readers'} in {self.hours_per_day:g} hours; give more readers "
                "or hours, or fewer studies"
            )
        return self
