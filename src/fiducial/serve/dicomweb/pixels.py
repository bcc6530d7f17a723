"""WADO-RS: frames as values and as pictures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response, StreamingResponse

from fiducial.errors import UnusableInput, WrongUsage
from fiducial.serve.dicomweb.accepted import accepted, takes
from fiducial.serve.dicomweb.attributes import PIXELS
from fiducial.serve.dicomweb.frames import PLAIN, Frames
from fiducial.serve.dicomweb.parts import Part, Related
from fiducial.serve.dicomweb.rendering import FORMATS, Rendering
from fiducial.serve.dicomweb.replying import Instance, Named, images
from fiducial.serve.web.state import Here, Service

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Wish:
    """How a picture shall look: ``centre,width,linear``; ``width,height``; of a JPEG from 1 to 100."""

    window: str | None = None
    viewport: str | None = None
    quality: int = 90


Look = Annotated[Wish, Depends()]


@router.get("/studies/{study}/series/{series}/instances/{sop}/frames/{numbers}")
def frames(request: Request, here: Here, which: Instance, numbers: str) -> Response:
    """Frames by number from 1 on: as stored where the client takes that, else decoded."""
    opened, wanted = _frames(here, which, numbers)
    return _pieces(request, opened, wanted)


@router.get("/studies/{study}/series/{series}/instances/{sop}/bulkdata/{tag}")
def bulk_data(request: Request, here: Here, which: Instance, tag: str) -> Response:
    """The pixel data of an instance, frame by frame."""
    if tag.upper() != PIXELS:
        raise HTTPException(404, f"Everything but the pixel data ({PIXELS}) stands in the metadata.")
    opened = _opened(here, which)
    return _pieces(request, opened, range(1, opened.count + 1))


@router.get("/studies/{study}/series/{series}/instances/{sop}/rendered")
def rendered(request: Request, here: Here, which: Instance, how: Look) -> Response:
    """The first frame as a picture. ``window=centre,width,linear``; ``viewport=width,height``."""
    return _rendered(request, _frames(here, which, "1"), how)


@router.get("/studies/{study}/series/{series}/instances/{sop}/frames/{number}/rendered")
def rendered_frame(request: Request, here: Here, which: Instance, number: str, how: Look) -> Response:
    """One frame as a picture, as above."""
    return _rendered(request, _frames(here, which, number), how)


def _pieces(request: Request, opened: Frames, wanted: Sequence[int]) -> Response:
    """Decoding begins before the reply does, so that what cannot be decoded is told by a status."""
    takes_stored = any(
        one.syntax in {"*", str(opened.syntax)} or (one.inner == opened.kind != PLAIN)
        for one in accepted(request.headers.get("accept", ""))
    )
    kind = opened.kind if takes_stored else PLAIN
    read = opened.stored if takes_stored else opened.decoded
    syntax = f"; transfer-syntax={opened.syntax}" if takes_stored else ""
    try:
        first = read(wanted[0])
    except UnusableInput as undecoded:
        raise HTTPException(406, f"{undecoded}. Ask for it as stored, with transfer-syntax=*.") from undecoded
    rest = (Part(f"{kind}{syntax}", read(number)) for number in wanted[1:])
    message = Related(kind)
    return StreamingResponse(
        message.stream(_chained(Part(f"{kind}{syntax}", first), rest)), media_type=message.content_type
    )


def _chained(first: Part, rest: Iterator[Part]) -> Iterator[Part]:
    yield first
    yield from rest


def _frames(here: Service, which: Named, numbers: str) -> tuple[Frames, Sequence[int]]:
    opened = _opened(here, which)
    try:
        return opened, opened.checked([int(one) for one in numbers.split(",")])
    except ValueError:
        raise HTTPException(400, "Frames are whole numbers from 1 on, with commas between.") from None
    except UnusableInput as none:
        raise HTTPException(404, str(none)) from none


def _opened(here: Service, which: Named) -> Frames:
    (image,) = images(here, which.study, which.series, which.sop)
    try:
        return Frames.open(here.archive.folder / image.path)
    except UnusableInput as none:
        raise HTTPException(404, str(none)) from none


def _rendered(request: Request, which: tuple[Frames, Sequence[int]], how: Wish) -> Response:
    kind = takes(request.headers.get("accept", ""), FORMATS)
    if kind is None:
        raise HTTPException(406, "Pictures are given as image/jpeg or image/png.")
    opened, numbers = which
    try:
        picture = Rendering.parse(kind, how.window, how.viewport, how.quality).draw(opened.path, numbers[0])
    except WrongUsage as wrong:
        raise HTTPException(400, str(wrong)) from wrong
    except UnusableInput as undecoded:
        raise HTTPException(406, f"{opened.path.stem}: {undecoded}") from undecoded
    return Response(picture, media_type=kind, headers={"Cache-Control": "private, no-store"})
