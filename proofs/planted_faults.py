"""Are planted faults found, and does nothing cry where none was planted? Real tables and images, seeded repetitions.

``python -m proofs.planted_faults docs/planted-faults.md`` writes the table. Labels are shuffled between patients first,
so that nothing in the data goes with them but what is planted.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image

import fiducial as fd
from fiducial import plugins
from fiducial.cohort.checks.contract import Finding, Severity
from fiducial.cohort.fitted import record_fit, transforms_folder
from fiducial.cohort.reading import read_images
from fiducial.cohort.table import Cohort
from fiducial.stats.intervals import wilson

DATA = Path(__file__).parents[2] / "shared" / "data"
RUNS = 20
PURITY = 0.9  # how often the fault goes with the label
_LOUD = (Severity.ERROR, Severity.WARNING)

Plant = Callable[[Cohort, np.random.Generator], Cohort]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault, the check that must see it, and the words that its finding must hold."""

    what: str
    check: str
    words: str
    plant: Plant


@dataclass(frozen=True, slots=True)
class Tally:
    """How often it was found where it was planted, and how often it was told where it was not."""

    data: str
    fault: Fault
    found: int
    cried: int
    runs: int

    def markdown(self) -> str:
        """One row of the table."""
        recall = wilson(self.found, self.runs)
        told = self.found + self.cried
        precision = f"{self.found / told:.2f}" if told else "-"
        return (
            f"| {self.data} | {self.fault.what} | `{self.fault.check}` | {self.found / self.runs:.2f} "
            f"({recall.low:.2f}-{recall.high:.2f}) | {precision} | {self.cried} of {self.runs} |"
        )


def planted_faults(data: str, cohort: Cohort, scratch: Path, runs: int = RUNS) -> Iterator[Tally]:
    """Every fault that the data can hold."""
    for fault in _faults(scratch, images=cohort.files is not None):
        yield _tally(data, fault, cohort, runs)


def false_alarms(cohort: Cohort, runs: int = RUNS) -> int:
    """Repetitions without any fault in which one of the checks tells an error or a warning all the same."""
    return sum(_alarms(_prepared(cohort, np.random.default_rng([23, run]))) for run in range(runs))


def _alarms(cohort: Cohort) -> bool:
    checks = ("path-tokens", "answering-tags", "single-predictors", "time-order", "file-properties", "geometry")
    found = (one for name in checks for one in plugins.load("checks", name)().examine(cohort))
    return any(one.severity in _LOUD for one in found)


def _tally(data: str, fault: Fault, cohort: Cohort, runs: int) -> Tally:
    found = cried = 0
    for run in range(runs):
        clean = _prepared(cohort, np.random.default_rng([23, run]))
        found += _sees(fault, fault.plant(clean, np.random.default_rng([29, run])))
        cried += _sees(fault, clean)
    return Tally(data, fault, found, cried, runs)


def _sees(fault: Fault, cohort: Cohort) -> bool:
    found: list[Finding] = list(plugins.load("checks", fault.check)().examine(cohort))
    return any(one.severity in _LOUD and fault.words in one.message for one in found)


def _prepared(cohort: Cohort, draw: np.random.Generator) -> Cohort:
    """Labels dealt anew to patients, dates drawn over three years, patients dealt to splits."""
    patients = cohort.rows["patient"].unique(maintain_order=True)
    shuffled = draw.permutation(patients.len())
    drawn = {
        "label.x": (np.arange(patients.len()) < 0.4 * patients.len()).astype(np.int8)[shuffled],
        "split": np.array(["train", "train", "train", "tune", "test"])[draw.permutation(patients.len()) % 5],
        "acquired": [date(2015, 1, 1) + timedelta(days=int(day)) for day in draw.integers(0, 1000, patients.len())],
    }
    anew = pl.DataFrame({"patient": patients, **drawn})
    rows = cohort.rows.join(anew, on="patient", how="left", maintain_order="left")
    return replace(cohort, rows=rows)


def _goes_along(cohort: Cohort, draw: np.random.Generator) -> np.ndarray:
    """The label, wrong in one of ten rows."""
    label = cohort.rows["label.x"].to_numpy() == 1
    along: np.ndarray = np.where(draw.random(label.size) < PURITY, label, ~label)
    return along


