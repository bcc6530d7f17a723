"""How many true pairs are verified, and is any impostor? Phantoms by the hundred, and every real pair at hand.

``python -m proofs.alignment docs/align-proofs.md docs/align-thresholds.md``
"""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from fiducial.align.gates import PairVerdict
from fiducial.align.pair import align_pair
from fiducial.stats.intervals import wilson
from proofs.align_cases import RUNS, Outcome, phantom_outcomes, real_outcomes
from proofs.align_thresholds import thresholds_page
from proofs.real_pairs import DATA, ReadOff, read_off_pairs


def proofs_page(phantom: Sequence[Outcome], real: Sequence[Outcome], read_off: Sequence[str]) -> list[str]:
    """All lines of the page."""
    return [
        "# Proofs: alignment",
        "",
        f"`make prove` draws {RUNS} seeded pairs of each kind from `fiducial.phantoms.pairs` and runs them through",
        "`fd.align_pair`. A share stands with its 95% interval (Wilson). The error is that of the shift along z of",
        "verified pairs. The thresholds are those of `docs/align-thresholds.md`, chosen with cases of other seeds but",
        "of these kinds, and with these real pairs.",
        "",
        *summary(phantom),
        "",
        "## Phantoms",
        "",
        *_by_kind(phantom),
        "",
        "## Real scans, cut and moved",
        "",
        "One lung on two dates (the later had been registered onto the earlier, so that the truth is what was moved),",
        "and one abdomen cut to two ranges, the organs and vessels of its label map raised by 150 HU in one of them,",
        "resampled from 3 mm to 2 x 2.4 x 2.4 mm, with noise of 15 and 20 HU. Impostors: other patients, and the same",
        "abdomen or lung with something wrong.",
        "",
        *_real(real),
        "",
        "## Real scans, read off by eye",
        "",
        "Single coronal layers of five patients on two dates, days to months apart (COVID-19-NY-SBU). The",
        "shift from the first to the second date was read off the pictures, by one reader who had seen a first version",
        "of the method's answers (so the agreement may flatter), at the aortic knob, the",
        "bifurcation of the trachea, the right dome of the diaphragm, the apices of the lungs, the iliac crests, the",
        "heads of the femora and the symphysis, as far as both showed them. A single layer cannot prove a place: none",
        "of these may be verified, and none is.",
        "",
        "| patient | read off, mm | found, mm | difference | verdict | reasons |",
        "| --- | --- | --- | --- | --- | --- |",
        *read_off,
    ]


def summary(outcomes: Sequence[Outcome]) -> list[str]:
    """The two promises, kept or not."""
    false, true = ([one for one in outcomes if one.is_true is kind] for kind in (False, True))
    passed, good = sum(one.is_verified for one in false), sum(one.is_verified for one in true)
    enough = good >= 0.95 * len(true)
    return [
        f"- Impostors verified: {_share(passed, len(false))}; must be 0: {_yes(held=passed == 0)}.",
        f"- True pairs verified: {_share(good, len(true))}; must be at least 95%: {_yes(held=enough)}.",
    ]


def _by_kind(outcomes: Sequence[Outcome]) -> Iterator[str]:
    yield "| kind | a pair | cases | verified | review | dropped | share verified | largest error, mm | reasons |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for kind in dict.fromkeys(one.kind for one in outcomes):
        chosen = [one for one in outcomes if one.kind == kind]
        counts = Counter(one.verdict for one in chosen)
        verdicts = (counts[one] for one in (PairVerdict.VERIFIED, PairVerdict.REVIEW, PairVerdict.DROPPED))
        told = Counter(reason for one in chosen for reason in one.reasons).most_common(3)
        cells = [
            kind,
            "yes" if chosen[0].is_true else "no",
            len(chosen),
            *verdicts,
            _interval(counts[PairVerdict.VERIFIED], len(chosen)),
            _largest(chosen),
            ", ".join(f"{reason} ({count})" for reason, count in told),
        ]
        yield f"| {' | '.join(map(str, cells))} |"


def _real(outcomes: Sequence[Outcome]) -> Iterator[str]:
    yield "| pair | a pair | verdict | error, mm | thicker slice, mm | reasons |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for one in outcomes:
        error, thick = ("", "") if one.error is None else (f"{one.error:+.2f}", f"{one.slice_mm:g}")
        kind = "yes" if one.is_true else "no"
        yield f"| {one.kind} | {kind} | {one.verdict.value} | {error} | {thick} | {', '.join(one.reasons)} |"


def _read_off(pair: ReadOff) -> str:
    found = align_pair(pair.moving, pair.fixed)
    z = float("nan") if found.shift is None else found.shift[2]
    cells = (pair.patient, f"{pair.shift:.0f} ({pair.error:.0f})", f"{z:.1f}", f"{z - pair.shift:+.1f}")
    return f"| {' | '.join(cells)} | {found.verdict.value} | {', '.join(found.reasons)} |"


def _largest(outcomes: Sequence[Outcome]) -> str:
    errors = [abs(one.error) for one in outcomes if one.is_verified and one.error is not None]
    return f"{max(errors):.2f}" if errors else ""


def _share(count: int, among: int) -> str:
    return f"{count} of {among:,}, {_interval(count, among)}"


def _interval(count: int, among: int) -> str:
    found = wilson(count, among)
    return f"{count / among:.1%} ({found.low:.1%}-{found.high:.1%})"


def _yes(*, held: bool) -> str:
    return "yes" if held else "**no**"


def main(proofs: Path, thresholds: Path) -> None:
    """Run, print and write both pages; leave them as they are where the real data are absent."""
    phantom = list(phantom_outcomes())
    print("\n".join(summary(phantom)))
    if not DATA.is_dir():
        print(f"The real data are not here ({DATA}); the pages stay as they are.")
        return
    real = list(real_outcomes(DATA))
    page = proofs_page(phantom, real, [_read_off(pair) for pair in read_off_pairs(DATA)])
    for lines, out in ((page, proofs), (thresholds_page([*phantom, *real]), thresholds)):
        print("\n".join(lines))
        out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
