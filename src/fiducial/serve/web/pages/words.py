"""Times and names as a page says them."""

import re
from datetime import UTC, datetime

_UID = re.compile(r"[0-9][0-9.]{21,}[0-9]")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def took(seconds: float) -> str:
    """``45 s``, ``12 min``, ``3 h 05``, ``2 d 4 h``: two steps of accuracy, as a clock on the wall has."""
    if seconds < _MINUTE:
        return f"{max(0, seconds):.0f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    if seconds < _DAY:
        return f"{seconds // _HOUR:.0f} h {seconds % _HOUR // _MINUTE:02.0f}"
    return f"{seconds // _DAY:.0f} d {seconds % _DAY // _HOUR:.0f} h"


def ago(at: float, now: float) -> str:
    """How long it has been."""
    return took(now - at)


def target(due: float | None, now: float) -> str:
    """``4 min left``, ``12 min over``."""
    if due is None:
        return ""
    return f"{took(due - now)} left" if due >= now else f"{took(now - due)} over"


def date(dicom: str | None) -> str:
    """``20230809`` as ``2023-08-09``; what is no date stays as it is."""
    if dicom is None:
        return ""
    return f"{dicom[:4]}-{dicom[4:6]}-{dicom[6:]}" if len(dicom) == 8 and dicom.isdigit() else dicom


def moment(at: float) -> str:
    """``2026-01-31 14:05 UTC``."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M UTC}"


def name(person: str | None) -> str:
    """``Doe^Jane^M`` as ``Doe, Jane M`` (DICOM PS3.5 6.2, PN); groups of other scripts are left out."""
    family, *others = (person or "").partition("=")[0].split("^")
    given = " ".join(one for one in others if one)
    return f"{family}, {given}" if given else family


def readable(told: str | None) -> str:
    """A reason without the middle of its UIDs, which nobody reads and which fill the line."""
    return _UID.sub(lambda uid: f"...{uid[0][-6:]}", told or "")


def sentence(told: str | None) -> str:
    """A reason as a sentence of its own."""
    words = (told or "").removeprefix("not read: ").strip().rstrip(".")
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def short(word: str | None) -> str:
    """A value of an override as somebody would say it: yes and no, and numbers without their last digits."""
    said = {"true": "yes", "false": "no", None: ""}.get(word, word or "")
    try:
        return f"{float(said):.4g}"
    except ValueError:
        return said


def plain(value: float | str) -> str:
    """A setting as somebody would write it: ``10`` and not ``10.0``."""
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)
