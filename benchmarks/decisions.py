"""Rules: one study with traces, and a million without: ``python -m benchmarks.decisions``."""

import random
from collections.abc import Iterator
from functools import partial

import numpy as np
import polars as pl

import fiducial as fd
from benchmarks.timing import Row, best_of
from fiducial.rules.decision import Decision
from fiducial.rules.file import Rules, rules_of
from fiducial.rules.programs import Trace

FINDINGS, RULES, STUDIES = 60, 200, 1_000_000


def decisions() -> Iterator[Row]:
    """60 findings and 200 rules of four to seven parts each, a quarter of which read other rules."""
    text = written()
    yield Row(f"a decision file of {RULES} rules, read", best_of(partial(rules_of, text)), "", None, "")
    rules = rules_of(text)
    studies = [one_study(rules, seed) for seed in range(50)]
    fd.decide(rules, studies[0])  # compiled once
    seconds = best_of(lambda: [fd.decide(rules, study) for study in studies], 20) / len(studies)
    yield Row(f"{RULES} rules over {FINDINGS} findings, one study, every trace", seconds, "", None, "under 0.003 s")
    drawn = best_of(lambda: [_drawn(fd.decide(rules, study)) for study in studies], 5) / len(studies)
    yield Row("the same, every trace drawn as a tree", drawn, "", None, "")
    said = best_of(lambda: [str(fd.decide(rules, study)) for study in studies[:2]], 2) / 2
    yield Row("the same, every conclusion told in words with what would flip it", said, "", None, "")
    table = many_studies(rules)
    seconds = best_of(lambda: fd.decide_table(rules, table))
    yield Row(f"{RULES} rules over {FINDINGS} findings, {STUDIES:,} studies, untraced", seconds, "", None, "under 60 s")


def _drawn(decision: Decision) -> list[Trace]:
    return [outcome.trace for outcome in decision.outcomes.values()]


def written() -> str:
    """The decision file."""
    rng = random.Random(0)  # noqa: S311  (no secret)
    names = [f"finding-{index}" for index in range(FINDINGS)]
    lines = ['[decision]\nname = "benchmark"\nversion = "1"\n[thresholds]']
    lines += [f"{name} = {rng.uniform(0.1, 0.9):.2f}" for name in names]
    lines += ["[inputs]", f"scores = {names}", 'measurements = { ctr = "1" }']
    lines += ['metadata = { age = "number", view = ["PA", "AP"] }']
    for index in range(RULES):
        first, second, third, fourth = (_part(rng, names, index) for _ in range(4))
        when = f"({first} or {second}) and not ({third}) or {fourth}"
        lines.append(f'[[rules]]\nname = "rule-{index}"\nwhen = "{when}"')
    return "\n".join(lines)


def _part(rng: random.Random, names: list[str], index: int) -> str:
    draw, name = rng.random(), rng.choice(names)
    if draw > 0.75 and index:
        return f"rule(rule-{rng.randrange(index)})"
    others = {0.05: "metadata(view) == PA", 0.1: "metadata(age) >= 18", 0.15: "measurement(ctr) > 0.5"}
    return next((part for most, part in others.items() if draw < most), f"score({name}) >= ${name}")


def one_study(rules: Rules, seed: int) -> fd.Facts:
    """A study of which one score in twenty is unknown."""
    rng = np.random.default_rng(seed)
    scores = {
        name: fd.Given(score, None, "cnn", "1") if heard else fd.Given(None, "timed out", "cnn", "1")
        for name, score, heard in zip(
            rules.inputs.scores, rng.random(FINDINGS).tolist(), rng.random(FINDINGS) > 0.05, strict=True
        )
    }
    metadata = {"age": fd.Given(61.0), "view": fd.Given("PA")}
    return fd.Facts(str(seed), scores, measurements={"ctr": fd.Given(0.55)}, metadata=metadata)


def many_studies(rules: Rules) -> pl.DataFrame:
    """A million of them."""
    rng = np.random.default_rng(0)
    scores = {
        f"score.{name}": pl.Series(np.where(rng.random(STUDIES) > 0.05, rng.random(STUDIES), np.nan), nan_to_null=True)
        for name in rules.inputs.scores
    }
    columns = {
        "measurement.ctr": rng.random(STUDIES),
        "metadata.age": rng.uniform(0, 90, STUDIES),
        "metadata.view": np.where(rng.random(STUDIES) > 0.5, "PA", "AP"),
    }
    return pl.DataFrame({"study": np.arange(STUDIES).astype(str), **scores, **columns})


if __name__ == "__main__":
    for row in decisions():
        print(row.markdown())
