"""The adversarial audit of a recipe: images of the tuning split, whole and with harmless things filled in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from fiducial.audit.ladder import climb
from fiducial.audit.probes.plan import ProbePlan, stresses_of
from fiducial.audit.probes.probe import probe_claim
from fiducial.audit.probes.tables import files_of_masks
from fiducial.audit.rungs.shortcuts import Shortcuts
from fiducial.claims.evidence import Figure, RungResult
from fiducial.claims.regions import masking
from fiducial.cohort.table import LABEL_PREFIX, Cohort, write_cohort
from fiducial.errors import CannotJudge
from fiducial.files.writing import write_text
from fiducial.learn.export.bundling import MODEL, Trained, write_bundle
from fiducial.learn.export.operating import Operating
from fiducial.learn.export.tables import as_toml
from fiducial.learn.recipe import Audit, Located
from fiducial.learn.rows import TrainingRows
from fiducial.models.predict import predict

_RESAMPLES = 1000
_DIGITS = 6
_FLOORS = ("shortcut_energy", "shortcut_effect", "lesion_effect", "site_auroc")


@dataclass(frozen=True, slots=True)
class Turned:
    """How many decisions turn once a harmless region is filled in, among the images that show it."""

    region: str
    figure: Figure

    def __str__(self) -> str:
        """For people."""
        told = self.document()
        between = "" if told["low"] is None else f" ({100 * told['low']:.0f} to {100 * told['high']:.0f})"
        return f"{self.region} filled in: {100 * self.figure.value:.0f}{between} of 100 decisions turn"

    def document(self) -> dict[str, Any]:
        """As learned.json keeps it."""
        interval = self.figure.interval
        low, high = (None, None) if interval is None else (round(interval.low, _DIGITS), round(interval.high, _DIGITS))
        share = round(self.figure.value, _DIGITS)
        return {"region": self.region, "images": self.figure.n, "turned": share, "low": low, "high": high}


@dataclass(frozen=True, slots=True)
class NetworkAudit:
    """``verdict``, ``sentence``, ``alarms``: of the shortcuts rung. ``turned``: region by region, the worst first."""

    finding: str
    verdict: str
    sentence: str
    alarms: tuple[str, ...]
    turned: tuple[Turned, ...]

    def document(self) -> dict[str, Any]:
        """As learned.json keeps it."""
        return {
            "split": "tune",
            "finding": self.finding,
            "verdict": self.verdict,
            "sentence": self.sentence,
            "alarms": list(self.alarms),
            "turned": [one.document() for one in self.turned],
        }

    def lines(self) -> Iterator[str]:
        """For people."""
        yield f"Audit on tune, {self.finding}: {self.verdict}. {self.sentence}"
        for one in self.turned:
            yield f"  {one}"
        for alarm in self.alarms:
            yield f"  ! {alarm}"


def require_askable(located: Located, cohort: Cohort) -> None:
    """Look, before hours of training, at what the audit will need.

    Raises:
        UnusableInput: the masks table cannot be used.
        WrongUsage: a condition that nobody knows, or one for other images than these.
    """
    asked = located.recipe.audit
    if asked is not None:
        stresses_of(ProbePlan(asked.conditions), cohort)
        _masks(located, asked)


def audit_network(located: Located, asked: Audit, trained: Trained, folder: Path) -> NetworkAudit:
    """Climb the shortcuts rung on tuning images and leave bundle, tables, claim and report in ``folder``/audit.

    It is about images even where the bundle is about volumes: what a network looks at is in a slice. Its scores are
    those of the network, without support, so that every image has an answer.

    Raises:
        CannotJudge: no threshold of the finding meets the recipe's rule on images.
        UnusableInput: the masks table cannot be used.
    """
    home = folder / "audit"
    finding = asked.finding or located.recipe.recipe.findings[0]
    slices = _of_images(trained)
    write_bundle(slices, home / "bundle", (folder / "bundle" / MODEL).read_bytes())
    seed = located.recipe.recipe.seed
    drawn = _drawn(trained.tune.pictures.rows, finding, asked, _masks(located, asked), seed)
    write_cohort(drawn, home / "cohort.parquet")
    claim = _claim(located, asked, finding, slices.operating()[finding])
    write_text(home / "claim.toml", as_toml(claim))
    predict(home / "bundle", home / "cohort.parquet", home / "predictions.parquet")
    masks = None if asked.masks is None else located.path(asked.masks)
    plan = ProbePlan(asked.conditions, most=asked.studies, masks=masks, seed=seed)
    probe_claim(home / "claim.toml", home / "probes", plan)
    evidence = climb(home / "claim.toml", seed=seed, resamples=_RESAMPLES)
    evidence.save(home / "report")
    rung = next((one for one in evidence.rungs if one.rung == Shortcuts.name), None)
    if rung is None:
        raise CannotJudge("the shortcuts rung gave no result")
    return NetworkAudit(finding, str(rung.verdict), rung.sentence, rung.alarms, _turned(asked, rung))


def _masks(located: Located, asked: Audit) -> dict[str, dict[str, Path]]:
    return {} if asked.masks is None else files_of_masks(located.path(asked.masks))


def _drawn(
    rows: TrainingRows, finding: str, asked: Audit, marked: Mapping[str, Mapping[str, Path]], seed: int
) -> Cohort:
    """The images that are asked: up to half show a harmless region, each its share; the others are ill and healthy."""
    frame = rows.cohort.rows
    order = np.random.default_rng(seed).permutation(frame.height)
    studies, ill = frame["study"].to_list(), (frame[f"{LABEL_PREFIX}{finding}"] == 1).fill_null(value=False).to_list()
    share = max(1, asked.studies // (2 * max(1, len(asked.harmless))))
    first = [[place for place in order if one in marked.get(studies[place], {})][:share] for one in asked.harmless]
    classes = ([place for place in order if ill[place]], [place for place in order if not ill[place]])
    rest = [place for pair in zip_longest(*classes) for place in pair if place is not None]
    chosen = list(dict.fromkeys(chain(*first, rest)))[: asked.studies]
    return rows.with_studies({studies[place] for place in chosen}).cohort


def _of_images(trained: Trained) -> Trained:
    recipe = trained.recipe
    export = recipe.export.model_copy(update={"support": "none", "deployed_prevalence": None})
    return replace(trained, recipe=recipe.model_copy(update={"export": export}), together=None)


def _claim(located: Located, asked: Audit, finding: str, point: Operating) -> dict[str, Any]:
    harmless = [masking(region) for region in asked.harmless]
    conditions = [one.partition(":")[0] for one in asked.conditions]
    return {
        "claim": {
            "name": f"{located.recipe.recipe.name}-audit",
            "finding": finding,
            "statement": "What the network looks at, asked on the images that its epoch was chosen on.",
            "threshold": {"value": point.threshold, "rule": point.rule},
        },
        "floors": {name: bound for name, bound in located.recipe.export.floors.items() if name in _FLOORS},
        "ladder": {"required": [Shortcuts.name]},
        "evidence": {
            "cohort": "cohort.parquet",
            "predictions": "predictions.parquet",
            "bundle": "bundle",
            "probes": "probes",
            "internal": "all",
            "must_matter": [masking(region) for region in asked.vital],
            "must_not_matter": [*(one for one in conditions if one.startswith("mask-")), *harmless],
            "confounders": harmless,
        },
    }


def _turned(asked: Audit, rung: RungResult) -> tuple[Turned, ...]:
    regions = {f"{masking(region)}:1": region for region in asked.harmless}
    found = {
        regions[figure.condition]: figure
        for figure in rung.figures
        if figure.name == "flips" and figure.condition in regions
    }
    return tuple(Turned(*one) for one in sorted(found.items(), key=lambda one: (-one[1].value, one[0])))
