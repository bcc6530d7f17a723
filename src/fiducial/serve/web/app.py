"""The application: routes, and what is said when something goes wrong."""

from importlib.metadata import version

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import DataError, SQLAlchemyError
from starlette.exceptions import HTTPException

from fiducial.claims.evidence import NOTICE
from fiducial.errors import FiducialError
from fiducial.serve.access.denied import Denied, store_away
from fiducial.serve.access.gate import Gate, Headers
from fiducial.serve.access.identity import Identity
from fiducial.serve.access.oidc import Oidc
from fiducial.serve.dicomweb import routes as dicomweb
from fiducial.serve.errors import is_of_the_disk
from fiducial.serve.queue.reading import count_jobs
from fiducial.serve.viewing.seen import Gallery
from fiducial.serve.web import login, outbox, overrides, results, studies
from fiducial.serve.web.pages import operations, panes, reader, worklist
from fiducial.serve.web.pages.rendering import STATIC, page, trace_css
from fiducial.serve.web.said import SAID
from fiducial.serve.web.state import Here, Service

_NO_ROOM = "Nothing can be written for now: the disk is full or away. Nothing of this was kept; send it again later."


def make_app(service: Service) -> FastAPI:
    """The application of a service that is open."""
    app = FastAPI(
        title="fiducial", version=version("fiducial"), description=NOTICE, docs_url=None, redoc_url=None, responses=SAID
    )
    app.state.service, app.state.gallery = service, Gallery()
    for module in (studies, results, login, overrides, outbox, dicomweb, worklist, reader, panes, operations):
        app.include_router(module.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    _guard(app, service)

    @app.exception_handler(FiducialError)
    def told(_request: Request, error: FiducialError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 422)

    @app.exception_handler(OSError)
    def full(_request: Request, error: OSError) -> JSONResponse:
        if not is_of_the_disk(error):
            raise error
        return JSONResponse({"detail": _NO_ROOM}, 507)

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        """People get a page, programs get JSON."""
        if is_of_the_disk(error):  # FastAPI takes a body that cannot be put down for one that cannot be read
            return JSONResponse({"detail": _NO_ROOM}, 507)
        if "text/html" in request.headers.get("accept", "") and not request.headers.get("hx-request"):
            return page(request, "problem.html.j2", error.status_code, detail=error.detail)
        return JSONResponse({"detail": error.detail}, error.status_code, error.headers)

    @app.get("/assets/trace.css", include_in_schema=False)
    def drawn_rules() -> Response:
        """As the reports draw them."""
        return Response(trace_css(), media_type="text/css")

    @app.get("/health", tags=["service"])
    def health(here: Here) -> dict[str, object]:
        """Whether the store answers, how much waits, and how the licence stands where one is asked for."""
        told: dict[str, object] = {"status": "ok", "pipeline": here.title, "jobs": count_jobs(here.database)}
        return told if here.licence is None else told | {"licence": here.licence.standing.document(whole=False)}

    return app


def _guard(app: FastAPI, service: Service) -> None:
    """Nothing reaches a route but through the gate."""
    options = service.access
    identity = Identity.of(service.database, options)
    app.state.identity = identity
    app.state.oidc = None if options.file.oidc is None else Oidc(options.file.oidc, service.database)
    app.add_middleware(Gate, identity=identity, ledger=service.ledger)
    app.add_middleware(Headers, tls=options.tls)

    @app.exception_handler(Denied)
    def denied(request: Request, error: Denied) -> Response:
        return error.response(request)

    @app.exception_handler(DataError)
    @app.exception_handler(OverflowError)
    def unheard_of(_request: Request, _error: Exception) -> Response:
        return JSONResponse({"detail": "The request holds a value that no store can hold."}, 422)

    @app.exception_handler(SQLAlchemyError)
    def away(request: Request, _error: SQLAlchemyError) -> Response:
        return store_away().response(request)
