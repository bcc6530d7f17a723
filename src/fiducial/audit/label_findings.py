"""All that the labels rung found, in figures and in charts."""

from collections.abc import Iterator
from dataclasses import dataclass

from fiducial.audit.case import Case
from fiducial.audit.forests import forest
from fiducial.audit.label_agreement import ALPHA, Agreed
from fiducial.audit.label_certainty import Certainties
from fiducial.audit.label_error import LabelError
from fiducial.audit.metrics import FLOOR_METRICS
from fiducial.claims.charts import Chart
from fiducial.claims.evidence import Figure


@dataclass(frozen=True, slots=True, eq=False)
class LabelFindings:
    """Each part says itself why it is empty; ``error`` is text where the labels' errors cannot be told."""

    agreement: Agreed
    error: LabelError | str
    moved: tuple[Figure, ...]
    readers: tuple[Figure, ...]
    truths: tuple[Figure, ...]
    certainty: Certainties
    notes: tuple[str, ...] = ()

    @property
    def figures(self) -> tuple[Figure, ...]:
        """In the order in which a reader asks."""
        error = () if isinstance(self.error, str) else self.error.figures
        certain = self.certainty.figures
        return (*self.agreement.figures, *error, *self.moved, *self.readers, *self.truths, *certain)

    def figure(self, floor: str) -> Figure | None:
        """The figure that a floor is weighed on."""
        if floor == "reader_agreement":
            return self.agreement.figure(ALPHA)
        if floor == "label_error":
            return None if isinstance(self.error, str) else self.error.of_all
        return next((one for one in self.moved if one.name == f"{floor}_if_labels_wrong"), None)


def label_charts(case: Case, found: LabelFindings) -> Iterator[Chart]:
    """Agreement, every claimed metric under every truth, the readers one by one, and model against labels."""
    alphas = [(one.subgroup, one) for one in found.agreement.figures if one.name == ALPHA]
    floor = case.claim.floor("reader_agreement")
    yield from forest("agreement", "Agreement of the readers", "Krippendorff's alpha", alphas, floor)
    for metric in FLOOR_METRICS:
        rows = [(one.subgroup, one) for one in found.truths if one.name == metric]
        rows += [(_in_words(one.name), one) for one in found.moved if one.name.startswith(f"{metric}_at_")]
        title = f"{metric} under other truths and other labels"
        yield from forest(f"truths-{metric}", title, metric, rows, case.claim.floor(metric))
    for name in ("reader_sensitivity", "reader_specificity"):
        rows = [
            (f"{one.subgroup.removeprefix('reader=')}{'' if one.name == name else ', no reference'}", one)
            for one in found.readers
            if one.name.startswith(name)
        ]
        title = f"{name.replace('_', ' ')}, one by one"
        yield from forest(name, title, name.removeprefix("reader_"), rows, None)
    yield from found.certainty.charts


def _in_words(name: str) -> str:
    return "labels wrong, at worst" if name.endswith("_at_worst_labels") else "labels wrong, at best"
