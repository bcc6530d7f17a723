"""The plain words of the documents: questions of rungs, verdicts, figures, and sentences cut to length."""

from fiducial.claims.evidence import Figure, RungResult, Verdict
from fiducial.report.words import interval, number

QUESTIONS = {
    "internal": "Is it right often enough where it was built?",
    "external": "And elsewhere?",
    "bias": "Equally for everyone?",
    "calibration": "Do its scores mean what they say?",
    "baselines": "Better than something simple?",
    "robustness": "When images are worse?",
    "shortcuts": "Does it look at the disease?",
    "uncertainty": "Does it know when it does not know?",
    "ablation": "Does it need what it should need?",
    "detection": "Does it mark the right places?",
    "failures": "Where does it fail?",
    "labels": "Are the labels right?",
    "readers": "Does it help those who read?",
    "relevance": "Does it help the patients?",
    "seal": "Was the test kept shut?",
}
MORE = "…"  # what was cut stands in report.html, as the page says once
PLAIN = {
    Verdict.HOLDS: "shown",
    Verdict.FAILS: "falls short",
    Verdict.UNDECIDED: "undecided",
    Verdict.NOT_SHOWN: "not shown",
}


def told(figure: Figure | None) -> str:
    """``0.912 (0.890 to 0.931)``; nothing where there is no figure."""
    if figure is None:
        return ""
    value = (
        f"{figure.value:,.0f}" if figure.interval is None and float(figure.value).is_integer() else number(figure.value)
    )
    return f"{value} ({interval(figure)})" if figure.interval else value


def found(result: RungResult) -> str:
    """A rung's sentence beside its verdict, which it then need not say again."""
    words = result.sentence
    if result.verdict is Verdict.NOT_SHOWN:
        words = words.removeprefix("Not shown: ")
    return words[:1].upper() + words[1:]


def cut(sentence: str, most: int) -> str:
    """The first whole sentences of ``most`` letters; a longer first one is cut at a word."""
    if len(sentence) <= most:
        return sentence
    kept = ""
    for part in sentence.split(". "):
        longer = f"{kept}{part}. "
        if len(longer) > most:
            break
        kept = longer
    if kept:
        return f"{kept.rstrip()} {MORE}"
    return f"{sentence[:most].rsplit(' ', 1)[0]} {MORE}"


def named(rung: str) -> str:
    """The rung's question, or its name where it is nobody's we know."""
    return QUESTIONS.get(rung, rung)
