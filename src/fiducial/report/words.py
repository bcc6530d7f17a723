"""Numbers as every page of ours writes them, so that HTML and PDF say the same."""

from math import floor, isnan, log10

from fiducial.claims.evidence import Figure

LEAST_P = 0.0001


def number(value: float) -> str:
    """Three decimals; ``none`` for what is not a number."""
    return "none" if isnan(value) else f"{value:.3f}"


def amount(figure: Figure) -> str:
    """A figure's value; whole where it counts something, which no share and nothing with an interval does."""
    counts = figure.interval is None and figure.unit != "1" and float(figure.value).is_integer()
    return f"{figure.value:,.0f}" if counts else number(figure.value)


def share(value: float) -> str:
    """A predictive value, which nobody has where nobody was called so."""
    return "none called" if isnan(value) else number(value)


def interval(figure: Figure) -> str:
    """``0.812 to 0.874``; nothing for a count."""
    return f"{figure.interval.low:.3f} to {figure.interval.high:.3f}" if figure.interval else ""


def unit(figure: Figure) -> str:
    """``share`` for a plain fraction."""
    return "share" if figure.unit == "1" else figure.unit


def percent(confidence: float) -> str:
    """``95%``, ``98.3%``, ``99.95%``: two digits of the doubt that is left, and no zeros at the end."""
    doubt = 100 * (1 - confidence)
    decimals = max(0, 1 - floor(log10(doubt) + 1e-9))
    told = f"{100 * confidence:.{decimals}f}"
    return f"{told.rstrip('0').rstrip('.') if '.' in told else told}%"


def p_value(p: float) -> str:
    """``0.0321``; smaller ones than 0.0001 as that."""
    return f"{p:.3g}" if p >= LEAST_P else f"< {LEAST_P:g}"


def slug(verdict: str) -> str:
    """A verdict as a class name."""
    return str(verdict).replace(" ", "-")
