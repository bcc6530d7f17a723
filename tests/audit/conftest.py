"""The study that most tests of the ladder begin with."""

import pytest

from audit.studies import Study, make_study


@pytest.fixture
def study() -> Study:
    """A model that keeps its promises."""
    return make_study()
