"""The model card, by the sections of Mitchell et al. 2019, doi 10.1145/3287560.3287596."""

from collections.abc import Iterator

from fiducial.claims.evidence import Verdict
from fiducial.models.bundle import Bundle
from fiducial.report.documents.document import (
    Alarm,
    Banner,
    Block,
    Cell,
    Document,
    Facts,
    Gap,
    Link,
    Mark,
    Rows,
    Section,
    Text,
)
from fiducial.report.documents.material import Material
from fiducial.report.documents.wording import found, told
from fiducial.report.page import why
from fiducial.report.words import percent
from fiducial.scans.preparation.preparing import KEY

NAME = "model-card"
_MEASURES = ("auroc", "sensitivity", "specificity")
_MOST = 40  # subgroups in a table; the report holds them all


def model_card(material: Material) -> Document:
    """What the model is, for whom, how well it does and for whom it was not shown."""
    claim = material.evidence.claim.claim
    verdict = material.evidence.verdict
    return Document(
        NAME,
        "Model card",
        claim.name,
        (
            Section("", (Banner(str(verdict), why(material.evidence)), *map(Alarm, material.evidence.alarms))),
            Section("Model details", (Facts(tuple(_details(material))),)),
            Section("Intended use", (Facts(tuple(_use(material))),)),
            Section("Factors", (Facts(tuple(_factors(material))),)),
            Section("Metrics", (Facts(tuple(_metrics(material))),)),
            Section("Evaluation data", (Facts(tuple(_evaluated(material))),)),
            Section("Training data", (Facts(tuple(_trained(material))),)),
            Section("Quantitative analyses", tuple(_analyses(material))),
            Section("Ethical considerations", (Facts(tuple(_ethics(material))),)),
            Section("Caveats and recommendations", tuple(_caveats(material))),
        ),
        material.origin,
    )


def _details(material: Material) -> Iterator[tuple[str, Cell]]:
    answers = material.answers
    yield "Finding", material.evidence.claim.claim.finding
    yield "What it does", material.evidence.claim.claim.statement or Gap("the claim has no statement")
    if isinstance(material.bundle, Bundle):
        yield from _bundled(material.bundle)
    else:
        yield "Model", material.bundle
    yield "Made by, and when", answers.cell("model.maker")
    yield "Contact", answers.cell("model.contact")


def _bundled(bundle: Bundle) -> Iterator[tuple[str, Cell]]:
    manifest = bundle.manifest
    yield "Model", f"{manifest.name}, version {manifest.version} ({manifest.task})"
    if manifest.statement:
        yield "In its own words", manifest.statement
    yield "Licence", manifest.licence
    yield "Hash of the bundle", bundle.hash
    yield "Graph", manifest.graph.file or "on a server of the KServe v2 protocol"
    steps = [str(step[KEY]) for step in manifest.preparation]
    yield "Preparation of an image", ", then ".join(steps) or "none: pixels enter as they are"
    yield "When it gives no answer", _support(bundle)
    made = manifest.provenance
    yield "Recipe", ", ".join(word for word in (made.recipe, made.recipe_hash) if word) or Gap("the bundle has none")
    if made.versions:
        yield "Made with", ", ".join(f"{name} {version}" for name, version in made.versions.items())


def _support(bundle: Bundle) -> Cell:
    support = bundle.manifest.support
    asked = [name for name, value in support.inputs.model_dump(exclude={"unknown"}).items() if value]
    words = [f"where {', '.join(name.replace('_', ' ') for name in asked)} are not what it knows"] if asked else []
    words += [f"where it doubts ({support.kind}, level {support.level:g})"] if support.kind else []
    return "; ".join(words) or Gap("the bundle always answers (no [support])")


def _use(material: Material) -> Iterator[tuple[str, Cell]]:
    claim = material.evidence.claim.claim
    yield "Intended use", claim.intended_use or Gap("the claim has no intended_use")
    yield "Users", material.answers.cell("model.users")
    yield "For whom", population_of(material) or Gap("the claim names no population")
    yield "Prevalence of use", prevalence_of(material) or Gap("the claim names no prevalence")
    yield "Not for", "; ".join(claim.not_for) or Gap("the claim names nobody (not_for)")


def population_of(material: Material) -> str:
    """``age 18 to 90; sex F, M``."""
    told = []
    for column, values in material.evidence.claim.claim.population.items():
        numbers = len(values) == 2 and all(isinstance(value, float | int) for value in values)
        words = [f"{value:g}" if isinstance(value, float | int) else value for value in values]
        told.append(f"{column} {' to '.join(words) if numbers else ', '.join(words)}")
    return "; ".join(told)


def prevalence_of(material: Material) -> str:
    """``2% to 8%``."""
    prevalence = material.evidence.claim.claim.prevalence
    return " to ".join(f"{100 * one:.3g}%" for one in dict.fromkeys(prevalence)) if prevalence else ""


