"""Draw every stress condition at every severity, and write ``docs/conditions.md``: ``make docs-conditions``.

Whatever is declared as a built-in condition gets its row, its picture and, by its modality, its section.
"""

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from fiducial import plugins
from fiducial.errors import UnusableInput
from fiducial.phantoms.specimens import head, specimen
from fiducial.scans.conditions.contract import SEVERITIES, Condition, Severity
from fiducial.scans.conditions.stress import condition
from fiducial.scans.physical import Values, physical
from fiducial.scans.scan import Scan

PAGE = Path(__file__).parent / "conditions.md"
PICTURES = Path(__file__).parent / "pictures" / "conditions"
PANEL = 160  # pixels a side
LABEL = 16  # pixels
SHRUNK = 3  # the upper row shows the whole at a third of its size, the lower row the middle as it is
SLAB = 11  # slices, for what needs neighbours

INTRODUCTION = """# Stress conditions

What happens to images between the scanner and the reader, at five severities in physical units. A probe applies them
to a cohort, and a predictions table writes them as `name:severity`, joined by `+`:

```python
from fiducial.phantoms.specimens import specimen
from fiducial.scans.conditions.stress import parse_stress

scan = specimen("CT")
worse = parse_stress("ct-noise:3+ct-shift:1").apply(scan, seed=0, study="s1")
assert worse.array.dtype == scan.array.dtype
assert worse.array.shape == scan.array.shape
```

What is random about a change is drawn first, from the seed, the study and the part alone, so every change can be
replayed. Type, shape and header of a scan stay as they are, unless the header is what a condition is about.
A scan that cannot be changed so (colour, one slice where neighbours are averaged, no spacing for a change in mm) is
refused in words, and the others go on.

The pictures show synthetic images: clean, then severities 1 to 5; above the whole image, below its middle in full
resolution. `make docs-conditions` draws them and writes this page. To add a condition of your own, see
[plugins](plugins.md).
"""
TITLES = {"CT": "CT", "MR": "MR", "": "Any image"}
WINDOWS = {"CT": (-160.0, 240.0), "ct-eight-bit": (0.0, 160.0), "skull-strip": (-20.0, 110.0)}  # HU
OF_THE_HEAD = ("skull-strip",)  # the others are shown in the abdomen


def main(names: tuple[str, ...] = ()) -> None:
    """Draw all pictures, or those named, and write the page."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name in names or built_in():
        sheet(condition(name)).save(PICTURES / f"{name}.jpg", quality=60, optimize=True)
    PAGE.write_text(page(), encoding="utf-8")


def built_in() -> tuple[str, ...]:
    """The names of our own conditions; those that other packages add have pages of their own."""
    return tuple(
        name
        for name in plugins.names("conditions")
        if plugins.load("conditions", name).__module__.startswith("fiducial.")
    )


def page() -> str:
    """The whole of ``docs/conditions.md``."""
    kinds: dict[str, list[Condition]] = {}
    for name in built_in():
        kinds.setdefault(_kind(condition(name)), []).append(condition(name))
    parts = [INTRODUCTION]
    for kind in sorted(kinds, key=lambda kind: (kind == "", kind)):
        parts += [f"## {TITLES.get(kind, 'Radiographs')}\n", *_table(kinds[kind]), ""]
        parts += [f"### `{one.name}`\n\n![{one.says}](pictures/conditions/{one.name}.jpg)\n" for one in kinds[kind]]
    return "\n".join(parts)


def sheet(one: Condition) -> Image.Image:
    """Clean and five severities beside each other: the whole above, the middle below."""
    scan = head(side=SHRUNK * PANEL, slices=1) if one.name in OF_THE_HEAD else _specimen(one, 1)
    try:
        changed = [scan, *_changed(one, scan)]
    except UnusableInput:  # a single slice
        scan = _specimen(one, SLAB)
        changed = [scan, *_changed(one, scan)]
    panels = [_panel(_middle(each), _window(one.name, _kind(one))) for each in changed]
    labels = [
        "clean",
        *(f"{severity}: {_number(value)}{_unit(one)}" for severity, value in enumerate(one.severities, 1)),
    ]
    whole = Image.new("L", (PANEL * len(panels), LABEL + 2 * PANEL), 255)
    draw = ImageDraw.Draw(whole)
    for at, (panel, label) in enumerate(zip(panels, labels, strict=True)):
        whole.paste(panel, (at * PANEL, LABEL))
        draw.text((at * PANEL + 4, 1), label, fill=0, font=ImageFont.load_default(12))
    return whole


def _specimen(one: Condition, slices: int) -> Scan:
    return specimen(_kind(one) or None, side=SHRUNK * PANEL, slices=slices)


def _kind(one: Condition) -> str:
    return one.modalities[0] if one.modalities else ""


def _table(ones: list[Condition]) -> Iterator[str]:
    yield "| condition | what happens | unit | 1 | 2 | 3 | 4 | 5 | source of the numbers |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for one in ones:
        values = " | ".join(map(_number, one.severities))
        unit = _unit(one).strip() or "share"
        yield f"| [`{one.name}`](#{one.name}) | {one.says} | {unit} | {values} | {one.source} |"


def _number(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def _unit(one: Condition) -> str:
    return "" if one.unit == "1" else f" {one.unit}"


def _changed(one: Condition, scan: Scan) -> Iterator[Scan]:
    severity: Severity
    for severity in SEVERITIES:
        yield one.draw(scan, severity, np.random.default_rng(1)).apply(scan)


def _middle(scan: Scan) -> Values:
    plane: Values = physical(scan)[scan.array.shape[0] // 2]
    return plane


@cache
def _window(name: str, kind: str) -> tuple[float, float]:
    if name in WINDOWS or kind in WINDOWS:
        return WINDOWS.get(name) or WINDOWS[kind]
    clean = physical(specimen(kind or None, side=SHRUNK * PANEL, slices=1))
    return 0.0, float(clean.max())


def _panel(plane: Values, window: tuple[float, float]) -> Image.Image:
    low, high = window
    whole = Image.fromarray(np.clip((plane - low) / (high - low) * 255, 0, 255).astype(np.uint8))
    corner = (SHRUNK - 1) * PANEL // 2
    both = Image.new("L", (PANEL, 2 * PANEL))
    both.paste(whole.resize((PANEL, PANEL), Image.Resampling.BOX), (0, 0))
    both.paste(whole.crop((corner, corner, corner + PANEL, corner + PANEL)), (0, PANEL))
    return both


if __name__ == "__main__":
    main(tuple(sys.argv[1:]))
