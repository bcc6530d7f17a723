"""``/studies/UID/results``: what was decided, in the formats of the hospital's other systems."""

import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from fiducial.claims.evidence import NOTICE
from fiducial.serve.results.contract import Made, NothingToShow
from fiducial.serve.results.making import kinds, make_output, read_given
from fiducial.serve.web.state import Here
from fiducial.serve.web.studies import found_study

router = APIRouter(prefix="/studies/{uid}/results", tags=["results"])
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first date that a zip knows: the same files make the same zip


@router.get("")
def results(uid: str, here: Here) -> dict[str, Any]:
    """Which formats there are."""
    found_study(here, uid)
    return {"notice": NOTICE, "study": uid, "results": {kind: f"/studies/{uid}/results/{kind}" for kind in kinds()}}


@router.get("/{kind}", response_class=Response)
def result(uid: str, kind: str, here: Here) -> Response:
    """One format: its file, or a zip where the study has several. 404 with the reason where it has none."""
    study = found_study(here, uid)
    if kind not in kinds():
        raise HTTPException(404, f"There is no format {kind!r}. There are: {', '.join(kinds())}.")
    try:
        made = make_output(kind, read_given(here.database, here.archive.folder, study))
    except NothingToShow as nothing:
        raise HTTPException(404, str(nothing)) from nothing
    return _file(made[0]) if len(made) == 1 else _file(_packed(f"{uid}.{kind}.zip", made))


def _file(made: Made) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{made.name}"'}
    return Response(made.content, media_type=made.media_type, headers=headers)


def _packed(name: str, files: Sequence[Made]) -> Made:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for one in files:
            package.writestr(zipfile.ZipInfo(one.name, _LONG_AGO), one.content)
    return Made(name, "application/zip", stream.getvalue())
