"""What each reading of SSIM says of three "models" that are none, on phantoms; writes ``docs/proofs-metric.md``.

Each hands out the plain scan as it is: of the wrong level, of the right one, and of the right one while the patient lay
a little to the side and breathed otherwise.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import fiducial as fd
from fiducial.claims.likeness import MetricReading
from fiducial.phantoms.build import Build
from fiducial.phantoms.ct import Field, Lying, scan

PATIENTS = 16
CASES = {
    "120 mm too high": (120.0, Lying()),
    "aligned": (0.0, Lying()),
    "aligned, but 8 mm aside and 25 mm of breath": (0.0, Lying(left=6, back=-5, breath=25)),
}
HEAD = """# What SSIM says of models that are none

{patients} phantom patients, {side} x {side} pixels of {pixel:g} mm, slices 6 mm apart; each "prediction" is an
unmodified plain scan, the target has contrast. Written by `python -m proofs.metric docs/proofs-metric.md`.

In bold: the metric cannot tell it from the prediction, or puts it above. *In italics*: undecided on these patients.

| the plain scan | SSIM in | prediction | another slice | another patient | air | 6 mm off along z | blind along z to |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""
SIDE = 200
PIXEL = 2.0


def pairs(above: float, lying: Lying) -> Iterator[fd.Paired]:
    """One patient each: the plain scan, handed out as the prediction, and the target."""
    for patient in range(PATIENTS):
        rng = np.random.default_rng([23, patient])
        build = Build.draw(rng)
        shape, spacing = (40, SIDE, SIDE), (6.0, PIXEL, PIXEL)
        target = scan(build, Lying(contrast=1), Field(shape, spacing, 180), rng, noise=18)
        plain = scan(build, lying, Field(shape, spacing, 180 + above), rng, noise=18)
        yield fd.Paired(f"s{patient}", plain, target, plain, f"p{patient}")


def row(case: str, reading: MetricReading) -> str:
    """One line of the table."""
    answers = {one.rung: one for one in reading.questions}
    marks = {"fails": "**", "undecided": "*", "holds": "", "not shown": ""}

    def told(name: str) -> str:
        mark = marks[answers[name].verdict]
        return f"{mark}{answers[name].figures[0].value:.3f}{mark}"

    along = answers["along z"]
    score = reading.score.value if reading.score else float("nan")
    change = max(f.value for f in along.figures if f.name == "change" and abs(abs(_mm(f.condition)) - 6) < 1)
    mark = marks[along.verdict]
    blind = along.figures[0]
    limits = f" ({blind.interval.low:g} to {blind.interval.high:g})" if blind.interval else ""
    cells = (
        case,
        f"{reading.region}, {reading.window[0]:g} to {reading.window[1]:g}",
        f"{score:.3f}",
        told("other slice"),
        told("other patient"),
        told("air"),
        f"{mark}{score + change:.3f}{mark}",
        f"{blind.value:g} mm{limits}",
    )
    return f"| {' | '.join(cells)} |"


def _mm(condition: str) -> float:
    return float(condition.split()[-2])


def main(path: Path) -> None:
    """Write the table."""
    lines = []
    for case, (above, lying) in CASES.items():
        found = fd.check_metric(list(pairs(above, lying)), ["ssim"], slices=4, workers=1)
        lines += [row(case, reading) for reading in found.readings]
    text = HEAD.format(patients=PATIENTS, side=SIDE, pixel=PIXEL) + "\n".join(lines) + "\n"
    path.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
