"""``/studies/{uid}/reader/{part}/...``: what one pane of the reader shows, slice by slice."""

from collections.abc import Iterator
from functools import lru_cache, partial
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response

from fiducial.errors import UnusableInput
from fiducial.pipelines.pipeline import Pipeline
from fiducial.scans.preparation.preparing import KEY, describe
from fiducial.serve.queue.reading import read_result
from fiducial.serve.studies import read_study_row
from fiducial.serve.viewing.drawing import grey_png, heat_png, mask_png
from fiducial.serve.viewing.overlays import Overlay, overlay_of, overlays_of, prepared_of
from fiducial.serve.viewing.parts import parts_of_study
from fiducial.serve.viewing.seen import Gallery, Seen
from fiducial.serve.viewing.sides import sides_of
from fiducial.serve.viewing.windows import Window
from fiducial.serve.web.pages.words import readable, sentence
from fiducial.serve.web.state import Here, Service

router = APIRouter(prefix="/studies/{uid}/reader/{part}", include_in_schema=False)
MASK, HEAT = (88, 196, 140), (255, 176, 59)  # green and amber: apart in every kind of colour blindness
_KEPT = {"Cache-Control": "private, max-age=3600"}  # in this browser alone: the pixels of an image never change
_CORNERS = ("x0", "y0", "x1", "y1")
SIDE = 4096  # of a picture that is sent


def _gallery(request: Request) -> Gallery:
    found: Gallery = request.app.state.gallery
    return found


def seen_part(uid: str, part: str, here: Here, gallery: Annotated[Gallery, Depends(_gallery)]) -> Seen:
    """The part that an address names, decoded."""
    for one in parts_of_study(here.database, here.archive.folder, uid):
        if one.name == part:
            try:
                return gallery.seen(one.files)
            except UnusableInput as unreadable:
                raise HTTPException(
                    422, f"This image cannot be shown. {sentence(readable(str(unreadable)))}"
                ) from unreadable
    raise HTTPException(404, "There is no such image or series in this study.")


SeenPart: TypeAlias = Annotated[Seen, Depends(seen_part)]


def pipeline_of(here: Here) -> Pipeline:
    """The models through whose eyes images are shown."""
    if (pipeline := here.pipeline) is None:
        raise HTTPException(404, "This door has no models; ask one that has a pipeline.")
    return pipeline


Models: TypeAlias = Annotated[Pipeline, Depends(pipeline_of)]


@router.get("/pane")
def pane(uid: str, part: str, here: Here, seen: SeenPart) -> dict[str, Any]:
    """Everything that a pane needs to know before it asks for slices."""
    scan = seen.shown.scan
    said = _said(here, uid, part)
    models = here.pipeline
    same = models is not None and said.get("identity") in {None, _identity(models)}
    return {
        "slices": seen.slices,
        "rows": int(scan.array.shape[1]),
        "columns": int(scan.array.shape[2]),
        "aspect": seen.aspect,
        "sides": sides_of(seen.header),
        "unit": "HU" if seen.header.get("Modality") == "CT" else "",
        "windows": [{"name": one.name, "center": one.center, "width": one.width} for one in seen.windows],
        "boxes": said.get("boxes", []),
        "overlays": [
            {"kind": one.kind, "model": one.model, "finding": one.finding, "label": one.label}
            for one in (overlays_of(models) if models is not None and same and said else [])
            if one.model not in said["silent"]
        ],
        "models": _models(models) if models is not None and same and said else [],
        "note": "" if same or not said else "The models have changed since: masks and maps are not drawn.",
    }


@router.get("/slices/{number}.png")
def slice_png(
    number: int, seen: SeenPart, center: float, width: float, side: Annotated[int, Query(ge=16, le=SIDE)] = SIDE
) -> Response:
    """A slice in a window, ``center`` and ``width`` in physical values."""
    grey = seen.grey(_inside(number, seen), Window("", center, width))
    return _png(grey_png(grey, side))


@router.get("/prepared/{number}.png")
def prepared_png(number: int, seen: SeenPart, models: Models, model: str, channel: int = 0) -> Response:
    """What a model was given: the picture behind its preparation, one channel as grey from its least to its most."""
    member = next((one for one in models.members if one.name == model), None)
    if member is None:
        raise HTTPException(404, "There is no such model in the pipeline.")
    pixels = _or_422(partial(prepared_of, member, seen))
    if not 0 <= channel < len(pixels):
        raise HTTPException(404, f"The model is given {len(pixels)} channels.")
    share = (_inside(number, seen) + 0.5) / seen.slices  # a preparation may have resampled the slices
    return _png(grey_png((pixels[channel, int(share * pixels.shape[1])] * 255).astype("uint8")))


@router.get("/overlays/{number}.png")
def overlay_png(number: int, seen: SeenPart, models: Models, kind: str, model: str, finding: str) -> Response:  # noqa: PLR0913, PLR0917  (its address)
    """What a model marks in a slice: clear but where it marks."""
    found = _or_422(partial(overlay_of, models, seen, Overlay(kind, model, finding)))
    drawn = found[_inside(number, seen)]
    return _png(mask_png(drawn, MASK) if kind == "mask" else heat_png(drawn, HEAT, float(found.max())))


def _said(here: Service, uid: str, part: str) -> dict[str, Any]:
    row = read_study_row(here.database, uid)
    result = read_result(here.database, f"{uid}/{row.revision}") if row is not None else None
    for one in (result or {"parts": []})["parts"]:
        if one["study"] == part and one["decision"] and result is not None:  # else no model was asked, or could say
            counted = set(_counted(one["decision"]))
            boxes = [{**box, "counts": tuple(box[name] for name in _CORNERS) in counted} for box in one["boxes"]]
            return {"boxes": boxes, "silent": one["silent"], "identity": result["pipeline"]["identity"]}
    return {}


@lru_cache(maxsize=2)  # it hashes every weight
def _identity(pipeline: Pipeline) -> str:
    return pipeline.identity


def _counted(document: Any) -> Iterator[tuple[float, ...]]:  # noqa: ANN401  (JSON)
    """The corners of every box that some rule counts."""
    if isinstance(document, list):
        for one in document:
            yield from _counted(one)
    elif isinstance(document, dict):
        if "box" in document and document.get("value") is True:
            yield tuple(document["box"][name] for name in _CORNERS)
        for one in document.values():
            yield from _counted(one)


def _models(pipeline: Pipeline) -> list[dict[str, str]]:
    return [
        {"name": one.name, "preparation": "; ".join(_step(step) for step in describe(one.model.bundle.steps))}
        for one in pipeline.members
    ]


def _step(step: dict[str, Any]) -> str:
    settings = ", ".join(f"{name} {value}" for name, value in step.items() if name != KEY)
    return f"{step[KEY]} ({settings})" if settings else str(step[KEY])


def _inside(number: int, seen: Seen) -> int:
    if not 0 <= number < seen.slices:
        raise HTTPException(404, f"There are {seen.slices} slices, counted from 0.")
    return number


def _or_422(work: Any) -> Any:  # noqa: ANN401  (an array of whatever is drawn)
    try:
        return work()
    except UnusableInput as told:
        raise HTTPException(422, str(told)) from told


def _png(content: bytes) -> Response:
    return Response(content, media_type="image/png", headers=_KEPT)
