"""Letters that DejaVu Sans lacks: Chinese, Japanese and Korean, in the fonts that PDF readers bring for them.

ReportLab names these fonts and does not embed them (Adobe's Asian font packs), so that the file stays small.
"""

import re
from functools import cache

from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont

_HAN, _KANA, _HANGUL = "STSong-Light", "HeiseiKakuGo-W5", "HYGothic-Medium"
_RUNS = re.compile(
    "(?P<hangul>[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]+)|(?P<kana>[\u3040-\u30ff\uff00-\uffef]+)"
    "|(?P<han>[\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+)"
)
_FONTS = {"han": _HAN, "kana": _KANA, "hangul": _HANGUL}


def in_its_script(markup: str) -> str:
    """ReportLab markup with every run of such letters in a font that has them."""
    return _RUNS.sub(_with_font, markup)


def _with_font(run: re.Match[str]) -> str:
    font = _FONTS[str(run.lastgroup)]
    _register(font)
    return f'<font face="{font}">{run.group()}</font>'


@cache
def _register(font: str) -> None:
    registerFont(UnicodeCIDFont(font))