def _factors(material: Material) -> Iterator[tuple[str, Cell]]:
    sources = material.evidence.claim.evidence
    yield "Subgroups that were looked at", ", ".join(sources.strata) or Gap("the claim names none (evidence.strata)")
    yield "Places that were looked at", ", ".join(sources.external_by) or Gap("the claim names none (external_by)")
    for rung, name in (("bias", "What differs between groups"), ("robustness", "What worse images do")):
        result = material.rung(rung)
        if result:
            yield name, Mark(str(result.verdict), found(result))


def _metrics(material: Material) -> Iterator[tuple[str, Cell]]:
    claim = material.evidence.claim
    threshold = claim.claim.threshold
    chosen = f", chosen on {threshold.chosen_on}" if threshold.chosen_on else ""
    rule = f" by the rule {threshold.rule}" if threshold.rule else ""
    yield "Positive call", f"score ≥ {threshold.value:g}{chosen}{rule}"
    floors = [str(floor) for name in claim.floors if (floor := claim.floor(name))]
    yield "Floors", "; ".join(floors) or Gap("the claim states none: nothing can hold")
    confidence = percent(material.evidence.provenance.confidence)
    yield (
        "Uncertainty",
        f"{confidence} intervals, by patient where patients repeat; the whole interval must clear a floor",
    )


def _evaluated(material: Material) -> Iterator[tuple[str, Cell]]:
    judged = {material.evidence.claim.evidence.internal, "external"}
    yield from _parts(material, judged)
    yield "More", Link("dataset-card.html", "dataset-card.html")


def _trained(material: Material) -> Iterator[tuple[str, Cell]]:
    yield from _parts(material, {"train", "tune"})
    if isinstance(material.bundle, Bundle):
        data = material.bundle.manifest.provenance.data
        yield from ((f"The bundle's {name}", value) for name, value in data.items())
    yield "In words", material.answers.cell("model.training")


def _parts(material: Material, names: set[str]) -> Iterator[tuple[str, Cell]]:
    dataset = material.dataset
    if dataset is None:
        yield "Rows", Gap("the evidence came without its cohort")
        return
    if "all" in names:
        yield "All rows", f"{dataset.rows:,}"
    parts = [group for group in dataset.splits if group.value in names]
    for group in parts:
        patients = "" if group.patients is None else f" of {group.patients:,} patients"
        yield f"Split {group.value}", f"{group.rows:,} rows{patients}; {group.positive:,} with {dataset.finding}"
    if not parts and "all" not in names:
        yield "Rows", Gap(f"the cohort has no split {' or '.join(sorted(names))}")


def _analyses(material: Material) -> Iterator[Block]:
    confidence = percent(material.evidence.provenance.confidence)
    head = ("Rung", "Verdict", "What was found")
    rows = tuple((r.rung, Mark(str(r.verdict)), found(r)) for r in material.evidence.rungs)
    yield Rows(head, rows, (0.14, 0.14, 0.72))
    groups = tuple(_by_group(material))
    if not groups:
        yield Text("By subgroup: not shown, as no rung had figures of subgroups.", quiet=True)
        return
    yield Text(f"By place and subgroup, each with its {confidence} interval:")
    yield Rows(
        ("Group", "n", "AUROC", "Sensitivity", "Specificity"), groups[:_MOST], (0.28, 0.09, 0.21, 0.21, 0.21), (1,)
    )
    if len(groups) > _MOST:
        yield Text(f"The first {_MOST} of {len(groups)} groups; report.html holds them all.", quiet=True)


def _by_group(material: Material) -> Iterator[tuple[Cell, ...]]:
    for rung in ("internal", "external", "bias"):
        result = material.rung(rung)
        shown = [f for f in (result.figures if result else ()) if f.name in _MEASURES and f.condition == "clean"]
        for group in dict.fromkeys(figure.subgroup for figure in shown):
            of_group = {figure.name: figure for figure in shown if figure.subgroup == group}
            yield (
                f"{rung}: {group}",
                f"{max(figure.n for figure in of_group.values()):,}",
                *(told(of_group.get(name)) or "-" for name in _MEASURES),
            )


def _ethics(material: Material) -> Iterator[tuple[str, Cell]]:
    yield "Questions and answers", material.answers.cell("model.ethics")
    yield "Harm of its mistakes", material.answers.cell("model.risks")
    if result := material.rung("bias"):
        yield "Fairness", Mark(str(result.verdict), found(result))


def _caveats(material: Material) -> Iterator[Block]:
    unshown = [r.rung for r in material.evidence.rungs if r.verdict in {Verdict.NOT_SHOWN, Verdict.UNDECIDED}]
    if unshown:
        yield Text(f"Not shown or not decided: {', '.join(unshown)}. Nothing may be concluded from that silence.")
    yield from (Text(f"• {hint}") for hint in material.evidence.hints)
    for result in material.evidence.rungs:
        yield from (Text(f"• {result.rung}: {note}", quiet=True) for note in result.notes)
