"""Both keys of the tests are in the environment, as a service's would be."""

from collections.abc import Iterator

import pytest

from models.on_disk import HOLDER, KEY, OTHER, OTHER_KEY


@pytest.fixture(autouse=True, scope="package")
def _keys() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as here:
        here.setenv(HOLDER.variable, KEY)
        here.setenv(OTHER.variable, OTHER_KEY)
        yield
