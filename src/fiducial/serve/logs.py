"""What a service writes down about itself: never a patient's name, and of others' code only what cannot quote one."""

import sys
import threading
import warnings
from logging import DEBUG, ERROR, INFO, WARNING, Filter, Formatter, LogRecord, StreamHandler, getLogger
from time import gmtime
from traceback import format_tb
from types import TracebackType
from typing import TypeAlias

from fiducial.errors import FiducialError

LEVELS = {"debug": DEBUG, "info": INFO, "warning": WARNING, "error": ERROR}
OURS = "fiducial"
OF_THE_DOOR = "uvicorn"
WITHHELD = "words withheld: they may quote a patient's header"
_Raised: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)  # as logging has it


class Discreet(Formatter):
    """An error that was raised on purpose says what happened; of any other, its kind and its place suffice."""

    converter = staticmethod(gmtime)

    def formatException(self, ei: _Raised) -> str:  # noqa: N802  (logging's name)
        """Where it was raised, and what it is."""
        kind, error, trace = ei
        if kind is None:
            return ""
        words = str(error) if isinstance(error, FiducialError) else f"({WITHHELD})"
        return f"{''.join(format_tb(trace))}{kind.__name__}: {words}"


class OnlyOurs(Filter):
    """What libraries say (a decoder, a header's parser) is withheld, as they quote what they read; that they said it
    is not.
    """

    def filter(self, record: LogRecord) -> bool:
        """Always True; the record is changed."""
        if record.name.split(".")[0] not in {OURS, OF_THE_DOOR}:
            record.msg, record.args = f"({WITHHELD})", ()
        return True


def begin_logging(level: str = "warning") -> None:
    """For a process that is a service or one of its workers: to stderr, a line a record, with the time in UTC.

    Others' code is heard from ``warning`` on. Errors that nobody catches end here as well, discreetly.
    """
    handler = StreamHandler()
    handler.setFormatter(Discreet("%(asctime)s %(levelname)s %(name)s [%(processName)s] %(message)s"))
    handler.addFilter(OnlyOurs())
    root = getLogger()
    root.handlers[:] = [handler]
    root.setLevel(WARNING)
    getLogger(OURS).setLevel(LEVELS[level])
    warnings.simplefilter("ignore")  # pydicom's quote values
    sys.excepthook = _uncaught
    threading.excepthook = lambda told: _uncaught(told.exc_type, told.exc_value, told.exc_traceback)


def _uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, Exception):
        getLogger(OURS).critical("not foreseen", exc_info=(kind, error or kind(), trace))
