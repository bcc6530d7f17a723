"""What any route may answer beside what it is for; the OpenAPI says so, and programs can rely on it."""

from typing import Any

from pydantic import BaseModel


class Told(BaseModel):
    """Why not, in words; a list where several parameters are wrong."""

    detail: str | list[dict[str, Any]]


def _told(words: str) -> dict[str, Any]:
    return {"model": Told, "description": words}


SAID: dict[int | str, dict[str, Any]] = {
    400: _told("The body is not what its Content-Type says."),
    401: _told("Nobody said who asks, or the token is nobody's."),
    403: _told("Who asks may not, or a page of another site asked."),
    404: _told("There is no such thing here."),
    421: _told("This service does not bear the name that was asked for."),
    422: _told("It cannot be used as it is; the words say why."),
    429: _told("Too many requests; Retry-After says when to try again."),
    503: _told("The store does not answer; try again."),
    507: _told("The disk is full; try again when there is room."),
}
