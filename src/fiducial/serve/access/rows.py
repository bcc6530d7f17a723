"""Who may do what, as one table: a request that has no row here is refused."""

from dataclasses import dataclass
from functools import cache
from re import Pattern

from starlette.routing import compile_path

from fiducial.serve.access.person import LOCAL, Person, Role

READ = frozenset({Role.READER, Role.ADMIN})
SEND = frozenset({Role.SENDER, Role.READER, Role.ADMIN})
DECIDE = frozenset({Role.READER})  # a word for or against a result is a reader's own
CHANGE = frozenset({Role.ADMIN})
AUDIT = frozenset({Role.AUDITOR})
KNOWN = frozenset(Role)  # whoever has said who they are
OPEN: frozenset[Role] = frozenset()  # nobody need say who they are


@dataclass(frozen=True, slots=True)
class Row:
    """``path``: as the route has it. ``roles``: any of them suffices.

    ``deed``: what the audit log says of it, once it succeeded; "" where it says nothing, or where what is changed says
    it itself, in its own transaction.
    """

    method: str
    path: str
    roles: frozenset[Role]
    deed: str = ""

    @property
    def reads(self) -> bool:
        """Whether nothing is changed by it."""
        return self.method == "GET"

    def admits(self, person: Person | None) -> bool:
        """Whether somebody (None: who has not said who they are) may."""
        return not self.roles or (person is not None and bool(self.roles & person.roles))


ROWS = (
    Row("GET", "/health", OPEN),
    Row("GET", "/openapi.json", KNOWN),
    Row("GET", "/login", OPEN),
    Row("POST", "/login", OPEN),
    Row("GET", "/login/look.css", OPEN),
    Row("GET", "/login/provider", OPEN),
    Row("GET", "/login/back", OPEN),
    Row("POST", "/logout", KNOWN),
    Row("GET", "/me", KNOWN),
    Row("GET", "/audit-log", AUDIT, "saw the audit log"),
    Row("GET", "/studies", READ, "saw the worklist"),
    Row("POST", "/studies", SEND),  # the study itself says so, when it begins
    Row("GET", "/studies/{uid}", READ, "saw"),
    Row("POST", "/studies/{uid}/complete", SEND, "said complete"),
    Row("GET", "/studies/{uid}/events", READ, "saw the events"),
    Row("GET", "/studies/{uid}/overrides", READ, "saw"),
    Row("POST", "/studies/{uid}/overrides", DECIDE),
    Row("GET", "/studies/{uid}/results", READ, "saw"),
    Row("GET", "/studies/{uid}/results/{kind}", READ, "took the result"),
    Row("GET", "/", READ, "saw the worklist"),
    Row("POST", "/worklist/search", READ, "searched the worklist"),
    Row("GET", "/worklist/events", READ),
    Row("GET", "/static/{path:path}", OPEN),
    Row("GET", "/assets/trace.css", OPEN),
    Row("GET", "/studies/{uid}/reader", READ, "saw"),
    Row("GET", "/studies/{uid}/reader/decision", READ, "saw"),
    Row("POST", "/studies/{uid}/reader/accept", DECIDE),
    Row("POST", "/studies/{uid}/reader/override", DECIDE),
    Row("GET", "/studies/{uid}/reader/{part}/pane", READ),
    Row("GET", "/studies/{uid}/reader/{part}/slices/{number}.png", READ, "saw"),
    Row("GET", "/studies/{uid}/reader/{part}/prepared/{number}.png", READ, "saw"),
    Row("GET", "/studies/{uid}/reader/{part}/overlays/{number}.png", READ, "saw"),
    Row("GET", "/outbox", READ),
    Row("POST", "/outbox/{letter}/resend", CHANGE, "sent a letter again"),
    Row("GET", "/operations", READ),
    Row("GET", "/operations/status", READ),
    Row("POST", "/operations/jobs/{job}/replay", CHANGE, "replayed a job"),
    Row("POST", "/operations/settings/{name}", CHANGE),
    Row("POST", "/operations/settings/{name}/roll-back", CHANGE),
    Row("GET", "/operations/models/{name}", READ),
    Row("POST", "/dicomweb/studies", SEND),
    Row("POST", "/dicomweb/studies/{study}", SEND),
    Row("GET", "/dicomweb/studies", READ, "searched the archive"),
    Row("GET", "/dicomweb/series", READ, "searched the archive"),
    Row("GET", "/dicomweb/instances", READ, "searched the archive"),
    Row("GET", "/dicomweb/studies/{study}/series", READ, "searched the archive"),
    Row("GET", "/dicomweb/studies/{study}/instances", READ, "searched the archive"),
    Row("GET", "/dicomweb/studies/{study}/series/{series}/instances", READ, "searched the archive"),
    Row("GET", "/dicomweb/studies/{study}", READ, "saw"),
    Row("GET", "/dicomweb/studies/{study}/series/{series}", READ, "saw"),
    Row("GET", "/dicomweb/studies/{study}/series/{series}/instances/{sop}", READ, "saw"),
    Row("GET", "/dicomweb/studies/{study}/metadata", READ, "saw"),
    Row("GET", "/dicomweb/studies/{study}/series/{series}/metadata", READ, "saw"),
    Row("GET", "/dicomweb/studies/{study}/series/{series}/instances/{sop}/metadata", READ, "saw"),
    Row("GET", "/dicomweb/studies/{study}/series/{series}/instances/{sop}/frames/{numbers}", READ, "saw"),
    Row("GET", "/dicomweb/studies/{study}/series/{series}/instances/{sop}/bulkdata/{tag}", READ, "saw"),
    Row("GET", "/dicomweb/studies/{study}/series/{series}/instances/{sop}/rendered", READ, "saw"),
    Row("GET", "/dicomweb/studies/{study}/series/{series}/instances/{sop}/frames/{number}/rendered", READ, "saw"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """``row``: None where the path is known, but not this method. ``study``: the one that the path names."""

    row: Row | None
    methods: tuple[str, ...]
    study: str | None


def find_row(method: str, path: str, rows: tuple[Row, ...] = ROWS) -> Found | None:
    """The row of a request; None where nothing is at this path. A literal path stands before a pattern."""
    hits = [(row, found) for row, pattern in _compiled(rows) if (found := pattern.match(path))]
    if not hits:
        return None
    fewest = min(len(found.groupdict()) for _, found in hits)
    best = [(row, found) for row, found in hits if len(found.groupdict()) == fewest]
    row = next((row for row, _ in best if row.method == ("GET" if method == "HEAD" else method)), None)
    named = best[0][1].groupdict()
    return Found(row, tuple(row.method for row, _ in best), named.get("uid") or named.get("study"))


@cache
def _compiled(rows: tuple[Row, ...]) -> tuple[tuple[Row, Pattern[str]], ...]:
    return tuple((row, compile_path(row.path)[0]) for row in rows)


def is_local(person: Person | None) -> bool:
    """Whether it is whoever sits at the machine: may do everything, also what no row speaks of."""
    return person is LOCAL
