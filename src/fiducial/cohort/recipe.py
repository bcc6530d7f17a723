"""How a cohort is to be split: the recipe, and the one line that is written beside the splits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import isclose

from fiducial.errors import WrongUsage
from fiducial.files.names import did_you_mean

UNITS = ("patient", "site", "scanner", "time")
PLACES = ("site", "scanner")
TIME = "time"
INSIDE = ("train", "tune", "test")


@dataclass(frozen=True, slots=True)
class SplitRecipe:
    """What decides about the splits. A patient is never divided, whatever ``by`` says.

    ``by``: any of patient, site, scanner, time. ``fractions``: of the patients inside, for train, tune and test.
    ``stratify``: columns whose mix is kept the same in every split; None stands for the labels where there are four at
    most. ``hold_out``: site or scanner -> the values that become ``external``; what is not named is drawn until
    ``external_share`` of the rows is outside; time -> the day from which on everything is ``external`` (nothing is,
    where none is named). ``patient_is_study``: every row is a patient of its own, on your word.
    """

    by: tuple[str, ...] = ("patient",)
    fractions: tuple[float, float, float] = (0.6, 0.2, 0.2)
    stratify: tuple[str, ...] | None = None
    hold_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    external_share: float = 0.2
    seed: int = 0
    patient_is_study: bool = False

    def __post_init__(self) -> None:
        """Raises WrongUsage where the options contradict each other."""
        for unit in self.by:
            if unit not in UNITS:
                raise WrongUsage(f"cannot split by {unit!r}.{did_you_mean(unit, UNITS)} There are: {', '.join(UNITS)}.")
        if not self.by:
            raise WrongUsage(f"say by what to split: {', '.join(UNITS)}.")
        if len(self.fractions) != len(INSIDE) or any(not 0 <= part <= 1 for part in self.fractions):
            raise WrongUsage(f"fractions are three shares from 0 to 1 (train, tune, test); got {self.fractions}.")
        if not isclose(sum(self.fractions), 1, abs_tol=1e-6):
            raise WrongUsage(f"the fractions must add up to 1; got {self.fractions}, which is {sum(self.fractions):g}.")
        if not 0 < self.external_share < 1:
            raise WrongUsage(f"the external share must lie between 0 and 1; got {self.external_share:g}.")
        for column in self.hold_out:
            if column not in (*PLACES, TIME) or column not in self.by:
                raise WrongUsage(
                    f"values of {column!r} are to be held out, but the split is by {', '.join(self.by)}. "
                    "Only a site, a scanner or time can be held out, and only where it stands in `by`."
                )
        self.external_from()

    def external_from(self) -> date | None:
        """The day from which on everything is external; None where time holds nothing out.

        Raises:
            WrongUsage: not one day, or none that can be read.
        """
        named = self.hold_out.get(TIME)
        if named is None:
            return None
        try:
            [day] = map(date.fromisoformat, named)
        except ValueError:
            raise WrongUsage(
                f"time is held out from one day on, written like 2021-03-01; got {', '.join(named) or 'none'}."
            ) from None
        return day

    def text(self, stratify: tuple[str, ...], held: Mapping[str, tuple[str, ...]]) -> str:
        """The line of ``split_recipe``: everything that is needed to split the same cohort the same way again."""
        parts = [f"by={','.join(self.by)}", f"fractions={'/'.join(f'{part:g}' for part in self.fractions)}"]
        parts += [f"stratify={','.join(stratify)}"] if stratify else []
        parts += [f"external {column}={','.join(values)}" for column, values in held.items()]
        parts += [f"external_share={self.external_share:g}"] if set(held) - set(self.hold_out) else []
        parts += ["patient_is_study"] if self.patient_is_study else []
        return "; ".join([*parts, f"seed={self.seed}"])
