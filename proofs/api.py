"""The whole API against requests that its own description allows, and others. ``python -m proofs.api OUT.md``.

Schemathesis draws the requests from the OpenAPI document and holds every answer against it: no 5xx, no status, type or
body that the document does not name.
"""

import datetime as dt
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from PIL import Image
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from fiducial.serve.access.tokens import Tokens
from fiducial.serve.database.opening import open_database
from fiducial.serve.intake.archive import Archive
from fiducial.serve.intake.completing import Completing
from fiducial.serve.queue.queue import Queue
from fiducial.serve.settings.declared import Catalogue
from fiducial.serve.settings.live import LiveSettings
from fiducial.serve.settings.revisions import Revisions
from fiducial.serve.web.app import make_app
from fiducial.serve.web.state import Service

# Whether a file is an image, or a study is here, no document can say beforehand; that +0.0 is read as 0 harms nobody.
_NOT_ASKED: Any = [positive_data_acceptance, negative_data_rejection]


@dataclass(slots=True)
class Outcome:
    """Of one operation. ``faults``: what schemathesis, or Python, had to say."""

    operation: str
    statuses: Counter[int] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        """How many were answered."""
        return sum(self.statuses.values())


@contextmanager
def service(address: str, folder: Path) -> Iterator[tuple[Service, str]]:
    """One without workers, and the study that it has."""
    database = open_database(address)
    queue, revisions = Queue(database), Revisions(database, Catalogue())
    revisions.begin()
    archive, completing = Archive(database, folder), Completing(database, queue, "small")
    picture = BytesIO()
    Image.new("L", (8, 8), 99).save(picture, "PNG")
    picture.seek(0)
    study = archive.keep(picture, "proof").study
    yield Service("small", database, queue, archive, completing, revisions, LiveSettings(revisions)), study
    database.close()


def fuzz(app: FastAPI, examples: int, study: str, headers: dict[str, str] | None = None) -> list[Outcome]:
    """So many requests that the document allows to each operation, and as many that it does not; half of ``study``."""
    found = []
    for result in schemathesis.openapi.from_asgi("/openapi.json", app, headers=headers or {}).get_all_operations():
        operation: Any = cast("Any", result).ok()
        outcome = Outcome(f"{operation.method.upper()} {operation.path}")
        for mode in GenerationMode:
            _try(operation.as_strategy(generation_mode=mode), examples, _Asking(outcome, study, headers))
        found.append(outcome)
    return found


@dataclass(frozen=True, slots=True)
class _Asking:
    outcome: Outcome
    study: str
    headers: dict[str, str] | None

    def ask(self, case: Any) -> None:  # noqa: ANN401  (schemathesis's)
        if "uid" in (case.path_parameters or {}) and self.outcome.requests % 2:
            case.path_parameters = {**case.path_parameters, "uid": self.study}
        if case.operation.path.endswith("/events"):
            case.query = {**(case.query or {}), "follow": False}  # else it would not end
        try:
            answer = case.call(headers=self.headers)
            self.outcome.statuses[answer.status_code] += 1
            case.validate_response(answer, excluded_checks=_NOT_ASKED)
        except FailureGroup as group:
            for fault in group.exceptions:
                self._note(fault, case)
        except Exception as fault:  # noqa: BLE001  (what the application let out)
            self._note(fault, case)

    def _note(self, fault: Exception, case: Any) -> None:  # noqa: ANN401  (as above)
        self.outcome.faults.setdefault(type(fault).__name__, f"{fault}\n{case.as_curl_command()}")


def _try(cases: Any, examples: int, asking: _Asking) -> None:  # noqa: ANN401  (a strategy of schemathesis's cases)
    limits: Any = settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    asks: Any = given(cases)
    one = limits(asks(asking.ask))
    with suppress(Unsatisfiable):  # an operation that has nothing to get wrong
        one()


def main(out: Path, examples: int = 400) -> None:
    """Write the table; everybody local, and a reader with a token."""
    lines = []
    with tempfile.TemporaryDirectory() as folder, service(f"{folder}/s.sqlite", Path(folder)) as (at_work, study):
        for who in ("local", "reader"):
            headers = {}
            if who == "reader":
                headers = {"Authorization": f"Bearer {Tokens(at_work.database).create('p', ['reader'], by='p')[1]}"}
            lines += [_line(who, one) for one in fuzz(make_app(at_work), examples, study, headers)]
    today = dt.datetime.now(dt.UTC).date()
    head = [
        "# The API against requests that nobody foresaw",
        "",
        f"`python -m proofs.api docs/proofs-api.md`, {today}. Schemathesis {schemathesis.__version__}: {examples}",
        "requests that the OpenAPI document allows to every operation, and as many that it does not.",
        "",
        "| who | operation | requests | answers | faults |",
        "| --- | --- | --- | --- | --- |",
    ]
    out.write_text("\n".join([*head, *lines]) + "\n", encoding="utf-8")


def _line(who: str, one: Outcome) -> str:
    answers = ", ".join(f"{status}: {count:,}" for status, count in sorted(one.statuses.items()))
    return f"| {who} | `{one.operation}` | {one.requests:,} | {answers} | {', '.join(one.faults) or 'none'} |"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
