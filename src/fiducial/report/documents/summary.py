"""The executive summary: one page for the clinical lead who decides, with lines to sign on."""

from collections.abc import Iterator

from fiducial.claims.charts import FourCorners
from fiducial.claims.evidence import Figure, Verdict
from fiducial.report.documents.document import (
    Alarm,
    Banner,
    Block,
    Cell,
    Document,
    Facts,
    Fields,
    Gap,
    Mark,
    Rows,
    Section,
    Text,
)
from fiducial.report.documents.material import Material
from fiducial.report.documents.model_card import population_of
from fiducial.report.documents.wording import MORE, PLAIN, cut, found, named
from fiducial.report.page import why

NAME = "summary"
PATIENTS = 1000
_ALARMS, _ALARM, _STATEMENT = 4, 200, 260  # how many, and letters of each
_CROWDED, _SENTENCE = 15, (180, 85)  # rungs; letters of a sentence up to so many, and beyond


def summary(material: Material) -> Document:
    """What it does, what was shown in plain words, what to expect of 1,000 patients, and what it is not for."""
    claim, verdict = material.evidence.claim.claim, material.evidence.verdict
    return Document(
        NAME,
        "Summary for the clinical lead",
        claim.name,
        (
            Section("", (Banner(str(verdict), why(material.evidence)), *_alarms(material))),
            Section("What it does", (Facts(tuple(_does(material))),)),
            Section(f"What to expect of {PATIENTS:,} patients", tuple(_expected(material))),
            Section(
                "What was shown", (_rungs(material), Text(f"What ends in {MORE} goes on in report.html.", quiet=True))
            ),
            Section("What it must not be used for", (Text(_not_for(material)),)),
            Section("Decision and signatures", tuple(_signed())),
        ),
        material.origin,
        one_page=True,
    )


def _alarms(material: Material) -> Iterator[Alarm]:
    alarms = material.evidence.alarms
    yield from (Alarm(cut(alarm, _ALARM)) for alarm in alarms[:_ALARMS])
    if len(alarms) > _ALARMS:
        yield Alarm(f"and {len(alarms) - _ALARMS} more, all in report.html.")


def _does(material: Material) -> Iterator[tuple[str, Cell]]:
    claim = material.evidence.claim.claim
    statement = cut(claim.statement, _STATEMENT) if claim.statement else ""
    yield (
        "In short",
        statement or f"Scores images for {claim.finding}; score ≥ {claim.threshold.value:g} is a positive call.",
    )
    use = cut(claim.intended_use, _STATEMENT) if claim.intended_use else ""
    yield "Intended use", use or Gap("the claim has no intended_use")
    yield "For whom", cut(population_of(material), _STATEMENT) or Gap("the claim names no population")
    consequence = material.answers.get("summary.consequence")
    yield "Then", cut(consequence, _STATEMENT) if consequence else Gap("", "summary.consequence")


def _expected(material: Material) -> Iterator[Block]:
    sensitivity, specificity = (material.figure("internal", name) for name in ("sensitivity", "specificity"))
    if sensitivity is None or specificity is None:
        yield Text("Not shown: the internal rung has no sensitivity and specificity.")
        return
    claimed = material.evidence.claim.claim.prevalence
    rows = [
        _corners(f"{100 * one:.3g}% are ill (claimed use)", one, sensitivity, specificity)
        for one in dict.fromkeys(claimed or ())
    ]
    audited = _audited_prevalence(material)
    if audited is not None:
        rows.append(_corners(f"{100 * audited:.3g}% are ill (as audited)", audited, sensitivity, specificity))
    head = (
        f"Of {PATIENTS:,} patients, if",
        "ill and found",
        "ill and missed",
        "well and called ill",
        "well and cleared",
        "calls right",
    )
    yield Rows(head, tuple(rows), (0.27, 0.15, 0.15, 0.17, 0.15, 0.11), (1, 2, 3, 4, 5))
    yield Text(
        "One decision a patient; the ranges are what the intervals of sensitivity and specificity leave.", quiet=True
    )
    if not claimed:
        yield Text("At the prevalence of use: not shown, as the claim names none.", quiet=True)


def _corners(words: str, prevalence: float, sensitivity: Figure, specificity: Figure) -> tuple[Cell, ...]:
    """Whole patients, with the range that the intervals of sensitivity and specificity leave."""
    ill = round(PATIENTS * prevalence)
    well = PATIENTS - ill
    hit, missed = _part(ill, sensitivity)
    cleared, alarmed = _part(well, specificity)
    calls = hit[0] + alarmed[0]
    right = f"{round(100 * hit[0] / calls)} in 100" if calls else "none called"
    return words, _told(hit), _told(missed), _told(alarmed), _told(cleared), right


def _part(among: int, share: Figure) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """How many of ``among`` are called rightly (value, low, high), and how many are not."""
    low, high = (share.interval.low, share.interval.high) if share.interval else (share.value, share.value)
    right = round(among * share.value), round(among * low), round(among * high)
    return right, (among - right[0], among - right[2], among - right[1])


def _told(number: tuple[int, int, int]) -> str:
    value, low, high = number
    return f"{value:,} ({low:,}-{high:,})" if low != high else f"{value:,}"


def _audited_prevalence(material: Material) -> float | None:
    internal = material.rung("internal")
    corners = next((chart for chart in internal.charts if isinstance(chart, FourCorners)), None) if internal else None
    if corners is None:
        return None
    ill = corners.true_positives + corners.false_negatives
    total = ill + corners.false_positives + corners.true_negatives
    return ill / total if total else None


def _rungs(material: Material) -> Rows:
    required = material.evidence.claim.ladder.required
    letters = _SENTENCE[len(material.evidence.rungs) > _CROWDED]
    rows = tuple(
        (
            named(result.rung) + ("" if result.rung in required else " *"),
            Mark(str(result.verdict), label=PLAIN[result.verdict]),
            cut(found(result), letters),
        )
        for result in sorted(material.evidence.rungs, key=lambda one: one.rung not in required)
    )
    return Rows(("Question (* not required by the claim)", "Answer", "In short"), rows, (0.27, 0.15, 0.58))


def _not_for(material: Material) -> str:
    evidence = material.evidence
    silent = [result.rung for result in evidence.rungs if result.verdict is Verdict.NOT_SHOWN]
    barred = "; ".join(evidence.claim.claim.not_for).rstrip(".")
    words = [cut(f"Not for: {barred}.", _STATEMENT)] if barred else []
    words += ["Not for anything outside its intended use."]
    words += [f"Not shown, so nothing may rest on it: {', '.join(silent)}."] if silent else []
    return " ".join(words)


def _signed() -> Iterator[Block]:
    yield Text("☐ may be tried in a study, as intended   ·   ☐ more evidence first   ·   ☐ not to be used")
    yield Fields(
        (
            ("Conditions and reasons",),
            ("Clinical lead: name", "role", "date", "signature"),
            ("Owner of the model: name", "role", "date", "signature"),
        )
    )
