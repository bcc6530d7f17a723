"""``/operations``: the service itself, for who keeps it running."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse

from fiducial.errors import FiducialError
from fiducial.pipelines.members import Member
from fiducial.scans.preparation.preparing import describe
from fiducial.serve.operations import SILENT, replay, status_of
from fiducial.serve.settings.audit import audit_settings
from fiducial.serve.settings.declared import CHOSEN, in_short
from fiducial.serve.viewing.audits import audits_of
from fiducial.serve.web.pages.rendering import page
from fiducial.serve.web.pages.words import plain
from fiducial.serve.web.state import Here, Service, Who
from fiducial.serve.work.choosing import change_setting, roll_back_setting

router = APIRouter(prefix="/operations", include_in_schema=False)


@router.get("")
def operations(request: Request, here: Here) -> HTMLResponse:
    """The whole page."""
    members = () if here.pipeline is None else here.pipeline.members
    return page(
        request,
        "operations.html.j2",
        status=status_of(here),
        silent=SILENT,
        settings=_settings(here),
        members=members,
        statement="" if here.pipeline is None else here.pipeline.file.pipeline.statement,
        opened=None,
        told=None,
        problem=None,
    )


@router.get("/status")
def status(request: Request, here: Here) -> HTMLResponse:
    """What changes by the second."""
    return page(request, "operations_status.html.j2", status=status_of(here), silent=SILENT, told=None)


@router.post("/jobs/{job}/replay")
def again(job: int, request: Request, here: Here, who: Who) -> HTMLResponse:
    """Ask about a dead or failed study again."""
    done = replay(here.database, here.queue, job, who.name)
    told = f"Job {job} waits again." if done else f"Job {job} is neither dead nor failed any more."
    return page(request, "operations_status.html.j2", status=status_of(here), silent=SILENT, told=told)


@router.post("/settings/{name}")
def set_setting(  # noqa: PLR0913, PLR0917  (the fields of the form)
    name: str,
    request: Request,
    here: Here,
    who: Who,
    value: Annotated[str, Form(max_length=200)],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> HTMLResponse:
    """Change a setting; it counts from the next study on."""
    try:
        change_setting(here.revisions, name, value, author=who.name, reason=reason)
    except FiducialError as wrong:
        return _shown_settings(request, here, name, problem=str(wrong))
    return _shown_settings(request, here, name, told=_holds(here, name, "from the next study on"))


@router.post("/settings/{name}/roll-back")
def roll_back(name: str, request: Request, here: Here, who: Who, revision: Annotated[int, Form()]) -> HTMLResponse:
    """Make a value of before the value of now."""
    try:
        roll_back_setting(here.revisions, name, revision, author=who.name)
    except FiducialError as wrong:
        return _shown_settings(request, here, name, problem=str(wrong))
    return _shown_settings(request, here, name, told=_holds(here, name, "again, from the next study on"))


@router.get("/models/{name}")
def model(name: str, request: Request, here: Here) -> HTMLResponse:
    """What a running model says of itself: its card, its claims, what it was shown to do."""
    members = () if here.pipeline is None else here.pipeline.members
    member = next((one for one in members if one.name == name), None)
    if member is None:
        raise HTTPException(404, "No model of that name runs here. /operations lists them.")
    return page(request, "model.html.j2", member=member, **_card(member))


def _card(member: Member) -> dict[str, Any]:
    bundle = member.model.bundle
    return {
        "manifest": bundle.manifest,
        "claims": bundle.claims,
        "identity": member.model.identity,
        "steps": describe(bundle.steps),
        "audits": audits_of(bundle),
        "support": bundle.manifest.support.model_dump(mode="json", exclude_defaults=True),
    }


def _shown_settings(
    request: Request, here: Service, name: str, *, told: str | None = None, problem: str | None = None
) -> HTMLResponse:
    return page(
        request,
        "operations_settings.html.j2",
        422 if problem else 200,
        settings=_settings(here),
        opened=name,
        told=told,
        problem=problem,
    )


def _holds(here: Service, name: str, when: str) -> str:
    value = here.revisions.current()[name].value
    return f"{name} is {plain(in_short(name, value))} {when}."


def _settings(here: Service) -> list[dict[str, object]]:
    here.settings.refresh()  # what this process has read goes on record before it is judged
    order = list(here.revisions.catalogue)  # whatever was changed last
    found = sorted(audit_settings(here.revisions).settings, key=lambda one: order.index(one.revision.name))
    return [
        {
            "audit": one,
            "what": here.revisions.catalogue[one.revision.name].what,
            "value": in_short(one.revision.name, one.revision.value),
            "chosen": one.revision.name in CHOSEN,
            "history": [(was, in_short(was.name, was.value)) for was in here.revisions.history(one.revision.name)],
        }
        for one in found
    ]
