"""The list that a reviewer fills in, and the page to look at while doing so."""

from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from PIL import Image

from fiducial.errors import WrongUsage
from fiducial.learn.mining.negatives import Mined, Negative
from fiducial.report.mined import MinedCard, save_mined

_SIDE = 176  # pixels of one picture on the page
_STRONGEST = 0.7  # opacity where the saliency is greatest


def save_list(mined: Mined, out: str | Path) -> Path:
    """Write ``out`` (.csv) with an empty column ``decision``, its page and its document; gives the path of the page.

    Raises:
        WrongUsage: another ending than .csv, or the list is there already and may hold decisions.
        UnusableInput: the folder cannot be written to.
    """
    path = Path(out)
    if path.suffix != ".csv":
        raise WrongUsage(f"{path}: a list to fill in is a .csv; name one.")
    if path.exists():
        raise WrongUsage(f"{path}: is there already, and may hold decisions. Give another --out, or move it away.")
    told: dict[str, Any] = {
        "bundle": mined.bundle,
        "finding": mined.finding,
        "looked_at": mined.looked_at,
        "groups": mined.groups,
        "failed": dict(mined.failed),
    }
    return save_mined([MinedCard(_row(one), _jpeg(one)) for one in mined.negatives], told, path)


def _row(one: Negative) -> dict[str, Any]:
    return {
        "study": one.study,
        "patient": one.patient,
        "finding": one.finding,
        "score": round(one.score, 6),
        "loss": round(one.loss, 4),
        "called": one.called,
        "looks_at": one.group,
        "energy": round(one.energy, 4),
        "decision": None,
        "note": None,
    }


def _jpeg(one: Negative) -> bytes:
    """The image, and beside it the same under what speaks for the finding."""
    grey = np.asarray(Image.fromarray(one.grey.astype(np.uint8)).resize((_SIDE, _SIDE), Image.Resampling.BILINEAR))
    heat = np.asarray(Image.fromarray(np.clip(one.heat, 0, None).astype(np.float32)).resize((_SIDE, _SIDE)))
    share = heat / heat.max() if heat.max() > 0 else heat
    colour = mpl.colormaps["inferno"](share)[..., :3] * 255
    plain = np.repeat(grey[..., np.newaxis], 3, axis=2).astype(np.float64)
    under = plain + (colour - plain) * _STRONGEST * share[..., np.newaxis]
    stream = BytesIO()
    Image.fromarray(np.hstack([plain, under]).round().astype(np.uint8)).save(stream, "JPEG", quality=80)
    return stream.getvalue()
