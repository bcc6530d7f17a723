"""Every error raised on purpose.

FiducialError
+-- UnusableInput      a file, table or tag that cannot be read as what it should be     (exit code 4)
+-- WrongUsage         options that contradict each other, or a name that nothing bears  (exit code 2)
+-- CannotJudge        the data are sound but cannot support a verdict                   (exit code 3)

A message says what was found, where, what was expected, and what to do.
"""


class FiducialError(Exception):
    """Base of all errors raised on purpose by this package."""

    exit_code = 4


class UnusableInput(FiducialError):
    """A file, table or tag that cannot be read as what it should be."""


class WrongUsage(FiducialError):
    """Options that contradict each other, or a name that nothing bears."""

    exit_code = 2


class CannotJudge(FiducialError):
    """The data are sound but cannot support a verdict."""

    exit_code = 3