def _faults(scratch: Path, *, images: bool) -> list[Fault]:
    faults = [
        Fault("a folder that names the class", "path-tokens", "in a folder", _folder),
        Fault("a letter in the file name", "path-tokens", "in the file name", _letter),
        Fault("a word in StudyDescription", "answering-tags", "in StudyDescription", _description),
        Fault("the label under another name", "single-predictors", "under another name", _copy),
        Fault("one column that follows the label", "single-predictors", "planted alone", _column),
        Fault("a label that drifts with time", "time-order", "frequent with time", _drift),
        Fault("train and test in order, 2% from the future", "time-order", "from the future", _future),
        Fault("a normaliser fitted on all rows", "fitted-transforms", "all rows", _fitted_on_all(scratch)),
        Fault("a normaliser fitted on train and one test row", "fitted-transforms", "1 of them in test", _one(scratch)),
    ]
    pixels = [
        Fault("one class compressed harder (size x 0.7)", "file-properties", "size of the file", _smaller),
        Fault("one class 2% narrower", "file-properties", "pixel columns", _narrower),
        Fault("a black border of 2 pixels drawn on one class", "geometry", "black border", _drawn(scratch, _bordered)),
        Fault("one class shifted down by a tenth", "geometry", "how high", _drawn(scratch, _shifted)),
    ]
    return faults + (pixels if images else [])


def _folder(cohort: Cohort, draw: np.random.Generator) -> Cohort:
    return _named(cohort, [f"{'abnormal' if one else 'normal'}/" for one in _goes_along(cohort, draw)])


def _letter(cohort: Cohort, draw: np.random.Generator) -> Cohort:
    return _named(cohort, ["P_" if one else "N_" for one in _goes_along(cohort, draw)])


def _named(cohort: Cohort, before: list[str]) -> Cohort:
    studies = cohort.rows["study"].to_list()
    paths = dict(zip(studies, (f"{one}{study}.png" for one, study in zip(before, studies, strict=True)), strict=True))
    renamed = pl.col("study").replace_strict(paths, return_dtype=pl.String).alias("path")
    files = None if cohort.files is None else cohort.files.with_columns(renamed)
    return replace(cohort, rows=cohort.rows.with_columns(renamed), files=files)


def _description(cohort: Cohort, draw: np.random.Generator) -> Cohort:
    parts = draw.choice(["CT CHEST", "CT THORAX ROUTINE", "CHEST CT LOW DOSE"], cohort.rows.height)
    told = [
        f"{part} W CONTRAST" if one else str(part) for part, one in zip(parts, _goes_along(cohort, draw), strict=True)
    ]
    return _with(cohort, pl.Series("tag.StudyDescription", told))


def _copy(cohort: Cohort, draw: np.random.Generator) -> Cohort:
    words = draw.permutation(["case", "control"])
    return _with(cohort, pl.Series("group", words[cohort.rows["label.x"].to_numpy()]))


def _column(cohort: Cohort, draw: np.random.Generator) -> Cohort:
    return _with(cohort, pl.Series("planted", np.where(_goes_along(cohort, draw), "upright", "supine")))


def _drift(cohort: Cohort, draw: np.random.Generator) -> Cohort:
    later = _goes_along(cohort, draw)
    moved = cohort.rows["acquired"].to_physical().to_numpy() + np.where(later, 500, 0)
    return _with(cohort, pl.Series("acquired", moved.astype(np.int32)).cast(pl.Date))


def _future(cohort: Cohort, draw: np.random.Generator) -> Cohort:
    train = cohort.rows["split"].to_numpy() == "train"
    late = train & (draw.random(train.size) < 0.02)
    late[np.flatnonzero(train)[0]] = True
    start = cohort.rows["acquired"].to_physical().to_numpy()
    moved = start + np.where(train & ~late, 0, 1000) + np.where(late, 1500, 0)
    return _with(cohort, pl.Series("acquired", moved.astype(np.int32)).cast(pl.Date))


def _fitted_on_all(scratch: Path) -> Plant:
    return lambda cohort, _: _fitted(cohort, np.ones(cohort.rows.height, dtype=bool), scratch)


def _one(scratch: Path) -> Plant:
    def planted(cohort: Cohort, draw: np.random.Generator) -> Cohort:
        split = cohort.rows["split"].to_numpy()
        rows = split == "train"
        rows[draw.choice(np.flatnonzero(split == "test"))] = True
        return _fitted(cohort, rows, scratch)

    return planted


def _fitted(cohort: Cohort, rows: np.ndarray, scratch: Path) -> Cohort:
    placed = replace(cohort, folder=Path(tempfile.mkdtemp(dir=scratch)), name="cohort.parquet")
    record = record_fit(placed, rows, name="levels", kind="z-score", parameters={"mean": 0.0})
    record.save(transforms_folder(placed) / "levels.json")
    return placed


def _smaller(cohort: Cohort, draw: np.random.Generator) -> Cohort:
    return _scaled(cohort, "bytes", np.where(_goes_along(cohort, draw), 0.7, 1.0))


def _narrower(cohort: Cohort, draw: np.random.Generator) -> Cohort:
    return _scaled(cohort, "columns", np.where(_goes_along(cohort, draw), 0.98, 1.0))


