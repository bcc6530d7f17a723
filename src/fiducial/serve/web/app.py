"""The application: routes, and what is said when something goes wrong."""

from importlib.metadata import version

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from fiducial.claims.evidence import NOTICE
from fiducial.errors import FiducialError
from fiducial.serve.dicomweb import routes as dicomweb
from fiducial.serve.queue.reading import count_jobs
from fiducial.serve.web import outbox, studies
from fiducial.serve.web.state import Here, Service


def make_app(service: Service) -> FastAPI:
    """The application of a service that is open."""
    app = FastAPI(title="fiducial", version=version("fiducial"), description=NOTICE, docs_url=None, redoc_url=None)
    app.state.service = service
    app.include_router(studies.router)
    app.include_router(outbox.router)
    app.include_router(dicomweb.router)

    @app.exception_handler(FiducialError)
    def told(_request: Request, error: FiducialError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 422)

    @app.get("/health", tags=["service"])
    def health(here: Here) -> dict[str, object]:
        """Whether the store answers, and how much waits."""
        return {"status": "ok", "pipeline": here.name, "jobs": count_jobs(here.database)}

    return app