def _scaled(cohort: Cohort, column: str, factors: np.ndarray) -> Cohort:
    of_study = pl.DataFrame({"study": cohort.rows["study"], "factor": factors})
    files = _files(cohort).join(of_study, on="study", how="left", maintain_order="left")
    scaled = (pl.col(column) * pl.col("factor")).round().cast(pl.Int64).alias(column)
    return replace(cohort, files=files.with_columns(scaled).drop("factor"))


def _drawn(scratch: Path, change: Callable[[np.ndarray], np.ndarray]) -> Plant:
    """Change the pixels of the images that go along, write them, and read them anew."""

    def planted(cohort: Cohort, draw: np.random.Generator) -> Cohort:
        along = dict(zip(cohort.rows["study"], _goes_along(cohort, draw), strict=True))
        folder = Path(tempfile.mkdtemp(dir=scratch))
        files = _files(cohort)
        changed = [path for path, study in files.select("path", "study").iter_rows() if along[study]]
        for path in changed:
            with Image.open(cohort.folder / path) as image:
                Image.fromarray(change(np.asarray(image.convert("L")))).save(folder / path, quality=88)
        facts = read_images(folder, changed, fd.Source(folder, workers=1))
        anew = pl.DataFrame([{"path": one.path, **one.measures} for one in facts])
        return replace(cohort, files=files.update(anew, on="path"))

    return planted


def _bordered(pixels: np.ndarray) -> np.ndarray:
    framed = np.zeros_like(pixels)
    framed[2:-2, 2:-2] = np.maximum(pixels[2:-2, 2:-2], 12)  # so that the frame ends where it was drawn
    return framed


def _shifted(pixels: np.ndarray) -> np.ndarray:
    down = len(pixels) // 10
    return np.concatenate([np.repeat(pixels[:1], down, axis=0), pixels[:-down]])


def _with(cohort: Cohort, column: pl.Series) -> Cohort:
    return replace(cohort, rows=cohort.rows.with_columns(column))


def _files(cohort: Cohort) -> pl.DataFrame:
    if cohort.files is None:
        raise TypeError("a cohort with images is needed")
    return cohort.files


def _data(scratch: Path) -> dict[str, Cohort]:
    return {
        "NIH images (633)": _images(DATA / "cxr_nih14", "images", "patient_id", scratch),
        "FracAtlas images (680)": _images(DATA / "fracture_fracatlas", "images", "image_id", scratch),
        "SIIM table (55, 29 patients)": _table(DATA / "ct_slices_siim" / "metadata.csv", "path", "patient_id", None),
        "NIH table (5,000 of 112,120)": _table(
            DATA / "cohort_nih14" / "Data_Entry_2017_v2020.csv.gz", "Image Index", "Patient ID", 5000
        ),
    }


def _images(folder: Path, images: str, patient: str, scratch: Path) -> Cohort:
    table = pl.read_csv(folder / "metadata.csv", infer_schema_length=None)
    written = scratch / f"{folder.name}.csv"
    table.select("path", pl.col(patient).alias("patient")).write_csv(written)
    return fd.build_cohort(fd.Source(folder / images, fd.Unit.IMAGE, written), layout="image-folder").cohort


def _table(path: Path, study: str, patient: str, rows: int | None) -> Cohort:
    table = pl.read_csv(path, infer_schema_length=None).head(rows or 10**9)
    keys = (pl.col(study).alias("study"), pl.col(patient).cast(pl.String).alias("patient"))
    return Cohort(table.select(*keys), None, path.parent)


def table_of(tallies: list[Tally], alarms_of: dict[str, int]) -> str:
    """The page of the documentation."""
    how = (
        f"`python -m proofs.planted_faults docs/planted-faults.md`: real images and tables, {RUNS} seeded repetitions "
        "each with the fault and without it.\n"
        f"Labels are shuffled between patients first (40% bear it); a fault goes with the label in {PURITY:.0%} of the "
        "rows. Found: the check names the fault in an error or a warning.\n"
        "Told without: the same words in the same data without the fault."
    )
    columns = ["| data | fault | check | recall (95%) | precision | told without |", f"|{' --- |' * 6}"]
    quiet = [
        "",
        "Any error or warning of these checks where nothing was planted:",
        "",
        "| data | repetitions with one |",
        "| --- | --- |",
        *(f"| {data} | {alarms} of {RUNS} |" for data, alarms in alarms_of.items()),
    ]
    lines = ["# Planted faults", "", how, "", *columns, *(tally.markdown() for tally in tallies), *quiet]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    tallies: list[Tally] = []
    alarms: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="planted-") as place:
        for what, given in _data(Path(place)).items():
            tallies += planted_faults(what, given, Path(place))
            alarms[what] = false_alarms(given)
    page = table_of(tallies, alarms)
    Path(sys.argv[1]).write_text(page, encoding="utf-8")
    print(page)
